import OperatorAPI

/// The rules of extensions.
///
/// Source: opentelemetry-operator v0.158; the extensions' own README files.
enum ExtensionAccess {
    static let table: [String: ComponentAccess.Entry] = [
        "k8s_leader_elector": leaderElector, "k8s_observer": observer,
    ]

    static let leases = AccessRule(
        apiGroups: ["coordination.k8s.io"], resources: ["leases"],
        verbs: ["get", "list", "watch", "create", "update", "patch", "delete"])

    @Sendable
    static func leaderElector(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        ComponentAccess(rules: [leases])
    }

    /// The observer watches pods when nothing is said; the reference grants only what is asked for by name, and so do we:
    /// another rule in a ClusterRole would be a right that somebody who checked the resource has not seen.
    @Sendable
    static func observer(_ config: FieldReader) throws(FieldError) -> ComponentAccess {
        var access = ComponentAccess()
        for resource in ["pods", "services", "nodes"] {
            if try config.flag("observe_\(resource)", &access) == true {
                access.rules.append(.core(resource, verbs: ["list", "watch"]))
            }
        }
        if config.value("observe_pods") == nil {
            access.remarks.append(
                "observes pods by default, and is granted what is asked for by name only: write observe_pods: true or false"
            )
        }
        return access
    }
}
