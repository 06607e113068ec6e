public import KubeModel
public import OperatorAPI

/// Why a collector sidecar was not added to a pod, or not removed from it.
public enum SidecarRefusal: Equatable, Sendable {
    case podUnreadable(FieldError)
    case noContainers

    case noCollector(namespace: String)
    case severalCollectors([String])
    case collectorNotFound(ObjectKey)
    case collectorUnusable(ObjectKey, SidecarFailure)

    // What is taken: the API server would refuse the pod.
    case volumeNameTaken(String)
    case containerNameTaken(String)
    case hostPortTaken(Int)
    /// The namespace's Pod Security level would refuse it, too.
    case podSecurity(ObjectKey, [String])
    // Mistakes in the collector that the API server would refuse the pod for.
    case volumeMissing(String)
    case mountPathTwice(String)
    case collectorInvalid(ObjectKey, FieldError)

    /// It should be removed, and nothing would be left.
    case onlyContainer
}

extension SidecarRefusal {
    /// A stable word for metrics.
    var label: String {
        switch self {
        case .podUnreadable: "SidecarPodUnreadable"
        case .noContainers: "SidecarNoContainers"
        case .noCollector: "SidecarNoCollector"
        case .severalCollectors: "SidecarSeveralCollectors"
        case .collectorNotFound: "SidecarCollectorNotFound"
        case .collectorUnusable(_, .otherMode): "SidecarCollectorOfOtherMode"
        case .collectorUnusable(_, .unrenderable): "SidecarCollectorInvalid"
        case .volumeNameTaken: "SidecarVolumeNameTaken"
        case .containerNameTaken: "SidecarContainerNameTaken"
        case .hostPortTaken: "SidecarHostPortTaken"
        case .podSecurity: "SidecarPodSecurity"
        case .volumeMissing: "SidecarVolumeMissing"
        case .mountPathTwice: "SidecarMountPathTwice"
        case .collectorInvalid: "SidecarCollectorInvalid"
        case .onlyContainer: "SidecarIsOnlyContainer"
        }
    }

    /// For people. Where the reference has a message, the same words.
    var sentence: String {
        switch self {
        case .podUnreadable(let error): "the pod cannot be read: \(error)"
        case .noContainers: "the pod has no containers"
        case .noCollector: "no OpenTelemetry Collector instances available"
        case .severalCollectors:
            "multiple OpenTelemetry Collector instances available, cannot determine which one to select"
        case .collectorNotFound(let key): "OpenTelemetryCollector.opentelemetry.io \"\(key.name)\" not found"
        case .collectorUnusable(_, let failure): "\(failure)"
        case .volumeNameTaken(let name): "the pod already has another volume named \(name)"
        case .containerNameTaken(let name): "the pod already has a container named \(name)"
        case .hostPortTaken(let port): "the port \(port) of the host is taken in the pod"
        case .podSecurity(_, let violations):
            "the namespace enforces the Pod Security level restricted, which would refuse the pod: "
                + violations.joined(separator: "; ")
        case .volumeMissing(let name):
            "the collector mounts a volume named \(name), which neither it nor the pod has"
        case .mountPathTwice(let path): "the collector mounts two volumes at \(path)"
        case .collectorInvalid(_, let fault): "the collector would make the pod invalid: \(fault)"
        case .onlyContainer: "the pod has no other container"
        }
    }

    /// What helps to find the cause, beyond the words of the reference.
    var detail: String? {
        switch self {
        case .noCollector(let namespace): "mode sidecar, namespace \(namespace)"
        case .severalCollectors(let names): names.joined(separator: ", ")
        case .collectorNotFound(let key): "namespace \(key.namespace)"
        case .collectorUnusable(let key, _), .collectorInvalid(let key, _), .podSecurity(let key, _):
            "OpenTelemetryCollector \(key)"
        default: nil
        }
    }

    /// What did not happen.
    var headline: String {
        self == .onlyContainer ? "the collector sidecar was not removed" : "the collector sidecar was not injected"
    }

    /// Whether the reference answers the admission with code 500 for it (still allowing the pod).
    var isFailure: Bool {
        switch self {
        case .podUnreadable, .collectorNotFound: true
        default: false
        }
    }
}
