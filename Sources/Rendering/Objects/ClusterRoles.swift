import Document
public import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// The rights that the components in use need, for the ServiceAccount of the collector.
    ///
    /// Nothing in the cluster can own such an object for the garbage collector: an annotation says whose it is.
    func clusterRole() -> RenderedPart {
        guard options.grantsAccess, !accessRules.isEmpty else { return .nothing }
        var object = clusterObject(.clusterRole, names.clusterRole(namespace: collector.namespace))
        object["rules"] = .array(accessRules.map(\.json))
        return RenderedPart(.clusterRole, object)
    }

    func clusterRoleBinding() -> RenderedPart {
        guard options.grantsAccess, !accessRules.isEmpty else { return .nothing }
        var object = clusterObject(.clusterRoleBinding, names.clusterRoleBinding(namespace: collector.namespace))
        object["subjects"] = [
            [
                "kind": .string(ResourceType.serviceAccount.kind), "name": .string(serviceAccountName),
                "namespace": .string(collector.namespace),
            ]
        ]
        object["roleRef"] = [
            "apiGroup": .string(ResourceType.clusterRole.group), "kind": .string(ResourceType.clusterRole.kind),
            "name": .string(names.clusterRole(namespace: collector.namespace)),
        ]
        return RenderedPart(.clusterRoleBinding, object)
    }

    /// With none of the collector's own labels: an aggregated ClusterRole may select any label, and who may label a
    /// collector could give the collector's rights to everybody who may, say, view a namespace.
    ///
    /// Source: Kubernetes, "Using RBAC Authorization", aggregated ClusterRoles.
    private func clusterObject(_ type: ResourceType, _ name: String) -> KubeObject {
        var object = KubeObject(type, ObjectKey(name: name))
        var annotations = annotations
        annotations[CollectorAnnotationKey.owner] = "\(collector.key)"
        object.json["metadata"]?["labels"] = .strings(
            labels.own(name))
        object.json["metadata"]?["annotations"] = .strings(annotations)
        return object
    }

    // MARK: - What is to be said

    var accessRules: [AccessRule] { access.flatMap(\.access.rules).unique() }

    /// What the author must see to: rights that the operator does not grant.
    ///
    /// - Parameter holder: who needs them: `ServiceAccount web-collector the rights`.
    func accessFindings(holder: String, isGranted: Bool) -> [Finding] {
        if isGranted {
            return access.flatMap { component, access in
                access.remarks.map { Finding(.warning, .accessRequired, "\(component.id) \($0)") }
            }
        }
        if access.isEmpty { return [] }
        let ids = access.map(\.component.id).sorted().joined(separator: ", ")
        return [Finding(.warning, .accessRequired, "\(ids) read the Kubernetes API: grant \(holder)")]
    }
}

/// The cluster-scoped objects of collectors: what they are called, and whose they are.
///
/// The reference's objects have no annotation of ours. They are recognized by their names and labels, but the label with
/// the collector's name may be cut, so the annotation decides where it is there.
public enum ClusterObjects {
    /// The types of the objects that a collector has outside its namespace, where no owner reference can lead to it.
    public static let types: [ResourceType] = [.clusterRole, .clusterRoleBinding]

    /// The finalizer of collectors that have such objects, so that these go with them: the reference's.
    public static let finalizer = "opentelemetrycollector.opentelemetry.io/finalizer"

    /// The objects that a collector may have, the binding first: what it binds to must not be missing while it is there.
    public static func references(of collector: ObjectKey) -> [(type: ResourceType, name: String)] {
        let names = Names(collector: collector.name)
        return [
            (.clusterRoleBinding, names.clusterRoleBinding(namespace: collector.namespace)),
            (.clusterRole, names.clusterRole(namespace: collector.namespace)),
        ]
    }

    /// The collector that an object says it belongs to; `nil` when it does not say.
    public static func owner(of object: KubeObject) -> ObjectKey? {
        guard let text = object.annotation(CollectorAnnotationKey.owner) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 ? ObjectKey(namespace: String(parts[0]), name: String(parts[1])) : nil
    }

    /// Whether an object says anything about whose it is.
    public static func isMarked(_ object: KubeObject) -> Bool {
        object.annotation(CollectorAnnotationKey.owner) != nil
    }

    /// Whether an object is a collector's: it says so, or says nothing and has the names and labels that the reference
    /// gives it.
    public static func isOwned(_ object: KubeObject, by collector: ObjectKey) -> Bool {
        if isMarked(object) { return owner(of: object) == collector }
        return object.label(Labels.managedBy) == "opentelemetry-operator"
            && object.label(Labels.instance) == instance(of: collector)
    }

    /// The value of the label `app.kubernetes.io/instance`.
    public static func instance(of collector: ObjectKey) -> String {
        Labels.instance(namespace: collector.namespace, name: collector.name)
    }
}

extension ResourceType {
    public static let clusterRole = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
        isNamespaced: false)
    public static let clusterRoleBinding = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings",
        isNamespaced: false)
}
