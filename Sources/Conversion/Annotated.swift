import Document
import OperatorAPI

/// The record of a conversion in a resource's annotations.
enum Annotated {
    /// What the API server allows for the keys and values of all annotations of an object. It checks the annotations that a
    /// conversion returns, too, so more would fail every reading of the object.
    ///
    /// Source: Kubernetes, `TotalAnnotationSizeLimitB`; the API server's webhook converter.
    private static let greatestSize = 256 << 10

    /// What is left to those who come after us, and to the mark that says that there was no room.
    private static let reserve = 4 << 10

    /// Of the reason why a text cannot be read, in bytes, where there is room for little else.
    private static let greatestReasonSize = 512

    /// The resource without its record, and the record if it is for that version.
    static func taken(from resource: JSONValue, for version: String) -> (resource: JSONValue, record: ConversionRecord?)
    {
        let key = CollectorAnnotationKey.conversion
        guard case .object(var annotations)? = resource[path: "metadata", "annotations"],
            let text = annotations[key]
        else { return (resource, nil) }
        annotations[key] = nil
        let record = text.stringValue.flatMap(ConversionRecord.init(text:))
        return (
            set(annotations.isEmpty ? nil : .object(annotations), in: resource),
            record?.version == version ? record : nil
        )
    }

    /// The resource with a record, unless there is nothing to record. When it does not fit, first what says nothing is left
    /// out (see `isConfigExpendable`; conditions, which are found out anew), then the largest changes.
    ///
    /// - Parameter isConfigExpendable: whether the change of `spec.config` keeps how something is written, and not what.
    static func adding(
        _ whole: ConversionRecord, to resource: JSONValue, isConfigExpendable: Bool
    ) throws(ConversionError) -> JSONValue {
        var record = whole
        if record.isEmpty { return resource }
        let annotations = resource[path: "metadata", "annotations"]?.objectValue ?? [:]
        let others = annotations.members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        let room = greatestSize - others - CollectorAnnotationKey.conversion.utf8.count

        func isExpendable(_ change: ConversionRecord.Change) -> Bool {
            change.path == ConversionRecord.configPath ? isConfigExpendable : change.path.tokens.first == "status"
        }
        // By what is left out first: the last ones.
        var sized = record.changes.map { (change: $0, size: $0.value?.serialized().count ?? 0) }
        sized.sort {
            isExpendable($0.change) == isExpendable($1.change) ? $0.size < $1.size : isExpendable($1.change)
        }
        var text = record.text
        while text.utf8.count > room - reserve || sized.count > ConversionRecord.greatestChangeCount,
            let (change, _) = sized.popLast()
        {
            record.changes = sized.map(\.change)
            // Comments are missed by who wrote them; a client of v1beta1 misses nothing.
            if change.path.tokens.first == "spec",
                record.version == CollectorConversion.v1alpha1 || !isExpendable(change)
            {
                record.leftOut.append(change.path.description)
            }
            text = record.text
        }
        if record.isEmpty { return resource }
        if text.utf8.count > room - reserve {
            record = mark(of: record)
            text = record.text
        }
        if text.utf8.count > room {
            // What cannot be read must not be forgotten.
            if let problem = record.unreadable {
                let kept = whole.changes.first { $0.path == ConversionRecord.configPath }?.value?.stringValue
                throw .unreadable(problem, bytes: kept?.utf8.count ?? 0)
            }
            return resource
        }
        return adding(text, to: resource, annotations)
    }

    /// That there is something to be told, in few words.
    private static func mark(of record: ConversionRecord) -> ConversionRecord {
        var mark = ConversionRecord(version: record.version)
        mark.unreadable = record.unreadable.map { String(decoding: $0.utf8.prefix(greatestReasonSize), as: UTF8.self) }
        if !record.leftOut.isEmpty { mark.leftOut = [ConversionRecord.everything] }
        if !record.erased.isEmpty { mark.erased = [ConversionRecord.everything] }
        return mark
    }

    private static func adding(_ text: String, to resource: JSONValue, _ annotations: JSONObject) -> JSONValue {
        var annotations = annotations
        annotations[CollectorAnnotationKey.conversion] = .string(text)
        return set(.object(annotations), in: resource)
    }

    private static func set(_ annotations: JSONValue?, in resource: JSONValue) -> JSONValue {
        var metadata = resource["metadata"] ?? [:]
        metadata["annotations"] = annotations
        var result = resource
        result["metadata"] = metadata
        return result
    }
}
