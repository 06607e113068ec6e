import Document
public import Injection
public import KubeModel
public import KubeRuntime
public import OperatorAPI
public import Webhook

/// Answers the reviews of created pods: joins the webhook's requests, the stores and the injector.
///
/// - Guarantees: the pod is admitted whatever goes wrong. What was asked for and not done is reported.
/// - Caveats: an Instrumentation made a moment ago may not be in the store yet; the refusal says that there is none.
public struct PodMutator: AdmissionHandler {
    /// Where kube-apiserver sends the reviews of pods.
    public static let path = "/mutate-v1-pod"
    private static let requestKeys = Injector.requestKeys.map { TextPattern($0) }

    private let injector: Injector
    private let namespaces: Store<NamespaceFacts>
    private let source: InstrumentationSource
    private let sidecars: SidecarSource
    private let owners: OwnerReader
    private let reporter: RefusalReporter

    /// - Parameter fixed: the Instrumentation that `true` asks for, when the cluster's are switched off.
    public init(
        injector: Injector, namespaces: Store<NamespaceFacts>, instrumentations: Store<InstrumentationSource.Lookup>,
        fixed: Instrumentation? = nil, sidecars: SidecarSource = .none, owners: OwnerReader, reporter: RefusalReporter
    ) {
        self.injector = injector
        self.namespaces = namespaces
        source = InstrumentationSource(instrumentations, fixed: fixed)
        self.sidecars = sidecars
        self.owners = owners
        self.reporter = reporter
    }

    public func shortcut(_ review: RawReview) -> AdmissionResponse? {
        guard !Injector.mayRequest(namespaceAnnotations(review.namespace)) else { return nil }
        return review.contains(any: Self.requestKeys) ? nil : .allowed()
    }

    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        guard request.operation == .create else { return .allowed() }
        let plan = plan(request)
        return plan.ownerLookup == nil ? response(to: request, plan.result()) : nil
    }

    public func handle(_ request: AdmissionRequest) async -> AdmissionResponse {
        guard request.operation == .create else { return .allowed() }
        let plan = plan(request)
        guard let lookup = plan.ownerLookup else { return response(to: request, plan.result()) }
        let facts = await owners.facts(lookup)
        var result = plan.result(owners: facts)
        if facts == nil, case .injected = result.outcome {
            result.refusals.append(Refusal(language: nil, reason: .ownerUnread(lookup)))
        }
        return response(to: request, result)
    }

    private func response(to request: AdmissionRequest, _ result: InjectionResult) -> AdmissionResponse {
        reporter.report(result, of: request)
        let warnings = result.refusals.map(\.description)
        switch result.outcome {
        case .injected(let injected): return .patched(text: injected.patchText(), warnings: warnings)
        case .skipped:
            guard let message = result.failureMessage else { return .allowed(warnings: warnings) }
            return .errored(message, isAllowed: true, warnings: warnings)
        }
    }

    private func plan(_ request: AdmissionRequest) -> InjectionPlan {
        let facts = namespaces[ObjectKey(name: request.namespace)]
        return injector.plan(
            request.object, namespace: request.namespace, namespaceAnnotations: facts?.annotations ?? [:],
            enforcesRestrictedPods: facts?.enforcesRestrictedPods ?? false, instrumentations: source,
            sidecars: sidecars)
    }

    private func namespaceAnnotations(_ namespace: String) -> [String: String] {
        namespaces[ObjectKey(name: namespace)]?.annotations ?? [:]
    }
}
