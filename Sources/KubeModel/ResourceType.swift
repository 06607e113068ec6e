/// A kind of Kubernetes resource and where the API serves it.
public struct ResourceType: Hashable, Sendable, CustomStringConvertible {
    /// The API group, empty for the core group.
    public var group: String
    public var version: String
    public var kind: String
    /// The lower-case plural name in the URL, such as `deployments`.
    public var plural: String
    public var isNamespaced: Bool

    public init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `v1` for the core group, else `group/version`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `deployments.apps`, as `kubectl` and RBAC messages write it.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType {
    public static let configMap = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    public static let secret = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
    public static let service = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")
    public static let serviceAccount = ResourceType(
        group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
    public static let namespace = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    public static let pod = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
    public static let deployment = ResourceType(group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    public static let statefulSet = ResourceType(
        group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets")
    public static let daemonSet = ResourceType(group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets")
    public static let replicaSet = ResourceType(group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")
    public static let job = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
    public static let lease = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")
    public static let event = ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
    public static let customResourceDefinition = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions", isNamespaced: false)
    public static let mutatingWebhookConfiguration = ResourceType(
        group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingWebhookConfiguration",
        plural: "mutatingwebhookconfigurations", isNamespaced: false)
    public static let validatingWebhookConfiguration = ResourceType(
        group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingWebhookConfiguration",
        plural: "validatingwebhookconfigurations", isNamespaced: false)
    public static let tokenReview = ResourceType(
        group: "authentication.k8s.io", version: "v1", kind: "TokenReview", plural: "tokenreviews", isNamespaced: false)
    public static let subjectAccessReview = ResourceType(
        group: "authorization.k8s.io", version: "v1", kind: "SubjectAccessReview", plural: "subjectaccessreviews",
        isNamespaced: false)
    public static let selfSubjectAccessReview = ResourceType(
        group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews", isNamespaced: false)

    // Ours.
    public static let instrumentation = ResourceType(
        group: "opentelemetry.io", version: "v1alpha1", kind: "Instrumentation", plural: "instrumentations")
    public static let openTelemetryCollector = ResourceType(
        group: "opentelemetry.io", version: "v1beta1", kind: "OpenTelemetryCollector",
        plural: "opentelemetrycollectors")
    public static let azurePodMonitor = ResourceType(
        group: "azmonitoring.coreos.com", version: "v1", kind: "PodMonitor", plural: "podmonitors")
}
