public import Document
public import KubeModel

/// What a collector of mode `sidecar` adds to each pod that asks for it.
///
/// Made of the collector alone; what depends on the pod (resource attributes, the form of the container) is added when it
/// is injected.
///
/// Source: opentelemetry-operator v0.158, mode `sidecar`.
public struct CollectorSidecar: Sendable, Equatable {
    /// The collector that it comes from.
    public var collector: ObjectKey
    /// Everything but the resource attributes.
    public var container: JSONValue
    /// To run before the pod's own containers.
    public var initContainers: [JSONValue]
    /// What the container mounts.
    public var volumes: [JSONValue]

    /// Of the collector's container, in pods of its own and in those of others.
    public static let containerName = "otc-container"
    /// On pods that got a sidecar: which one.
    public static let label = "sidecar.opentelemetry.io/injected"

    public init(
        collector: ObjectKey, container: JSONValue, initContainers: [JSONValue] = [], volumes: [JSONValue] = []
    ) {
        self.collector = collector
        self.container = container
        self.initContainers = initContainers
        self.volumes = volumes
    }

    /// The value of ``label``: namespace and name, as far as they fit.
    public var labelValue: String { Self.labelValue(of: collector) }

    public static func labelValue(of collector: ObjectKey) -> String {
        TruncatedName.joined(.variable(collector.namespace), .fixed("."), .variable(collector.name))
    }
}

/// Why a collector cannot be a sidecar.
public enum SidecarFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// It runs in pods of its own.
    case otherMode
    /// Its resource is wrong, or cannot be rendered.
    case unrenderable(String)

    public var description: String {
        switch self {
        // The words of the reference.
        case .otherMode: "the OpenTelemetry Collector's mode is not set to sidecar"
        case .unrenderable(let message): message
        }
    }
}
