public import Document
public import Injection
public import KubeModel
public import KubeRuntime
public import OperatorAPI
import Synchronization

/// The collectors that pods may ask for, rendered when the first pod does.
///
/// - Guarantees: a sidecar is that of the collector as the store has it now; the same version is rendered once, as long as
///   it is among the ``capacity`` last used.
public final class SidecarCatalog: Sendable {
    public static let capacity = 128

    private struct Entry {
        var resourceVersion: String
        var sidecar: SidecarSource.Lookup
    }

    private let collectors: Store<KubeObject>
    private let rendered: @Sendable (JSONValue) throws(SidecarFailure) -> CollectorSidecar
    private let cache = Mutex(RecentlyUsed<ObjectKey, Entry>(capacity: SidecarCatalog.capacity))

    /// - Parameter rendered: the sidecar of an OpenTelemetryCollector.
    public init(
        collectors: Store<KubeObject>,
        rendered: @escaping @Sendable (JSONValue) throws(SidecarFailure) -> CollectorSidecar
    ) {
        self.collectors = collectors
        self.rendered = rendered
    }

    /// - Parameter isNative: see ``SidecarSource/isNative``.
    public func source(isNative: @escaping @Sendable () -> Bool) -> SidecarSource {
        SidecarSource(
            sidecar: { self.sidecar($0) },
            candidates: { namespace in
                self.collectors.values(inNamespace: namespace).filter { SidecarSource.isCandidate($0.json) }.map(\.key)
            },
            isNative: isNative)
    }

    private func sidecar(_ key: ObjectKey) -> SidecarSource.Lookup? {
        guard let collector = collectors[key] else {
            cache.withLock { $0.remove(key) }
            return nil
        }
        let version = collector.resourceVersion
        if let known = cache.withLock({ $0.value(key) }), known.resourceVersion == version { return known.sidecar }
        // Outside the lock: two pods at once may both render it, and the others do not wait.
        let sidecar = SidecarSource.Lookup { () throws(SidecarFailure) in try rendered(collector.json) }
        cache.withLock { $0.insert(Entry(resourceVersion: version, sidecar: sidecar), for: key) }
        return sidecar
    }
}
