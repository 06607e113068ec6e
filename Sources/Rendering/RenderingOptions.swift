public import KubeModel

/// What the operator's flags and the cluster say about rendering.
public struct RenderingOptions: Sendable, Equatable {
    /// Which monitors are made.
    public enum MonitorAPI: String, Sendable, CaseIterable {
        /// Those that the cluster serves.
        case auto
        case azmonitoring, coreos, none
    }

    /// The image of collectors that name none.
    public var collectorImage: String
    /// Labels of the resource that do not reach its objects.
    public var labelsFilter: KeyFilter
    /// Annotations of the resource that do not reach its objects.
    public var annotationsFilter: KeyFilter
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, which collectors get too.
    public var proxyEnvironment: ProxyEnvironment
    public var monitorAPI: MonitorAPI
    public var availableAPIs: AvailableAPIs
    /// Whether the operator may make ClusterRoles and ClusterRoleBindings for the components that need rights.
    public var canGrantAccess: Bool

    /// Source: opentelemetry-operator v0.158.
    public static let defaultCollectorImage =
        "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector:0.158.0"

    public init(
        collectorImage: String = defaultCollectorImage, labelsFilter: KeyFilter = .none,
        annotationsFilter: KeyFilter = .lastApplied, proxyEnvironment: ProxyEnvironment = ProxyEnvironment(),
        monitorAPI: MonitorAPI = .auto, availableAPIs: AvailableAPIs = .all,
        canGrantAccess: Bool = true
    ) {
        self.collectorImage = collectorImage
        self.labelsFilter = labelsFilter
        self.annotationsFilter = annotationsFilter
        self.proxyEnvironment = proxyEnvironment
        self.monitorAPI = monitorAPI
        self.availableAPIs = availableAPIs
        self.canGrantAccess = canGrantAccess
    }
}

/// The operator's own proxy settings.
public struct ProxyEnvironment: Sendable, Equatable {
    public var http: String?
    public var https: String?
    public var none: String?

    public init(http: String? = nil, https: String? = nil, none: String? = nil) {
        self.http = http
        self.https = https
        self.none = none
    }

    /// Each variable that has a value, followed by its lower-case twin.
    var variables: [(name: String, value: String)] {
        [("HTTP_PROXY", http), ("HTTPS_PROXY", https), ("NO_PROXY", none)].flatMap { name, value in
            guard let value, !value.isEmpty else { return [(name: String, value: String)]() }
            return [(name, value), (name.lowercased(), value)]
        }
    }
}

/// Which of the APIs that not every cluster has are served. Core, apps and RBAC always are.
public struct AvailableAPIs: Sendable, Equatable {
    private var types: Set<ResourceType>?

    /// - Parameter types: what discovery found; only the optional ones count.
    public init(_ types: some Sequence<ResourceType>) { self.types = Set(types) }

    private init() {}

    /// Every API, for rendering without a cluster.
    public static let all = AvailableAPIs()

    /// The types that should be looked for.
    public static let optional: [ResourceType] = [
        .podDisruptionBudget, .networkPolicy, .horizontalPodAutoscaler, .azurePodMonitor, .serviceMonitor,
    ]

    public func serves(_ type: ResourceType) -> Bool { types?.contains(type) ?? true }
}

extension ResourceType {
    public static let podDisruptionBudget = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")
    public static let networkPolicy = ResourceType(
        group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies")
    public static let horizontalPodAutoscaler = ResourceType(
        group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers")
    /// The Prometheus operator's, not Azure's.
    public static let serviceMonitor = ResourceType(
        group: "monitoring.coreos.com", version: "v1", kind: "ServiceMonitor", plural: "servicemonitors")
}
