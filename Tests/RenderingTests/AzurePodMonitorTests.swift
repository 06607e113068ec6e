import Document
import KubeModel
import Testing

@testable import Rendering

/// The PodMonitor that Azure's managed Prometheus reads, and the Prometheus operator's beside it.
@Suite("The Azure PodMonitor")
struct AzurePodMonitorTests {
    @Test("the PodMonitor has an endpoint for each port that shows metrics, and the limits")
    func podMonitor() throws {
        let monitor = try #require(render(["config": CollectorRendererTests.gateway])["PodMonitor", "otel-metrics"])
        #expect(monitor["apiVersion"] == "azmonitoring.coreos.com/v1")
        #expect(monitor["spec"]?["labelLimit"] == 63)
        #expect(monitor["spec"]?["labelNameLengthLimit"] == 511)
        #expect(monitor["spec"]?["labelValueLengthLimit"] == 1023)
        #expect(
            monitor["spec"]?["podMetricsEndpoints"] == [
                ["port": "prometheus", "path": "/metrics", "interval": "30s"],
                ["port": "metrics", "path": "/metrics", "interval": "30s"],
            ])
        #expect(monitor[path: "spec", "selector", "matchLabels", "app.kubernetes.io/instance"] == "ns.otel")
    }

    @Test(
        "the PodMonitor names only ports of the container",
        arguments: [
            (["prometheus/production": ["endpoint": ":9000"]], [], ["port-9000", "metrics"]),
            (["prometheus": ["endpoint": "localhost:9000"]], [], ["metrics"]),
            (["prometheus": ["endpoint": "0.0.0.0:9000"]], [["name": "prom", "port": 9000]], ["prom", "metrics"]),
            (
                ["prometheus": ["endpoint": "0.0.0.0:9000"]], [["name": "prometheus", "port": 80]],
                ["port-9000", "metrics"]
            ),
            (["prometheus": [:]], [], ["prometheus"]),
        ] as [(JSONValue, JSONValue, [String])])
    func podMonitorPorts(_ exporters: JSONValue, _ ports: JSONValue, _ expected: [String]) throws {
        var config = CollectorRendererTests.gateway
        config["exporters"] = exporters
        config["service"]?["pipelines"]?["metrics"]?["exporters"] = .strings(exporters.objectValue?.keys ?? [])
        let rendered = render(["config": config, "ports": ports])
        let monitor = try #require(rendered["PodMonitor", "otel-metrics"])
        let names = monitor["spec"]?["podMetricsEndpoints"]?.arrayValue?.compactMap { $0["port"]?.stringValue }
        #expect(names == expected)
        let container = Set(rendered.container?["ports"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? [])
        #expect(container.isSuperset(of: expected))
    }

    @Test("annotations switch the PodMonitor off and change its interval")
    func podMonitorAnnotations() {
        let spec: JSONValue = ["config": CollectorRendererTests.gateway]
        #expect(
            render(spec, annotations: ["azmonitoring.opentelemetry.io/pod-monitor": "false"])[
                "PodMonitor", "otel-metrics"] == nil)
        let slow = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "1m30s"])
        #expect(slow["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?[0]?["interval"] == "1m30s")
        let wrong = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "often"])
        #expect(wrong["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?[0]?["interval"] == "30s")
        #expect(wrong.reasons(.warning) == [.invalidSpec])
    }

    @Test("annotations that speak to the operator do not reach the pods")
    func ownAnnotations() {
        let spec: JSONValue = ["config": CollectorRendererTests.gateway]
        let annotated = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "1m", "note": "x"])
        #expect(annotated.deployment == render(spec, annotations: ["note": "x"]).deployment)
    }

    @Test("the Prometheus operator's monitors are made when asked for and served")
    func serviceMonitors() {
        let asked: JSONValue = [
            "config": CollectorRendererTests.gateway,
            "observability": ["metrics": ["enableMetrics": true, "extraLabels": ["release": "prom"]]],
        ]
        let rendered = render(asked, options: RenderingOptions(monitorAPI: .coreos))
        #expect(rendered["ServiceMonitor", "otel-collector"]?["spec"]?["endpoints"] == [["port": "prometheus"]])
        #expect(
            rendered["ServiceMonitor", "otel-monitoring-collector"]?["spec"]?["endpoints"] == [["port": "monitoring"]])
        #expect(rendered["ServiceMonitor", "otel-collector"]?["metadata"]?["labels"]?["release"] == "prom")
        #expect(render(["config": CollectorRendererTests.gateway])["ServiceMonitor", "otel-collector"] == nil)

        let without = AvailableAPIs([.podDisruptionBudget, .networkPolicy, .azurePodMonitor])
        let missing = render(asked, options: RenderingOptions(monitorAPI: .coreos, availableAPIs: without))
        #expect(missing.findings.map(\.type) == [.serviceMonitor])
        // Azure's are there, so nothing is missing.
        #expect(render(asked, options: RenderingOptions(availableAPIs: without)).findings == [])
    }

    @Test("a collector without a Prometheus exporter has a PodMonitor only when asked for")
    func podMonitorOnRequest() {
        #expect(render(["config": CollectorRendererTests.otlp])["PodMonitor", "otel-metrics"] == nil)
        let asked = render([
            "config": CollectorRendererTests.otlp, "observability": ["metrics": ["enableMetrics": true]],
        ])
        #expect(asked["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?.arrayValue?.count == 1)
        for api in [RenderingOptions.MonitorAPI.none, .coreos] {
            #expect(
                render(["config": CollectorRendererTests.gateway], options: RenderingOptions(monitorAPI: api))[
                    "PodMonitor", "otel-metrics"] == nil)
        }
    }

    @Test(
        "durations",
        arguments: [
            ("30s", true), ("1m30s", true), ("500ms", true), ("1h", true), ("", false), ("0s", false), ("30", false),
            ("s", false),
            ("1s1m", false), ("1s1s", false), ("-1s", false), ("1.5m", false), ("30 s", false),
        ])
    func durations(_ text: String, _ isValid: Bool) { #expect(PrometheusDuration.isValid(text) == isValid) }
}
