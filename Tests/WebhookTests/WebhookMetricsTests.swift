import Metrics
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Webhook

/// Keeps the last value of each series under `name{label="value",…}`.
final class RecordingFactory: MetricsFactory {
    let values = Mutex<[String: Double]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { series(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions)
    }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { series(label, dimensions) }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { series(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        Series(name: label + "{" + dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",") + "}", factory: self)
    }

    func value(_ name: String) -> Double? { values.withLock { $0[name] } }
}

private final class Series: CounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    let name: String
    let factory: RecordingFactory

    init(name: String, factory: RecordingFactory) {
        self.name = name
        self.factory = factory
    }

    private func add(_ amount: Double) { factory.values.withLock { $0[name, default: 0] += amount } }
    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() {}
    func set(_ value: Int64) { factory.values.withLock { $0[name] = Double(value) } }
    func set(_ value: Double) { factory.values.withLock { $0[name] = value } }
    func record(_ value: Int64) { add(Double(value)) }
    func record(_ value: Double) { add(value) }
    func recordNanoseconds(_ duration: Int64) { add(1) }
}

@Suite("Metrics of the webhook")
struct WebhookMetricsTests {
    @Test("requests, latency and requests in flight carry controller-runtime's names and labels")
    func series() async {
        let factory = RecordingFactory()
        let handler = ScriptedHandler()
        handler.gate.open()
        let router = AdmissionRouter(["/mutate": handler], logger: Fixtures.logger, metrics: factory)
        for annotation in ["none", "inject", "wait"] {
            let head = HTTPRequestHead(
                version: .http1_1, method: .POST, uri: "/mutate?timeout=10s",
                headers: ["content-type": "application/json"])
            let body = ByteBuffer(string: Fixtures.review(annotation: annotation))
            if case .later(let work) = router.respond(to: HTTPRequest(head: head, body: body)) {
                #expect(factory.value("controller_runtime_webhook_requests_in_flight{webhook=/mutate}") == 1)
                _ = await work()
            }
        }
        _ = await router.ask("/mutate")
        _ = router.bodyTooLarge(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/mutate"), limit: 1)
        #expect(factory.value("controller_runtime_webhook_requests_total{webhook=/mutate,code=200}") == 3)
        #expect(factory.value("controller_runtime_webhook_requests_total{webhook=/mutate,code=405}") == 1)
        #expect(factory.value("controller_runtime_webhook_requests_total{webhook=/mutate,code=413}") == 1)
        #expect(factory.value("controller_runtime_webhook_latency_seconds{webhook=/mutate}") == 3)
        #expect(factory.value("controller_runtime_webhook_requests_in_flight{webhook=/mutate}") == 0)
    }
}
