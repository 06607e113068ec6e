import Document
import OperatorAPI

/// The rules of receivers, with the older names of their types.
///
/// Source: opentelemetry-operator v0.158; the receivers' own README files.
enum ReceiverAccess {
    static let table: [String: ComponentAccess.Entry] = [
        "k8s_cluster": cluster, "k8s_events": events, "k8s_objects": objects, "k8sobjects": objects,
        "kubelet_stats": kubeletStats, "kubeletstats": kubeletStats,
    ]

    static let clusterRules = [
        AccessRule.core(
            "events", "namespaces", "namespaces/status", "nodes", "nodes/spec", "persistentvolumeclaims",
            "persistentvolumes", "pods", "pods/status", "replicationcontrollers", "replicationcontrollers/status",
            "resourcequotas", "services", verbs: AccessRule.read),
        AccessRule(
            apiGroups: ["apps"], resources: ["daemonsets", "deployments", "replicasets", "statefulsets"],
            verbs: AccessRule.read),
        AccessRule(
            apiGroups: ["extensions"], resources: ["daemonsets", "deployments", "replicasets"], verbs: AccessRule.read),
        AccessRule(apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: AccessRule.read),
        AccessRule(apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: AccessRule.read),
    ]

    static let openShiftQuotas = AccessRule(
        apiGroups: ["quota.openshift.io"], resources: ["clusterresourcequotas"], verbs: AccessRule.read)

    @Sendable
    static func cluster(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess(rules: clusterRules)
        if try config.text("distribution", &access) == "openshift" { access.rules.append(openShiftQuotas) }
        return access
    }

    @Sendable
    static func events(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        ComponentAccess(rules: [.core("events", verbs: AccessRule.read)])
    }

    @Sendable
    static func objects(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess()
        if config.isOpen("objects", &access) { return access }
        for (index, element) in try config.list("objects").enumerated() {
            let object = try FieldReader(element, at: "\(config.path).objects[\(index)]")
            guard let name = try object.string("name"), !name.isEmpty else {
                throw object.error("name", object.object["name"] ?? .null, "the name of a resource")
            }
            let parts = ["name", "group", "mode"].map { object.isOpen($0, &access) }
            if parts.contains(true) { continue }
            let verbs =
                switch try object.string("mode") {
                // Events are listed again and again, never read one by one.
                case "pull"? where name != "events" && name != "events.k8s.io": ["list", "get"]
                case "watch"?: ["list", "watch"]
                default: ["list"]
                }
            access.rules.append(
                AccessRule(apiGroups: [try object.string("group") ?? ""], resources: [name], verbs: verbs))
        }
        return access
    }

    static let nodeStats = AccessRule.core("nodes/stats", verbs: ["get"])
    static let nodeProxy = AccessRule.core("nodes/proxy", verbs: ["get"])

    /// Shares of a limit or a request are computed from what the kubelet says of pods, beyond its statistics.
    private static let utilizations = ["container", "pod"].flatMap { whose in
        ["cpu_limit", "cpu_request", "memory_limit", "memory_request"].map { "k8s.\(whose).\($0)_utilization" }
    }

    @Sendable
    static func kubeletStats(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess(rules: [nodeStats])
        var readsPods = try !config.strings("extra_metadata_labels", &access).isEmpty
        if !config.isOpen("metrics", &access) {
            let metrics = try config.nested("metrics")
            for name in utilizations where !metrics.isOpen(name, &access) {
                if try metrics.nested(name).flag("enabled", &access) == true { readsPods = true }
            }
        }
        if readsPods { access.rules.append(nodeProxy) }
        return access
    }
}
