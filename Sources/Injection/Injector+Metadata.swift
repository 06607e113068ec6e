public import Document
public import KubeModel
public import OperatorAPI

/// A language that a pod asks for, as far as the metadata of the pod and its namespace tell.
public struct AnnotatedRequest: Equatable, Sendable {
    public var language: Language
    /// The Instrumentation that is asked for. Several where the annotation does not say which; none where it names one that
    /// does not exist.
    public var instrumentations: [ObjectKey]
    /// Why it is refused whatever is in the pod; `nil` when that depends on the pod's containers, if it is refused at all.
    public var refusal: SkipReason?

    public init(language: Language, instrumentations: [ObjectKey], refusal: SkipReason? = nil) {
        self.language = language
        self.instrumentations = instrumentations
        self.refusal = refusal
    }
}

extension Injector {
    /// What a pod asks for, without its `spec`: the first steps of an injection, for those who look at many pods.
    ///
    /// - Parameter metadata: a Pod, or its PartialObjectMetadata.
    /// - Returns: an element for each language, in their order; empty when nothing is asked for.
    public func annotatedRequests(
        _ metadata: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations source: InstrumentationSource
    ) -> [AnnotatedRequest] {
        let annotations = EffectiveAnnotations(pod: metadata, namespace: namespaceAnnotations)
        let asked = Self.asked(annotations, namespace: namespace, from: source)
        if asked.isEmpty { return [] }

        var refusals: [Refusal] = []
        switch requests(of: asked, refusals: &refusals) {
        case .failure: break
        case .success(var requests):
            if let conflict = assignContainerNames(to: &requests, annotations) {
                refusals += requests.map { $0.refused(conflict.reason(for: $0.language)) }
            }
        }
        return asked.map { asked in
            AnnotatedRequest(
                language: asked.language, instrumentations: source.candidates(asked.request, namespace: namespace),
                refusal: refusals.first { $0.language == asked.language }?.reason)
        }
    }
}

extension InstrumentationSource {
    /// The objects that a request may mean.
    fileprivate func candidates(_ request: InjectionRequest, namespace: String) -> [ObjectKey] {
        switch request {
        case .notRequested: []
        case .anyInNamespace: instrumentations(namespace).compactMap { try? $0.get().key }.sorted()
        case .named(let key): instrumentation(key) == nil ? [] : [key]
        }
    }
}
