import KubeClient
import KubeRuntime
import Metrics
import NIOCore
import PrometheusExporter

/// The process's metrics, as `/metrics` shows them.
struct Exposition: Sendable {
    private let registry: PrometheusRegistry

    /// Installs itself as the metrics system of the process; once.
    init() {
        registry = PrometheusRegistry()
        registry.describe(
            MetricDescription(
                "otel_operator_injections_total", "Number of pods that were injected, by language"),
            MetricDescription(
                "otel_operator_sidecar_injections_total", "Number of pods that got a collector sidecar"),
            MetricDescription(
                "otel_operator_injection_refusals_total",
                "Number of requests for injection that were refused, or met in part, by language and reason"),
            MetricDescription(
                "rest_client_requests_total", "Number of requests to the API server, by status code, method and host"))
        registry.collectProcessMetrics()
        MetricsSystem.bootstrap(registry)
    }

    func observe(_ gauge: ObservedGauge) {
        registry.gauge(gauge.name, help: gauge.help, labels: gauge.labels, read: gauge.read)
    }

    func observe(_ inventory: CollectorInventory) { registry.collect(inventory.samples) }

    func buffer() -> ByteBuffer { ByteBuffer(string: registry.text()) }

    /// A finished try of a request to the API server.
    static func count(_ request: FinishedRequest) {
        Counter(
            label: "rest_client_requests_total",
            dimensions: [
                ("code", request.code.map(String.init) ?? "<error>"), ("method", request.method),
                ("host", request.host),
            ]
        ).increment()
    }
}
