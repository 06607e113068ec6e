import Document
import OperatorAPI

/// The annotations of a pod and its namespace, seen as one.
///
/// | pod | namespace | effective |
/// | --- | --- | --- |
/// | any | missing | pod |
/// | missing | any | namespace |
/// | not `true` | any | pod |
/// | `true` | `false` | pod |
/// | `true` | anything else | namespace |
///
/// So a namespace that names an Instrumentation wins over a pod that says `true`. An empty text counts as missing, and
/// the letter case of `true` and `false` does not count.
struct EffectiveAnnotations {
    let pod: JSONObject
    let namespace: [String: String]

    init(pod: JSONValue, namespace: [String: String]) {
        self.pod = pod["metadata"]?["annotations"]?.objectValue ?? [:]
        self.namespace = namespace
    }

    /// The effective value, empty when there is none.
    subscript(key: String) -> String {
        let ofPod = pod[key]?.stringValue ?? ""
        let ofNamespace = namespace[key] ?? ""
        if ofNamespace.isEmpty { return ofPod }
        if ofPod.isEmpty { return ofNamespace }
        return ofPod.isTrue && !ofNamespace.isFalse ? ofNamespace : ofPod
    }
}

extension String {
    /// `true` in any letter case.
    var isTrue: Bool { utf8.count == 4 && lowercased() == "true" }
    /// `false` in any letter case.
    var isFalse: Bool { utf8.count == 5 && lowercased() == "false" }
}
