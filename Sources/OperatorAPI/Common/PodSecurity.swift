/// What a namespace's labels say about the pods that are admitted there.
///
/// Source: Kubernetes, "Pod Security Admission", section "Pod Security Admission labels for namespaces".
public enum PodSecurity {
    /// Pods that violate the level which it names are refused. Those that run already go on running.
    public static let enforceLabel = "pod-security.kubernetes.io/enforce"
    /// Of which version of Kubernetes the rules are: `latest` or `v1.` and a number.
    public static let enforceVersionLabel = "pod-security.kubernetes.io/enforce-version"
    /// The strictest level.
    public static let restricted = "restricted"

    /// The level `restricted`, where only its pods are admitted. What an API server demands of all namespaces, by its own
    /// configuration, no label says.
    public static func restrictedLevel(namespaceLabels labels: [String: String]) -> RestrictedLevel? {
        labels[enforceLabel] == restricted ? RestrictedLevel(version: labels[enforceVersionLabel]) : nil
    }
}
