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

    init(pod: JSONValue, namespace: String, owners facts: OwnerFacts?) {
        let metadata = pod["metadata"]
        self.namespace = namespace
        ownNamespace = metadata?["namespace"]?.stringValue ?? ""
        name = metadata?["name"]?.stringValue ?? ""
        uid = metadata?["uid"]?.stringValue ?? ""
        nodeName = pod["spec"]?["nodeName"]?.stringValue ?? ""
        annotations = metadata?["annotations"]?.objectValue ?? [:]
        labels = metadata?["labels"]?.objectValue ?? [:]
        owners = PodOwner.owners(of: pod, facts: facts)
    }

    func annotation(_ key: String) -> String { annotations[key]?.stringValue ?? "" }
    func label(_ key: String) -> String { labels[key]?.stringValue ?? "" }
}
