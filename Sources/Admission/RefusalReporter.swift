import Document
import Injection
import KubeModel
public import KubeRuntime
public import Logging
import Metrics
import OperatorAPI

/// Tells why pods were not injected where people look: an Event on the owner, a log line, a counter. (The admission
/// response carries the warning.)
public struct RefusalReporter: Sendable {
    static let eventReason = "InstrumentationRequestRejected"

    private let events: EventRecorder
    private let logger: Logger
    /// Made once: looking one up takes a good part of the time of an injection.
    private let injections: [Language: Counter]

    public init(events: EventRecorder, logger: Logger) {
        self.events = events
        self.logger = logger
        injections = Dictionary(
            uniqueKeysWithValues: Language.allCases.map {
                ($0, Counter(label: "otel_operator_injections_total", dimensions: [("language", $0.rawValue)]))
            })
    }

    func report(_ result: InjectionResult, of request: AdmissionRequest) {
        // A dry run leaves nothing behind.
        if request.dryRun { return }
        if case .injected(let injected) = result.outcome {
            for language in Set(injected.containers.map(\.language)) { injections[language]?.increment() }
        }
        for refusal in result.refusals {
            Counter(
                label: "otel_operator_injection_refusals_total",
                dimensions: [("language", refusal.language?.rawValue ?? ""), ("reason", refusal.reason.label)]
            ).increment()
        }
        guard !result.refusals.isEmpty else { return }
        let pod = KubeObject(request.object)
        for refusal in result.refusals {
            logger.warning(
                "pod not injected",
                metadata: [
                    "namespace": "\(request.namespace)", "pod": "\(pod.name.isEmpty ? podPrefix(pod) : pod.name)",
                    "uid": "\(request.uid)", "language": "\(refusal.language?.rawValue ?? "")",
                    "reason": "\(refusal.reason.label)", "detail": "\(refusal)",
                ])
            events.record(
                .warning, regarding: Self.regarding(pod, namespace: request.namespace),
                fallback: Self.namespace(request.namespace), reason: Self.eventReason, note: "\(refusal)")
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
