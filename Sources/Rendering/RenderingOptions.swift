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
    /// Whether the webhooks look at what is written in the namespace that is rendered for. Where they do not, nobody has
    /// checked that who asks for rights has them, and so nobody gets any. `nil` when that is not known yet: then no rights
    /// are given, and nothing is said about it.
    public var isSeenByWebhooks: Bool?
    /// Whether the namespace that is rendered for admits only pods of the level `restricted` (`PodSecurity`).
    public var enforcesRestrictedPods: Bool
    /// `nil` when nobody knows; then it counts as current.
    public var kubernetesVersion: KubernetesVersion?
    /// What collectors that serve TLS are to keep to; `nil` for what the collector itself takes.
    public var tlsProfile: TLSProfile?

    /// Source: opentelemetry-operator v0.158.
    public static let defaultCollectorImage =
        "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector:0.158.0"

    public init(
        collectorImage: String = defaultCollectorImage, labelsFilter: KeyFilter = .none,
        annotationsFilter: KeyFilter = .lastApplied, proxyEnvironment: ProxyEnvironment = ProxyEnvironment(),
        monitorAPI: MonitorAPI = .auto, availableAPIs: AvailableAPIs = .all,
        canGrantAccess: Bool = true, isSeenByWebhooks: Bool? = true, enforcesRestrictedPods: Bool = false,
        kubernetesVersion: KubernetesVersion? = nil, tlsProfile: TLSProfile? = nil
    ) {
        self.collectorImage = collectorImage
        self.labelsFilter = labelsFilter
        self.annotationsFilter = annotationsFilter
        self.proxyEnvironment = proxyEnvironment
        self.monitorAPI = monitorAPI
        self.availableAPIs = availableAPIs
        self.canGrantAccess = canGrantAccess
        self.isSeenByWebhooks = isSeenByWebhooks
        self.enforcesRestrictedPods = enforcesRestrictedPods
        self.kubernetesVersion = kubernetesVersion
        self.tlsProfile = tlsProfile
    }
}

extension RenderingOptions {
    /// Whether components get the rights that they need.
    var grantsAccess: Bool { canGrantAccess && isSeenByWebhooks == true }

    /// Why they do not; `nil` when they do, or nobody knows yet.
    var accessObstacle: String? {
        if !canGrantAccess { return "as this operator may not make ClusterRoles" }
        if isSeenByWebhooks == false {
            return "as no webhook is asked about this namespace and so nobody checks who asks for them: its label "
                + "control-plane, or kubernetes.azure.com/managedby, keeps webhooks away; ClusterRoles that are there "
                + "stay as they are"
        }
        return nil
    }

    /// Whether Services may keep to their own node: from 1.22 on by default.
    ///
    /// Source: Kubernetes, "Service Internal Traffic Policy".
    var hasInternalTrafficPolicy: Bool {
        kubernetesVersion.map { $0 >= KubernetesVersion(major: 1, minor: 22) } ?? true
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
        .podDisruptionBudget, .networkPolicy, .horizontalPodAutoscaler, .ingress, .route, .httpRoute, .azurePodMonitor,
        .serviceMonitor, .podMonitor,
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
    public static let ingress = ResourceType(
        group: "networking.k8s.io", version: "v1", kind: "Ingress", plural: "ingresses")
    /// OpenShift's.
    public static let route = ResourceType(
        group: "route.openshift.io", version: "v1", kind: "Route", plural: "routes")
    /// The Gateway API's.
    public static let httpRoute = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", kind: "HTTPRoute", plural: "httproutes")
    /// The Prometheus operator's, not Azure's.
    public static let podMonitor = ResourceType(
        group: "monitoring.coreos.com", version: "v1", kind: "PodMonitor", plural: "podmonitors")
    /// The Prometheus operator's, not Azure's.
    public static let serviceMonitor = ResourceType(
        group: "monitoring.coreos.com", version: "v1", kind: "ServiceMonitor", plural: "servicemonitors")
}
