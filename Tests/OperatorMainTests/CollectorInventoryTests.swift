import Document
import KubeModel
import PrometheusExporter
import Testing

@testable import OperatorMain

@Suite("Metrics about collectors")
struct CollectorInventoryTests {
    private func series(_ spec: JSONValue) -> [String] {
        CollectorInventory.samples(of: KubeObject(["metadata": ["name": "c", "namespace": "ns"], "spec": spec])).map {
            "\($0.name) \($0.labels.map { "\($0.0)=\($0.1)" }.joined(separator: ",")) \($0.value)"
        }
    }

    @Test("each type of component counts once for a collector, used or not")
    func types() {
        let spec: JSONValue = [
            "mode": "sidecar",
            "config": [
                "receivers": ["otlp": .null, "otlp/2": [:], "zipkin": [:]], "exporters": ["debug": [:]],
                "processors": [:], "extensions": .null, "service": [:],
            ],
        ]
        let labels = "collector_name=c,namespace=ns,type="
        #expect(
            series(spec) == [
                "opentelemetry_collector_info \(labels)sidecar 1.0",
                "opentelemetry_collector_receivers \(labels)otlp 1.0",
                "opentelemetry_collector_receivers \(labels)zipkin 1.0",
                "opentelemetry_collector_exporters \(labels)debug 1.0",
            ])
    }

    @Test("a collector that is hardly one is there all the same", arguments: [JSONValue.null, [:], ["config": "text"]])
    func poor(spec: JSONValue) {
        #expect(series(spec) == ["opentelemetry_collector_info collector_name=c,namespace=ns,type=deployment 1.0"])
    }
}
