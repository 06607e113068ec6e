public import Document

/// What a user asks of a collector. Members of core/v1 types stay JSON trees.
///
/// The defaults of the API's schema and of the reference's webhook are applied while reading, so that a resource means
/// the same whether or not a webhook has seen it.
public struct CollectorSpec: Sendable {
    public enum Mode: String, Sendable, CaseIterable {
        case deployment, statefulset, daemonset, sidecar
    }

    public enum ManagementState: String, Sendable, CaseIterable {
        case managed, unmanaged
    }

    public enum UpgradeStrategy: String, Sendable, CaseIterable {
        case automatic, none
    }

    public var mode = Mode.deployment
    public var managementState = ManagementState.managed
    public var upgradeStrategy = UpgradeStrategy.automatic
    public var config = CollectorConfig()
    /// How many former ConfigMaps stay, at least 1.
    public var configVersions = 3

    // How many.
    public var replicas = 1
    public var autoscaler: Autoscaler?
    /// `minAvailable` and `maxUnavailable`; `nil` when the user says nothing.
    public var podDisruptionBudget: JSONValue?
    public var deploymentUpdateStrategy: JSONValue?
    public var daemonSetUpdateStrategy: JSONValue?

    // Of a StatefulSet.
    /// The Service that governs the pods' names; the headless Service when empty.
    public var serviceName = ""
    public var podManagementPolicy = "Parallel"
    /// core/v1 PersistentVolumeClaims.
    public var volumeClaimTemplates: [JSONValue] = []
    /// apps/v1 StatefulSetPersistentVolumeClaimRetentionPolicy.
    public var claimRetentionPolicy: JSONValue?

    // The collector's container.
    /// Empty for the operator's default.
    public var image = ""
    public var imagePullPolicy: String?
    public var command: [String] = []
    public var arguments: [String: String] = [:]
    public var environment: [EnvironmentVariable] = []
    public var environmentSources: [JSONValue] = []
    public var resources: JSONValue?
    public var securityContext: JSONValue?
    public var lifecycle: JSONValue?
    /// Numbers that replace those of the probe the operator makes.
    public var livenessProbe: JSONValue?
    public var readinessProbe: JSONValue?
    public var startupProbe: JSONValue?
    public var volumeMounts: [JSONValue] = []

    // The pod.
    public var pod = PodSettings()
    public var podAnnotations: [String: String] = [:]
    /// Empty for one that the operator makes.
    public var serviceAccount = ""
    public var volumes: [JSONValue] = []
    public var extraConfigMaps: [ExtraConfigMap] = []

    // The network.
    public var ports: [DeclaredPort] = []
    public var service = ServiceSettings()
    /// `nil` when the user says nothing, which means enabled.
    public var isNetworkPolicyEnabled: Bool?
    public var ingress = IngressSettings()
    public var httpRoute = HTTPRouteSettings()

    // Observing the collector itself.
    public var isMetricsMonitoringEnabled = false
    public var monitorLabels: [String: String] = [:]
    public var hasPrometheusAnnotations = true

    public var isTargetAllocatorEnabled = false

    public init() {}

    /// The replicas that the workload gets: never fewer than the autoscaler's minimum.
    public var desiredReplicas: Int { max(replicas, autoscaler?.minReplicas ?? replicas) }
}

extension CollectorSpec {
    /// The pod's members that the operator passes through.
    public struct PodSettings: Sendable {
        public var initContainers: [JSONValue] = []
        public var additionalContainers: [JSONValue] = []
        public var hostNetwork = false
        public var hostPID = false
        public var hostUsers: Bool?
        public var hostAliases: [JSONValue] = []
        public var shareProcessNamespace = false
        public var tolerations: [JSONValue] = []
        public var nodeSelector: JSONValue?
        public var securityContext: JSONValue?
        public var priorityClassName = ""
        public var affinity: JSONValue?
        public var terminationGracePeriodSeconds: Int?
        public var topologySpreadConstraints: [JSONValue] = []
        public var dnsPolicy = ""
        public var dnsConfig: JSONValue?
    }

    /// Members that all Services of a collector share.
    public struct ServiceSettings: Sendable {
        public var ipFamilies: [JSONValue] = []
        public var ipFamilyPolicy = "SingleStack"
        public var trafficDistribution: String?
        public var sessionAffinity: String?
        public var sessionAffinityConfig: JSONValue?
    }

    /// Bounds and targets of the HorizontalPodAutoscaler.
    public struct Autoscaler: Sendable {
        public var minReplicas: Int?
        public var maxReplicas: Int?
        public var targetCPUUtilization: Int?
        public var targetMemoryUtilization: Int?
        /// `type` and `pods` each.
        public var metrics: [JSONValue] = []
        public var behavior: JSONValue?
    }

    /// A ConfigMap of the user's that is mounted into the collector.
    public struct ExtraConfigMap: Sendable, Equatable {
        public var name: String
        public var mountPath: String
    }

    /// A port that the user adds, or names instead of the operator.
    public struct DeclaredPort: Sendable, Equatable {
        /// May be empty.
        public var name: String
        public var port: Int
        public var `protocol`: String
        public var appProtocol: String?
        /// A number or a name.
        public var targetPort: JSONValue?
        public var nodePort: Int?
        public var hostPort: Int?
    }
}
