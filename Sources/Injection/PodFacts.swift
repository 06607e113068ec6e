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
    /// The level `restricted`, where the namespace admits only its pods.
    let restrictedLevel: RestrictedLevel?

    init(pod: JSONValue, namespace: String, owners facts: OwnerFacts?, restrictedLevel: RestrictedLevel? = nil) {
        let metadata = pod["metadata"]
        self.namespace = namespace
        ownNamespace = metadata?["namespace"]?.stringValue ?? ""
        name = metadata?["name"]?.stringValue ?? ""
        uid = metadata?["uid"]?.stringValue ?? ""
        nodeName = pod["spec"]?["nodeName"]?.stringValue ?? ""
        annotations = metadata?["annotations"]?.objectValue ?? [:]
        labels = metadata?["labels"]?.objectValue ?? [:]
        owners = PodOwner.owners(of: pod, facts: facts)
        self.restrictedLevel = restrictedLevel
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
