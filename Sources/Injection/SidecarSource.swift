public import Document
public import KubeModel
public import OperatorAPI

/// Where the injector finds collectors to add to pods: in memory, without waiting.
public struct SidecarSource: Sendable {
    public typealias Lookup = Result<CollectorSidecar, SidecarFailure>

    /// The sidecar of the collector of that name, `nil` when there is no such collector.
    public var sidecar: @Sendable (ObjectKey) -> Lookup?
    /// The collectors of a namespace that are for pods of others, in whatever order.
    public var candidates: @Sendable (_ namespace: String) -> [ObjectKey]
    /// Whether the cluster starts and stops native sidecars: Kubernetes 1.29 and newer.
    ///
    /// Source: Kubernetes, "Sidecar Containers".
    public var isNative: @Sendable () -> Bool

    public init(
        sidecar: @escaping @Sendable (ObjectKey) -> Lookup?,
        candidates: @escaping @Sendable (_ namespace: String) -> [ObjectKey],
        isNative: @escaping @Sendable () -> Bool
    ) {
        self.sidecar = sidecar
        self.candidates = candidates
        self.isNative = isNative
    }

    /// No collectors at all.
    public static let none = SidecarSource(sidecar: { _ in nil }, candidates: { _ in [] }, isNative: { false })

    /// A fixed set of collectors, as manifests hold them.
    ///
    /// - Parameter rendered: the sidecar of an OpenTelemetryCollector.
    public init(
        _ collectors: [JSONValue], isNative: Bool,
        rendered: (JSONValue) throws(SidecarFailure) -> CollectorSidecar
    ) {
        var sidecars: [ObjectKey: Lookup] = [:]
        for collector in collectors {
            sidecars[KubeObject(collector).key] = Lookup { () throws(SidecarFailure) in try rendered(collector) }
        }
        let candidates = collectors.filter(Self.isCandidate).map { KubeObject($0).key }
        let all = sidecars
        self.init(
            sidecar: { all[$0] },
            candidates: { namespace in candidates.filter { $0.namespace == namespace } },
            isNative: { isNative })
    }

    /// Whether a collector is for pods of others.
    public static func isCandidate(_ collector: JSONValue) -> Bool {
        collector[path: "spec", "mode"]?.stringValue == CollectorSpec.Mode.sidecar.rawValue
    }
}
