import Document
import KubeModel
import OperatorAPI
import Testing

@testable import Rendering

@Suite("Monitors")
struct MonitorTests {
    static func config(_ exporters: JSONValue, telemetry: JSONValue? = nil) -> JSONValue {
        [
            "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": exporters,
            "service": .object(compacting: [
                "telemetry": telemetry,
                "pipelines": [
                    "metrics": ["receivers": ["otlp"], "exporters": .strings(exporters.objectValue?.keys ?? [])]
                ],
            ]),
        ]
    }

    static let exporter: JSONValue = ["prometheus": ["endpoint": "0.0.0.0:8889"]]

    func render(
        _ mode: String, _ config: JSONValue, ports: JSONValue = [], isAsked: Bool = true,
        extraLabels: JSONValue = [:], options: RenderingOptions = RenderingOptions()
    ) -> Rendered {
        CollectorRenderer(options: options).render(
            collector([
                "mode": .string(mode), "config": config, "ports": ports,
                "observability": ["metrics": ["enableMetrics": .bool(isAsked), "extraLabels": extraLabels]],
            ]))
    }

    private func endpoints(_ monitor: JSONValue?) -> [String]? {
        let spec = monitor?["spec"]
        return (spec?["podMetricsEndpoints"] ?? spec?["endpoints"])?.arrayValue?.compactMap { $0["port"]?.stringValue }
    }

    private func monitor(_ rendered: Rendered, _ type: ResourceType) -> JSONValue? {
        rendered.objects.first { $0.type == type }?.object.json
    }

    // MARK: - Sidecars

    @Test("the monitors of a sidecar select the label that its pods have, everywhere, and the container's ports")
    func sidecar() throws {
        let rendered = render("sidecar", Self.config(Self.exporter), extraLabels: ["release": "prom"])
        let sidecar = try CollectorRenderer().sidecar(
            of: collector(["mode": "sidecar", "config": Self.config(Self.exporter)]))
        let container = Set(sidecar.container["ports"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? [])
        for type in [ResourceType.podMonitor, .azurePodMonitor] {
            let spec = try #require(monitor(rendered, type)?["spec"])
            #expect(
                spec["selector"]
                    == ["matchLabels": [CollectorSidecar.label: .string(sidecar.labelValue)]])
            #expect(spec["namespaceSelector"] == ["any": true])
            #expect(endpoints(monitor(rendered, type)) == ["prometheus", "metrics"])
            #expect(container.isSuperset(of: ["prometheus", "metrics"]))
        }
        let pods = try #require(rendered["PodMonitor", "otel-collector"])
        #expect(pods["apiVersion"] == "monitoring.coreos.com/v1")
        #expect(pods["metadata"]?["labels"]?["release"] == "prom")
        #expect(pods["spec"]?["jobLabel"] == "app.kubernetes.io/instance")
        #expect(!rendered.objects.contains { $0.type == .serviceMonitor })
        #expect(rendered.findings == [])
    }

    @Test(
        "which monitors of a sidecar are made, by what is served and asked for",
        arguments: [
            (.auto, [.podMonitor, .azurePodMonitor], true, [.azurePodMonitor, .podMonitor], []),
            (.auto, [.podMonitor], true, [.podMonitor], [.information]),
            (.auto, [.azurePodMonitor], true, [.azurePodMonitor], []),
            (.auto, [.serviceMonitor], true, [], [.warning]),
            (.auto, [], true, [], [.warning]),
            (.auto, [.podMonitor, .azurePodMonitor], false, [.azurePodMonitor], []),
            (.coreos, [.podMonitor, .azurePodMonitor], true, [.podMonitor], []),
            (.coreos, [.azurePodMonitor], true, [], [.warning]),
            (.azmonitoring, [.podMonitor, .azurePodMonitor], true, [.azurePodMonitor], []),
            (.azmonitoring, [.podMonitor], false, [], [.warning]),
            (.none, [.podMonitor, .azurePodMonitor], true, [], []),
        ] as [(RenderingOptions.MonitorAPI, [ResourceType], Bool, [ResourceType], [Finding.Severity])])
    func sidecarMonitors(
        _ api: RenderingOptions.MonitorAPI, _ served: [ResourceType], _ isAsked: Bool, _ made: [ResourceType],
        _ findings: [Finding.Severity]
    ) {
        let rendered = render(
            "sidecar", Self.config(Self.exporter), isAsked: isAsked,
            options: RenderingOptions(monitorAPI: api, availableAPIs: AvailableAPIs(served)))
        #expect(rendered.objects.map(\.type).filter { $0.kind.hasSuffix("Monitor") } == made)
        #expect(rendered.findings.map(\.severity) == findings)
    }

    // MARK: - Services

    @Test(
        "a ServiceMonitor names the port that leads to the exporter, whatever it is called",
        arguments: [
            (["prometheus": ["endpoint": ":9000"]], [], ["prometheus"]),
            (["prometheus/production": ["endpoint": ":9000"]], [], ["port-9000"]),
            (
                ["prometheus": ["endpoint": ":9000"], "prometheus/2": ["endpoint": ":9001"]], [],
                ["prometheus", "prometheus-2"]
            ),
            (["prometheus": ["endpoint": ":9000"]], [["name": "prom", "port": 9000]], ["prom"]),
            // The declared name leads elsewhere.
            (["prometheus": ["endpoint": ":9000"]], [["name": "prometheus", "port": 80]], ["port-9000"]),
            (
                ["prometheus": ["endpoint": ":9000"]], [["name": "prom", "port": 9000, "targetPort": 1]], []
            ),
            (["prometheus": ["endpoint": ":9000"]], [["name": "prom", "port": 80, "targetPort": 9000]], ["prom"]),
            (
                ["prometheus": ["endpoint": ":9000"]],
                [["name": "prom", "port": 80, "targetPort": "prometheus"]], ["prom"]
            ),
            (["prometheus": ["endpoint": ":9000"]], [["name": "u", "port": 9000, "protocol": "UDP"]], ["prometheus"]),
        ] as [(JSONValue, JSONValue, [String])])
    func serviceMonitor(_ exporters: JSONValue, _ ports: JSONValue, _ expected: [String]) {
        let rendered = render("deployment", Self.config(exporters), ports: ports)
        #expect(endpoints(rendered["ServiceMonitor", "otel-collector"]) ?? [] == expected)
        #expect(endpoints(rendered["ServiceMonitor", "otel-monitoring-collector"]) == ["monitoring"])
        let names = rendered["Service", "otel-collector"]?["spec"]?["ports"]?.arrayValue?.compactMap {
            $0["name"]?.stringValue
        }
        #expect(Set(names ?? []).isSuperset(of: expected))
    }

    @Test(
        "what cannot be scraped is told once and in no monitor",
        arguments: [
            (["endpoint": "localhost:9000"], "loopback"), (["endpoint": "127.0.0.1:9000"], "loopback"),
            (["endpoint": "[::1]:9000"], "loopback"),
            (["endpoint": ":9000", "tls": ["cert_file": "c", "key_file": "k"]], "TLS"),
        ] as [(JSONValue, String)])
    func obstacle(_ exporter: JSONValue, _ word: String) {
        for mode in ["deployment", "sidecar"] {
            let rendered = render(mode, Self.config(["prometheus": exporter]))
            #expect(rendered.reasons(.warning) == [.metricsNotReachable])
            #expect(rendered.findings.first?.message.contains(word) == true)
            for object in rendered.objects where object.type.kind.hasSuffix("Monitor") {
                #expect(endpoints(object.object.json)?.contains("prometheus") == false)
            }
        }
    }

    @Test("the two ServiceMonitors of a long name have names of their own")
    func longName() {
        for length in [52, 53, 54, 70] {
            let names = Names(collector: String(repeating: "n", count: length))
            #expect(names.serviceMonitor != names.monitoringServiceMonitor)
            #expect(names.monitoringServiceMonitor.utf8.count <= 63)
        }
        #expect(Names(collector: "otel").monitoringServiceMonitor == "otel-monitoring-collector")
    }

    // MARK: - Every mode

    @Test(
        "an azmonitoring PodMonitor in every mode, with the pods' selector and ports",
        arguments: ["deployment", "statefulset", "daemonset", "sidecar"])
    func azure(_ mode: String) throws {
        let rendered = render(mode, Self.config(Self.exporter), isAsked: false)
        let monitor = try #require(rendered["PodMonitor", "otel-metrics"])
        #expect(monitor["apiVersion"] == "azmonitoring.coreos.com/v1")
        #expect(endpoints(monitor) == ["prometheus", "metrics"])
        let expected: JSONValue =
            mode == "sidecar"
            ? ["sidecar.opentelemetry.io/injected": "ns.otel"]
            : [
                "app.kubernetes.io/component": "opentelemetry-collector", "app.kubernetes.io/instance": "ns.otel",
                "app.kubernetes.io/managed-by": "opentelemetry-operator", "app.kubernetes.io/part-of": "opentelemetry",
            ]
        #expect(monitor["spec"]?["selector"]?["matchLabels"] == expected)
        for endpoint in monitor["spec"]?["podMetricsEndpoints"]?.arrayValue ?? [] {
            #expect(endpoint["interval"] == "30s")
            #expect(endpoint["path"] == "/metrics")
        }
        // Only for metrics that somebody sends or asks for.
        #expect(render(mode, Self.config(["debug": [:]]), isAsked: false)["PodMonitor", "otel-metrics"] == nil)
        #expect(
            endpoints(render(mode, Self.config(["debug": [:]]))["PodMonitor", "otel-metrics"]) == ["metrics"])
    }

    @Test("an exporter's declared port without a name is told, as no PodMonitor can name it")
    func unnamed() {
        let rendered = render("deployment", Self.config(Self.exporter), ports: [["port": 8889]], isAsked: false)
        #expect(endpoints(rendered["PodMonitor", "otel-metrics"]) == ["metrics"])
        #expect(rendered.reasons(.warning) == [.metricsNotReachable])
    }

    @Test(
        "the pods' annotation says 8888 always, and where that is wrong it is told",
        arguments: [
            (8888, nil, false), (8899, nil, true), (8899, "8899", false),
        ] as [(Int, String?, Bool)])
    func annotation(_ port: Int, _ own: String?, _ isTold: Bool) {
        let telemetry: JSONValue = [
            "metrics": [
                "readers": [["pull": ["exporter": ["prometheus": ["host": "0.0.0.0", "port": .int(port)]]]]]
            ]
        ]
        let rendered = CollectorRenderer().render(
            collector([
                "config": Self.config(["debug": [:]], telemetry: telemetry),
                "podAnnotations": own.map { ["prometheus.io/port": .string($0)] } ?? [:],
            ]))
        let annotations = rendered.deployment?[path: "spec", "template", "metadata", "annotations"]
        #expect(annotations?["prometheus.io/port"]?.stringValue == own ?? "8888")
        #expect(rendered.reasons(.information) == (isTold ? [.metricsNotReachable] : []))
        #expect(rendered["Service", "otel-collector-monitoring"]?["spec"]?["ports"]?[0]?["port"]?.intValue == port)
    }
}
