/// The kinds whose pods a manifest describes, and where it does so.
public enum WorkloadKind: String, CaseIterable, Sendable {
    case pod = "Pod"
    case deployment = "Deployment"
    case statefulSet = "StatefulSet"
    case daemonSet = "DaemonSet"
    case replicaSet = "ReplicaSet"
    case replicationController = "ReplicationController"
    case job = "Job"
    case cronJob = "CronJob"

    /// `nil` for an object of any other kind, or of another group's kind of the same name.
    public init?(_ object: ManifestObject) {
        guard let kind = WorkloadKind(rawValue: object.kind), kind.groups.contains(object.group) else { return nil }
        self = kind
    }

    /// Versions that API servers no longer serve are read as well: `apps` was `extensions` once.
    private var groups: Set<String> {
        switch self {
        case .pod, .replicationController: [""]
        case .deployment, .daemonSet, .replicaSet: ["apps", "extensions"]
        case .statefulSet: ["apps"]
        case .job, .cronJob: ["batch"]
        }
    }

    /// The members that lead to the pod template; none when the object itself is the pod.
    var templatePath: [String] {
        switch self {
        case .pod: []
        case .cronJob: ["spec", "jobTemplate", "spec", "template"]
        default: ["spec", "template"]
        }
    }
}
