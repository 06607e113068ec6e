public import Injection
public import KubeRuntime
public import OperatorAPI

extension InstrumentationSource {
    /// Reads the store of the cluster's Instrumentations.
    ///
    /// - Parameter fixed: see ``choosing(_:)``.
    public init(_ store: Store<Lookup>, fixed: Instrumentation? = nil) {
        self = Self(instrumentation: { store[$0] }, instrumentations: { store.values(inNamespace: $0) })
            .choosing(fixed)
    }
}
