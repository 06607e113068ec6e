public import Document
public import KubeModel

/// An object that is a pod, or from whose template pods are made.
public struct Workload: Sendable {
    public let kind: WorkloadKind
    public let object: KubeObject
    private let apiVersion: String
    private let template: JSONValue

    /// `nil` when the object is of another kind, or lacks the template that its kind must have.
    public init?(_ object: ManifestObject) {
        guard let kind = WorkloadKind(object) else { return nil }
        var template = object.json
        for member in kind.templatePath {
            guard let next = template[member] else { return nil }
            template = next
        }
        guard template.objectValue != nil else { return nil }
        self.kind = kind
        self.object = object.object
        self.template = template
        apiVersion = object.apiVersion
    }

    /// The pod as the API server would see it when the workload's controller creates it, as far as that is known from
    /// the manifest.
    ///
    /// Of a template's metadata a pod gets labels, annotations and finalizers. Its name is made when it is created, and
    /// is absent here as it is in the admission review. Its owner is the workload itself. That is so in a cluster, too,
    /// but for two kinds: a Deployment's pods belong to a ReplicaSet and a CronJob's to a Job, whose names hold a hash
    /// or a time that nobody knows yet. Here those in between are left out, so that nothing is written down that will
    /// be wrong.
    ///
    /// Source: Kubernetes `pkg/controller/controller_utils.go`, `GetPodFromTemplate`.
    public func pod() -> JSONValue {
        if kind == .pod { return template }
        let given = template["metadata"]
        let metadata = JSONValue.object(compacting: [
            "labels": given?["labels"], "annotations": given?["annotations"], "finalizers": given?["finalizers"],
            "ownerReferences": [owner],
        ])
        return .object(compacting: [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"],
        ])
    }

    private var owner: JSONValue {
        OwnerReference(
            apiVersion: apiVersion, kind: kind.rawValue, name: object.name, uid: object.uid, isController: true
        ).json
    }

    /// The object with the pod in place of the one that ``pod()`` gave: the pod's labels, annotations and spec go where
    /// they came from, all else stays as it was written.
    public func replacing(pod: JSONValue) -> JSONValue {
        if kind == .pod { return pod }
        var template = template
        for member in ["labels", "annotations"] {
            let value = pod["metadata"]?[member]
            guard value != template["metadata"]?[member] else { continue }
            var metadata = template["metadata"] ?? .object([:])
            metadata[member] = value
            template["metadata"] = metadata
        }
        if pod["spec"] != template["spec"] { template["spec"] = pod["spec"] }
        return object.json.replacing(kind.templatePath[...], with: template)
    }
}

extension JSONValue {
    /// This value with another one at the end of a path of members that are there.
    fileprivate func replacing(_ path: ArraySlice<String>, with value: JSONValue) -> JSONValue {
        guard let member = path.first, let inner = self[member] else { return value }
        var result = self
        result[member] = inner.replacing(path.dropFirst(), with: value)
        return result
    }
}

extension ManifestObject {
    /// The pod template of a kind that is not known here but keeps it where most do (`spec.template`), such as an Argo
    /// Rollout or a Knative Service.
    public var foreignTemplate: JSONValue? {
        guard Workload(self) == nil, let template = json[path: "spec", "template"],
            template[path: "spec", "containers"]?.arrayValue != nil
        else { return nil }
        return template
    }
}
