public import Document
public import KubeModel
public import OperatorAPI

/// Where the injector reads Instrumentations: in memory, without waiting.
///
/// An object that cannot be read is told apart from one that does not exist, so that the refusal can say why.
public struct InstrumentationSource: Sendable {
    public typealias Lookup = Result<Instrumentation, FieldError>

    /// The Instrumentation of that name, `nil` when there is none.
    public var instrumentation: @Sendable (ObjectKey) -> Lookup?
    /// All Instrumentations of a namespace, in whatever order.
    public var instrumentations: @Sendable (_ namespace: String) -> [Lookup]

    public init(
        instrumentation: @escaping @Sendable (ObjectKey) -> Lookup?,
        instrumentations: @escaping @Sendable (_ namespace: String) -> [Lookup]
    ) {
        self.instrumentation = instrumentation
        self.instrumentations = instrumentations
    }

    /// - Parameter fixed: what `true` asks for in every namespace, in place of the Instrumentation of the namespace. One that
    ///   is asked for by name is the same as before. `nil` changes nothing.
    public func choosing(_ fixed: Instrumentation?) -> InstrumentationSource {
        guard let fixed else { return self }
        var source = self
        source.instrumentations = { _ in [.success(fixed)] }
        return source
    }

    /// A fixed set of objects, as manifests hold them.
    public init(_ objects: [JSONValue]) {
        var byKey: [ObjectKey: Lookup] = [:]
        for object in objects {
            byKey[KubeObject(object).key] = Lookup { () throws(FieldError) in try Instrumentation(object) }
        }
        let all = byKey
        self.init(
            instrumentation: { all[$0] },
            instrumentations: { namespace in
                all.filter { $0.key.namespace == namespace }.sorted { $0.key < $1.key }.map(\.value)
            })
    }
}
