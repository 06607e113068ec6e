public import Injection
public import KubeRuntime
public import OperatorAPI

extension InstrumentationSource {
    /// Reads the store of the cluster's Instrumentations.
    ///
    /// - Parameter fixed: what `true` asks for in every namespace, when it is not the Instrumentation of the namespace. One
    ///   that is asked for by name is the cluster's all the same.
    public init(_ store: Store<Lookup>, fixed: Instrumentation? = nil) {
        self.init(
            instrumentation: { store[$0] },
            instrumentations: { namespace in
                if let fixed { [.success(fixed)] } else { store.values(inNamespace: namespace) }
            })
    }
}
