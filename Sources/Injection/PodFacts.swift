import Document
import KubeModel
import OperatorAPI

/// What the telemetry of a pod's containers says about the pod. Read once for each admission.
struct PodFacts {
    let namespace: String
    /// What the pod itself says; empty when it says nothing.
    let ownNamespace: String
    let name: String
    let uid: String
    let nodeName: String
    let annotations: JSONObject
    let labels: JSONObject
    let owners: [PodOwner]
    /// Whether the namespace admits only pods of the level `restricted`.
    let isRestricted: Bool

    init(pod: JSONValue, namespace: String, owners facts: OwnerFacts?, isRestricted: Bool = false) {
        let metadata = pod["metadata"]
        self.namespace = namespace
        ownNamespace = metadata?["namespace"]?.stringValue ?? ""
        name = metadata?["name"]?.stringValue ?? ""
        uid = metadata?["uid"]?.stringValue ?? ""
        nodeName = pod["spec"]?["nodeName"]?.stringValue ?? ""
        annotations = metadata?["annotations"]?.objectValue ?? [:]
        labels = metadata?["labels"]?.objectValue ?? [:]
        owners = PodOwner.owners(of: pod, facts: facts)
        self.isRestricted = isRestricted
    }

    /// Bytes of the annotations that become attributes of every container.
    var attributesSize: Int {
        annotations.reduce(0) { sum, annotation in
            guard annotation.key.hasPrefix(AnnotationKey.resourceAttributePrefix) else { return sum }
            let key = annotation.key.utf8.count - AnnotationKey.resourceAttributePrefix.utf8.count
            return sum + key + (annotation.value.stringValue?.utf8.count ?? 0)
        }
    }

    func annotation(_ key: String) -> String { annotations[key]?.stringValue ?? "" }
    func label(_ key: String) -> String { labels[key]?.stringValue ?? "" }
}

extension InstrumentationSpec {
    /// Bytes of what every container of that language gets from it, roughly.
    func size(for language: Language) -> Int {
        let all = environment + (self[language]?.environment ?? [])
        let variables = all.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.utf8.count ?? 0) }
        return resource.attributes.reduce(variables) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
