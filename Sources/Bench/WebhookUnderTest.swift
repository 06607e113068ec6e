import Admission
import Document
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import OperatorAPI
import PrometheusExporter
import Webhook

/// The webhook for pods, put together as the operator does, with stores that hold what a cluster would.
struct WebhookUnderTest {
    static let path = PodMutator.path
    let router: AdmissionRouter

    init() throws {
        MetricsSystem.bootstrap(PrometheusRegistry())
        let namespaces = Store<NamespaceFacts>.Writer()
        let instrumentations = Store<InstrumentationSource.Lookup>.Writer()
        for number in 0..<1_000 {
            let object = KubeObject(.namespace, ObjectKey(name: number == 0 ? PodReview.namespace : "team-\(number)"))
            namespaces.apply(object.key, resourceVersion: "1", NamespaceFacts(object))
        }
        let instrumentation = try Instrumentation(Self.instrumentation)
        instrumentations.apply(instrumentation.key, resourceVersion: "1", .success(instrumentation))

        // Nothing below calls the API server: the pods have no owner to look up and nothing is refused.
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let api = Client(ClusterConfiguration(server: try ServerAddress("https://127.0.0.1:1")), logger: logger)
        let mutator = PodMutator(
            injector: Injector(settings: InjectionSettings(enabledLanguages: Set(Language.allCases))), namespaces: namespaces.store, instrumentations: instrumentations.store,
            owners: OwnerReader(api: api, logger: logger),
            reporter: RefusalReporter(
                events: EventRecorder(api: api, instance: "bench", logger: logger), logger: logger))
        router = AdmissionRouter([Self.path: mutator], logger: logger)
    }

    /// What a user would write: an exporter, propagators, a sampler, some attributes.
    private static let instrumentation: JSONValue = [
        "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
        "metadata": ["name": "agents", "namespace": .string(PodReview.namespace)],
        "spec": [
            "exporter": ["endpoint": "http://otel-collector-collector.observability.svc.cluster.local:4318"],
            "propagators": ["tracecontext", "baggage"],
            "sampler": ["type": "parentbased_traceidratio", "argument": "0.25"],
            "resource": ["resourceAttributes": ["deployment.environment": "production", "team": "checkout"]],
            "python": ["env": [["name": "OTEL_LOGS_EXPORTER", "value": "none"]]],
        ],
    ]

    static func request(_ body: ByteBuffer) -> HTTPRequest {
        let headers: HTTPHeaders = [
            "Host": "opentelemetry-operator-webhook-service.opentelemetry-operator-system.svc:443",
            "Accept": "application/json, */*", "Content-Type": "application/json",
            "Content-Length": String(body.readableBytes),
        ]
        return HTTPRequest(
            head: HTTPRequestHead(version: .http1_1, method: .POST, uri: "\(path)?timeout=10s", headers: headers),
            body: body)
    }

    /// The answer's body; fails when it is not the answer that the case must get, so that nothing wrong is measured.
    func checkedAnswer(_ kind: PodReview.Case, to body: ByteBuffer) throws -> ByteBuffer {
        guard case .now(let response) = router.respond(to: Self.request(body)) else {
            throw BenchError("the webhook waited for something")
        }
        let text = String(buffer: response.body)
        guard text.contains("\"allowed\":true"), text.contains("\"patch\"") == (kind != .skip) else {
            throw BenchError("the \(kind.name) pod got another answer: \(text)")
        }
        return response.body
    }
}

/// Why something could not be measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
