import Document
import KubeModel

/// One step of a path in FieldsV1.
///
/// Source: structured-merge-diff, `fieldpath` (serialisation of path elements).
enum FieldStep: Equatable {
    /// `.`: the object, list or element itself.
    case itself
    /// `f:name`: a member of an object.
    case field(String)
    /// `k:{"name":"x"}`: an element of a list, by its key members.
    case element(JSONObject)
    /// `v:"x"`: an element of a set.
    case value(JSONValue)
    case unknown

    init(_ text: String) {
        let rest = text.dropFirst(2)
        switch text.prefix(2) {
        case ".": self = .itself
        case "f:": self = .field(String(rest))
        case "k:":
            if case .object(let key)? = try? JSONValue(parsing: Array(rest.utf8)) {
                self = .element(key)
            } else {
                self = .unknown
            }
        case "v:": self = (try? JSONValue(parsing: Array(rest.utf8))).map(FieldStep.value) ?? .unknown
        default: self = .unknown
        }
    }
}

/// One entry of `metadata.managedFields`.
struct ManagedFields {
    var json: JSONValue

    var manager: String { json["manager"]?.stringValue ?? "" }
    var operation: String { json["operation"]?.stringValue ?? "" }
    var subresource: String { json["subresource"]?.stringValue ?? "" }
    var apiVersion: String { json["apiVersion"]?.stringValue ?? "" }
    var fields: JSONValue { json["fieldsV1"] ?? [:] }
}

extension KubeObject {
    var managedFields: [ManagedFields] {
        (metadata["managedFields"]?.arrayValue ?? []).map { ManagedFields(json: $0) }
    }
}
