import Document
import OperatorAPI

/// The record of a conversion in a resource's annotations.
enum Annotated {
    /// What the API server allows for the keys and values of all annotations of an object, less a little for those who
    /// come after us.
    ///
    /// Source: Kubernetes, `TotalAnnotationSizeLimitB`.
    static let greatestSize = (256 << 10) - (4 << 10)

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

    /// The resource with a record, unless there is nothing to record. The largest changes are left out until it fits.
    static func adding(_ record: ConversionRecord, to resource: JSONValue) throws(ConversionError) -> JSONValue {
        if record.isEmpty { return resource }
        var annotations = resource[path: "metadata", "annotations"]?.objectValue ?? [:]
        let others = annotations.members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        let room = greatestSize - others - CollectorAnnotationKey.conversion.utf8.count

        var record = record
        var text = record.text
        while text.utf8.count > room {
            let sizes = record.changes.map { $0.value?.serialized().count ?? 0 }
            guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else {
                // Not even the paths fit. What cannot be read must not be forgotten, the rest may.
                if let problem = record.unreadable { throw .unreadable(problem, bytes: 0) }
                return resource
            }
            let change = record.changes.remove(at: largest)
            if let problem = record.unreadable, change.path == ConversionRecord.configPath {
                throw .unreadable(problem, bytes: change.value?.stringValue?.utf8.count ?? 0)
            }
            record.leftOut.append(change.path.description)
            text = record.text
        }
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
