public import KubeModel

/// Something about a resource that its author should know: it becomes a condition and, unless it is mere information,
/// an Event. That an API is missing for what nobody asked for is told by `render` only.
public struct Finding: Sendable, Hashable {
    public enum Severity: Int, Sendable, Comparable {
        /// Works as it should, and may still surprise.
        case information
        /// Something that was asked for is missing; the rest is there.
        case warning
        /// Nothing was rendered. What is in the cluster stays as it is.
        case error

        public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    }

    /// CamelCase, for programs: the reason of conditions and Events.
    public enum Reason: String, Sendable, CaseIterable {
        /// A mode or a feature that this operator does not render (yet).
        case unsupported = "Unsupported"
        /// A field of the resource is not what it should be.
        case invalidSpec = "InvalidSpec"
        /// The cluster does not serve an API that an object needs.
        case apiUnavailable = "APIUnavailable"
        /// Two components, or a component and a declared port, want the same port or name.
        case portConflict = "PortConflict"
        /// The collector's own metrics are nowhere that a scraper could reach.
        case metricsNotReachable = "MetricsNotReachable"
        /// A part of the configuration does not reach the collector.
        case configIgnored = "ConfigIgnored"
        /// The collector will not start with its configuration.
        case invalidConfig = "InvalidConfig"
        /// A component reads the Kubernetes API, for which somebody must give the collector rights.
        case accessRequired = "AccessRequired"
        /// The namespace's Pod Security level refuses the collector's pods.
        case podSecurity = "PodSecurity"
        /// The configuration was made for another version of the collector.
        case versionMismatch = "VersionMismatch"
        /// The program itself failed.
        case renderingFailed = "RenderingFailed"
    }

    public var severity: Severity
    public var reason: Reason
    /// A sentence for people, without secrets.
    public var message: String
    /// The type of object that is missing, if it is about one.
    public var type: ResourceType?

    public init(_ severity: Severity, _ reason: Reason, _ message: String, type: ResourceType? = nil) {
        self.severity = severity
        self.reason = reason
        self.message = message
        self.type = type
    }
}

/// An object that should be in the cluster.
public struct RenderedObject: Sendable, Equatable {
    public var type: ResourceType
    public var object: KubeObject

    public init(type: ResourceType, object: KubeObject) {
        self.type = type
        self.object = object
    }
}

/// All that a custom resource asks for.
public struct Rendered: Sendable, Equatable {
    /// In the order in which they should be applied.
    public var objects: [RenderedObject]
    public var findings: [Finding]

    public init(objects: [RenderedObject], findings: [Finding]) {
        self.objects = objects
        self.findings = findings
    }

    /// Whether the objects are all there are, so that others may be pruned. Without this, apply and prune nothing.
    public var isComplete: Bool { !findings.contains { $0.severity == .error } }
}
