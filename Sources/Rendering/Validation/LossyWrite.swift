import Document
import OperatorAPI

/// A write of v1alpha1 that removes what v1alpha1 could not show: the annotations had no room to keep it.
enum LossyWrite {
    /// When not even the fields can be named, nobody knows what the write would remove.
    static func denial(of resource: JSONValue) -> String? {
        guard record(of: resource)?.erased.contains(ConversionRecord.everything) == true else { return nil }
        return
            "written as v1alpha1, the collector would lose fields that only v1beta1 has, for its annotations have no "
            + "room to keep them; write it as v1beta1, or shorten its annotations and read it again"
    }

    static func warning(of resource: JSONValue) -> String? {
        guard let erased = record(of: resource)?.erased, !erased.isEmpty else { return nil }
        return
            "written as v1alpha1, the collector has lost fields that only v1beta1 has, for its annotations had no room "
            + "to keep them: \(erased.joined(separator: ", ")); set them again as v1beta1 (without the annotation "
            + "\(CollectorAnnotationKey.conversion) this warning ends)"
    }

    static func record(of resource: JSONValue) -> ConversionRecord? {
        guard let text = resource[path: "metadata", "annotations", CollectorAnnotationKey.conversion]?.stringValue,
            let record = ConversionRecord(text: text), record.version == "v1alpha1"
        else { return nil }
        return record
    }
}

extension CollectorChecks {
    /// A text that cannot be read is kept for its correction, and one that cannot be kept either would be lost.
    func textIsKept() throws(CollectorRefusal) {
        let annotations = collector.annotations
        guard let problem = ConversionRecord.unreadableConfig(annotations: annotations, config: config),
            let record = annotations[CollectorAnnotationKey.conversion].flatMap(ConversionRecord.init(text:)),
            record.hasLostText
        else { return }
        throw CollectorRefusal("\(problem) (and the text is too long to be kept until it is corrected)")
    }
}
