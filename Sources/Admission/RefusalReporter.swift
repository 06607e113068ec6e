import Document
import Injection
import KubeModel
public import KubeRuntime
public import Logging
public import Metrics
import OperatorAPI
import Synchronization

/// Tells why pods were not injected where people look: an Event on the owner, a log line, a counter. (The admission
/// response carries the warning.)
public struct RefusalReporter: Sendable {
    static let eventReason = "InstrumentationRequestRejected"

    private let events: EventRecorder
    private let logger: Logger
    /// Made once: looking one up takes a good part of the time of an injection.
    private let injections: [Language: Counter]
    private let sidecars: Counter
    private let refusals: RefusalCounters

    public init(events: EventRecorder, logger: Logger, factory: any MetricsFactory = MetricsSystem.factory) {
        self.events = events
        self.logger = logger
        injections = Dictionary(
            uniqueKeysWithValues: Language.allCases.map { language in
                let labels = [("language", language.rawValue)]
                return (
                    language, Counter(label: "otel_operator_injections_total", dimensions: labels, factory: factory)
                )
            })
        sidecars = Counter(label: "otel_operator_sidecar_injections_total", factory: factory)
        refusals = RefusalCounters(factory: factory)
    }

    func report(_ result: InjectionResult, of request: AdmissionRequest) {
        // A dry run leaves nothing behind.
        if request.dryRun { return }
        if case .injected(let injected) = result.outcome {
            for language in Set(injected.containers.map(\.language)) { injections[language]?.increment() }
            if case .added? = injected.sidecar { sidecars.increment() }
        }
        for refusal in result.refusals { refusals.count(refusal) }
        guard !result.refusals.isEmpty else { return }
        let pod = KubeObject(request.object)
        for refusal in result.refusals {
            let detail = refusal.description
            logger.warning(
                refusal.reason.isPartial ? "pod not injected in full" : "pod not injected",
                metadata: [
                    "namespace": "\(request.namespace)", "pod": "\(pod.name.isEmpty ? podPrefix(pod) : pod.name)",
                    "uid": "\(request.uid)", "language": "\(refusal.language?.rawValue ?? "")",
                    "reason": "\(refusal.reason.label)", "detail": "\(detail)",
                ])
            events.record(
                .warning, regarding: Self.regarding(pod, namespace: request.namespace),
                fallback: Self.namespace(request.namespace), reason: Self.eventReason, note: detail)
        }
    }

    private func podPrefix(_ pod: KubeObject) -> String { pod.metadata["generateName"]?.stringValue ?? "" }

    /// The pod does not exist yet, so an Event about it would point at nothing: its owner, or the namespace.
    private static func regarding(_ pod: KubeObject, namespace: String) -> ObjectReference {
        if let owner = pod.controller ?? pod.ownerReferences.first {
            return ObjectReference(
                apiVersion: owner.apiVersion, kind: owner.kind, namespace: namespace, name: owner.name, uid: owner.uid)
        }
        return Self.namespace(namespace)
    }

    /// With its own name as the namespace, so that the Event appears beside the pods it is about.
    private static func namespace(_ name: String) -> ObjectReference {
        ObjectReference(apiVersion: "v1", kind: "Namespace", namespace: name, name: name, uid: "")
    }
}

/// Counts refusals. Each counter is made when it is first needed: there are many pairs of language and reason, and few that occur.
private final class RefusalCounters: Sendable {
    private struct Key: Hashable {
        var language: Language?
        var reason: String
    }

    private let factory: any MetricsFactory
    private let counters = Mutex<[Key: Counter]>([:])

    init(factory: any MetricsFactory) { self.factory = factory }

    func count(_ refusal: Refusal) {
        let key = Key(language: refusal.language, reason: refusal.reason.label)
        let counter = counters.withLock { counters in
            if let known = counters[key] { return known }
            let labels = [("language", key.language?.rawValue ?? ""), ("reason", key.reason)]
            let made = Counter(label: "otel_operator_injection_refusals_total", dimensions: labels, factory: factory)
            counters[key] = made
            return made
        }
        counter.increment()
    }
}
