import OperatorAPI

/// The rules of processors, with the older names of their types.
///
/// Source: opentelemetry-operator v0.158; the processors' own README files.
enum ProcessorAccess {
    static let table: [String: ComponentAccess.Entry] = [
        "k8s_attributes": attributes, "k8sattributes": attributes, "resource_detection": detection,
        "resourcedetection": detection,
    ]

    private static let verbs = ["get", "watch", "list"]
    static let pods = AccessRule.core("pods", "namespaces", verbs: verbs)
    static let replicaSets = AccessRule(apiGroups: ["apps"], resources: ["replicasets"], verbs: verbs)
    static let nodes = AccessRule.core("nodes", verbs: verbs)

    /// A Deployment is known by the ReplicaSet between it and the pod.
    private static let fromReplicaSets: Set<String> = ["k8s.deployment.uid", "k8s.deployment.name", "service.name"]

    @Sendable
    static func attributes(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess(rules: [pods])
        if config.isOpen("extract", &access) { return access }
        let extract = try config.nested("extract")
        // The processor's own selection has the Deployment in it.
        if !extract.isExpanded("metadata"), try extract.list("metadata").isEmpty { access.rules.append(replicaSets) }
        for attribute in try extract.strings("metadata", &access) {
            if fromReplicaSets.contains(attribute) { access.rules.append(replicaSets) }
            if attribute.contains("k8s.node") { access.rules.append(nodes) }
        }
        return access
    }

    static let node = AccessRule.core("nodes", verbs: ["get", "list"])
    static let infrastructures = AccessRule(
        apiGroups: ["config.openshift.io"], resources: ["infrastructures", "infrastructures/status"], verbs: verbs)

    @Sendable
    static func detection(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess()
        for detector in try config.strings("detectors", &access) {
            switch detector {
            case "k8snode": access.rules.append(node)
            case "openshift": access.rules.append(infrastructures)
            default: break
            }
        }
        return access
    }
}
