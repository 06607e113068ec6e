/// What a namespace's labels say about the pods that are admitted there.
///
/// Source: Kubernetes, "Pod Security Admission", section "Pod Security Admission labels for namespaces".
public enum PodSecurity {
    /// Pods that violate the level which it names are refused. Those that run already go on running.
    public static let enforceLabel = "pod-security.kubernetes.io/enforce"
    /// The strictest level.
    public static let restricted = "restricted"

    /// Whether only pods of the level `restricted` are admitted. What an API server demands of all namespaces, by its own
    /// configuration, no label says.
    public static func enforcesRestricted(namespaceLabels labels: [String: String]) -> Bool {
        labels[enforceLabel] == restricted
    }
}
