import Metrics
import NIOHTTP1

/// The series of one webhook path, under the names that controller-runtime gave them and that dashboards use.
///
/// The metric objects are made once: looking one up takes longer than a review.
struct WebhookMetrics: Sendable {
    private static let codes = [200, 400, 405, 413, 500]

    private let requests: [Int: Counter]
    private let other: Counter
    private let latency: Timer
    private let inFlight: Meter

    init(path: String, factory: any MetricsFactory) {
        func counter(_ code: String) -> Counter {
            Counter(
                label: "controller_runtime_webhook_requests_total", dimensions: [("webhook", path), ("code", code)],
                factory: factory)
        }
        requests = Dictionary(uniqueKeysWithValues: WebhookMetrics.codes.map { ($0, counter(String($0))) })
        other = counter("other")
        latency = Timer(
            label: "controller_runtime_webhook_latency_seconds", dimensions: [("webhook", path)], factory: factory)
        inFlight = Meter(
            label: "controller_runtime_webhook_requests_in_flight", dimensions: [("webhook", path)], factory: factory)
    }

    func started() { inFlight.increment() }

    func finished(status: HTTPResponseStatus, after duration: Duration) {
        inFlight.decrement()
        let (seconds, attoseconds) = duration.components
        latency.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        count(status)
    }

    /// A request that was answered before it was worked on.
    func refused(_ status: HTTPResponseStatus) { count(status) }

    private func count(_ status: HTTPResponseStatus) { (requests[Int(status.code)] ?? other).increment() }
}
