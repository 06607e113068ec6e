import Document
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Metrics
import OperatorAPI
import Synchronization
import TestSupport
import Testing

@testable import Admission

/// Counts the counters that are made, and keeps the first messages that are logged.
private final class Telemetry: MetricsFactory, LogHandler, Sendable {
    let counters = Mutex<[String]>([])
    let messages = Mutex<[String]>([])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.withLock { $0.append(([label] + dimensions.map(\.1)).joined(separator: " ")) }
        return NOOPMetricsHandler.instance
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    func log(event: LogEvent) { messages.withLock { $0.append("\(event.message)") } }
}

@Suite("Telling refusals", .timeLimit(.minutes(1)))
struct RefusalReporterTests {
    private let api = EventCounter()
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func pod(owner: String?) -> JSONValue {
        var metadata: JSONValue = [
            "generateName": "p-", "annotations": ["instrumentation.opentelemetry.io/inject-python": "missing"],
        ]
        if let owner {
            metadata["ownerReferences"] = [
                [
                    "apiVersion": "batch/v1", "kind": "Job", "name": .string(owner), "uid": .string("uid-\(owner)"),
                    "controller": true,
                ]
            ]
        }
        return ["metadata": metadata, "spec": ["containers": [["name": "app", "image": "a:1"]]]]
    }

    private func report(_ pods: [JSONValue], dryRun: Bool = false) async throws {
        let events = EventRecorder(api: api, instance: "test", logger: quiet)
        let reporter = RefusalReporter(events: events, logger: quiet)
        let refused = refused
        for pod in pods {
            let request = AdmissionRequest(uid: "u", operation: .create, namespace: "shop", dryRun: dryRun, object: pod)
            reporter.report(refused, of: request)
        }
        _ = try await api.written(by: events)
    }

    /// Injection is no part of this.
    private var refused: InjectionResult {
        Injector().inject(
            pod(owner: nil), namespace: "shop", namespaceAnnotations: [:], instrumentations: InstrumentationSource([]))
    }

    @Test("10,000 refused pods of one owner make one Event")
    func oneOwner() async throws {
        try await report(Array(repeating: pod(owner: "one"), count: 10_000))
        #expect(api.created.count == 1)
        #expect(api.created.first?["regarding"]?["name"] == "one")
        #expect(api.created.first?["reason"] == "InstrumentationRequestRejected")
    }

    @Test("10,000 refused pods of as many owners make some 50 Events, one of them about the namespace")
    func manyOwners() async throws {
        try await report((0..<10_000).map { pod(owner: "j\($0)") })
        #expect((50...60).contains(api.created.count), "\(api.created.count)")
        #expect(api.created.filter { $0["regarding"]?["kind"] == "Namespace" }.count == 1)
        #expect(api.created.allSatisfy { $0.namespace == "shop" })
    }

    @Test("a counter is made once, and what is missing in part is told as such")
    func counters() {
        let telemetry = Telemetry()
        let reporter = RefusalReporter(
            events: EventRecorder(api: api, instance: "test", logger: quiet),
            logger: Logger(label: "test") { _ in telemetry }, factory: telemetry)
        telemetry.counters.withLock { $0 = [] }
        let reasons: [SkipReason] = [.windowsPod, .windowsPod, .variableLeftAlone("A"), .windowsPod]
        var result = refused
        result.refusals = reasons.map { Refusal(language: .java, reason: $0) }
        let request = AdmissionRequest(uid: "u", operation: .create, namespace: "shop", object: pod(owner: nil))
        for _ in 0..<3 { reporter.report(result, of: request) }
        let name = "otel_operator_injection_refusals_total"
        #expect(
            telemetry.counters.withLock { $0 } == ["\(name) java WindowsPod", "\(name) java VariableLeftAlone"])
        #expect(
            telemetry.messages.withLock { Array($0.prefix(4)) } == [
                "pod not injected", "pod not injected", "pod not injected in full", "pod not injected",
            ])
    }

    @Test("pods without an owner are told of in their namespace, and those of a dry run nowhere")
    func without() async throws {
        try await report([pod(owner: nil), pod(owner: nil)])
        #expect(api.created.count == 1)
        #expect(api.created.first?["regarding"]?["kind"] == "Namespace")
        try await report([pod(owner: "dry")], dryRun: true)
        #expect(api.created.count == 1)
    }
}
