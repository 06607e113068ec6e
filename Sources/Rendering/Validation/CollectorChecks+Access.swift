import Document
import KubeModel
import OperatorAPI

/// The rights that the collector and its target allocator need.
extension CollectorChecks {
    /// - Parameter canGrant: whether the operator gives collectors their rights.
    func access(canGrant: Bool) throws(CollectorRefusal) -> [AccessDemand] {
        var demands: [AccessDemand] = []
        let rules = try componentRules(canGrant: canGrant)
        if !rules.isEmpty {
            let own = collector.spec.serviceAccount
            if canGrant {
                demands.append(
                    AccessDemand(.granted, of: account(own.isEmpty ? names.serviceAccount : own), rules: rules))
            } else if !own.isEmpty {
                demands.append(
                    AccessDemand(.expected(prefix: "RBAC rules are missing: "), of: account(own), rules: rules))
            }
        }
        if collector.spec.isTargetAllocatorEnabled,
            spec[path: "targetAllocator", "prometheusCR", "enabled"]?.boolValue == true
        {
            let name = spec[path: "targetAllocator", "serviceAccount"]?.stringValue ?? ""
            demands.append(
                AccessDemand(
                    .expected(prefix: ""), of: account(name.isEmpty ? names.targetAllocator : name),
                    rules: Self.monitorRules))
        }
        return demands
    }

    private var names: Names { Names(collector: collector.name) }

    private func account(_ name: String) -> ObjectKey { ObjectKey(namespace: collector.namespace, name: name) }

    private func componentRules(canGrant: Bool) throws(CollectorRefusal) -> [AccessRule] {
        do throws(FieldError) {
            return try config.accessRules()
        } catch {
            // What cannot be given need not be known.
            if !canGrant { return [] }
            throw CollectorRefusal("unable to determine RBAC rules for collector config: \(error)")
        }
    }

    /// What a target allocator reads to find the targets of monitors.
    ///
    /// Source: opentelemetry-operator v0.158, rules that are needed for `prometheusCR`.
    private static let monitorRules = [
        AccessRule(apiGroups: ["monitoring.coreos.com"], resources: ["servicemonitors", "podmonitors"], verbs: ["*"]),
        AccessRule(
            apiGroups: [""], resources: ["nodes", "nodes/metrics", "services", "endpoints", "pods", "namespaces"],
            verbs: ["get", "list", "watch"]),
        AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["get"]),
        AccessRule(apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"]),
        AccessRule(apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["get", "list", "watch"]),
        AccessRule(nonResourceURLs: ["/metrics"], verbs: ["get"]),
        AccessRule(nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*"], verbs: ["get"]),
    ]
}
