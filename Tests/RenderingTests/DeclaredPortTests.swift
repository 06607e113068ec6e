import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("Declared ports")
struct DeclaredPortTests {
    static let otlp = config(receivers: ["otlp": ["protocols": ["grpc": [:], "http": [:]]]])

    func render(_ ports: JSONValue, _ config: JSONValue = otlp) -> Rendered {
        CollectorRenderer().render(
            collector(["config": config, "ports": ports, "ingress": ["type": "ingress"]]))
    }

    /// `name port` of the Service, the container and, without the number, the Ingress.
    private func names(_ rendered: Rendered) -> (service: [String], container: [String], ingress: [String]) {
        func text(_ port: JSONValue, _ number: String) -> String {
            "\(port["name"]?.stringValue ?? "-") \(port[number]?.intValue ?? 0)"
        }
        let service = rendered["Service", "otel-collector"]?["spec"]?["ports"]?.arrayValue ?? []
        let container = rendered.container?["ports"]?.arrayValue ?? []
        let paths = rendered["Ingress", "otel-ingress"]?["spec"]?["rules"]?[0]?[path: "http", "paths"]?.arrayValue ?? []
        return (
            service.map { text($0, "port") }, container.map { text($0, "containerPort") },
            paths.compactMap { $0["path"]?.stringValue }
        )
    }

    @Test("a port without a name is called by its number on the Service, and the container leaves it without")
    func unnamed() {
        let rendered = render([["port": 9000]])
        let names = names(rendered)
        #expect(names.service == ["port-9000 9000", "otlp-grpc 4317", "otlp-http 4318"])
        #expect(names.container == ["- 9000", "metrics 8888", "otlp-grpc 4317", "otlp-http 4318"])
        #expect(names.ingress == ["/port-9000", "/otlp-grpc", "/otlp-http"])
        #expect(rendered.findings == [])
    }

    @Test(
        "what Kubernetes would refuse is mended and told, and costs no object",
        arguments: [
            // One name twice.
            (
                [["name": "a", "port": 1], ["name": "a", "port": 2]],
                ["a 1", "port-2 2"], #"spec.ports[1].name is "a", which another port has: it is called port-2"#
            ),
            // And the number's name is taken, too.
            (
                [["name": "port-2", "port": 1], ["name": "port-2", "port": 2]],
                ["port-2 1"], #"spec.ports[1].name is "port-2", which another port has: the port is left out"#
            ),
            (
                [["name": "a", "port": 1], ["name": "b", "port": 1]], ["a 1"],
                "the ports a and b are both 1/TCP: only the first is used"
            ),
            (
                [["name": "Grpc", "port": 1]], ["port-1 1"],
                #"spec.ports[0].name is "Grpc", expected up to 15 lower-case letters, digits and dashes: it is called port-1"#
            ),
            (
                [["name": "a-name-with-sixteen", "port": 1]], ["port-1 1"],
                #"spec.ports[0].name is "a-name-with-sixteen", expected up to 15 lower-case letters, digits and dashes: it is called port-1"#
            ),
            ([["name": "a", "port": 0]], [], "spec.ports[0].port is 0, expected 1 to 65535: it is left out"),
            ([["name": "a", "port": 65536]], [], "spec.ports[0].port is 65536, expected 1 to 65535: it is left out"),
        ] as [(JSONValue, [String], String)])
    func mended(_ ports: JSONValue, _ expected: [String], _ message: String) {
        let rendered = render(ports)
        #expect(rendered.isComplete)
        #expect(rendered.findings.map(\.message) == [message])
        #expect(rendered.findings.map(\.severity) == [.warning])
        let names = names(rendered)
        #expect(names.service == expected + ["otlp-grpc 4317", "otlp-http 4318"])
        #expect(names.ingress == names.service.map { "/" + $0.prefix { $0 != " " } })
    }

    @Test("one number over two protocols is two ports")
    func protocols() {
        let rendered = render([["name": "a", "port": 1], ["name": "b", "port": 1, "protocol": "UDP"]])
        #expect(names(rendered).service.count == 4)
        #expect(rendered.findings == [])
    }

    @Test(
        "the NetworkPolicy opens the target of a declared port, too",
        arguments: [
            ([["name": "a", "port": 1, "targetPort": 14317]], ["1", "4317", "4318", "8888", "14317"]),
            ([["name": "a", "port": 1, "targetPort": 4318]], ["1", "4317", "4318", "8888"]),
            ([["name": "a", "port": 1, "targetPort": "otlp-http"]], ["1", "4317", "4318", "8888"]),
            ([["name": "a", "port": 1, "targetPort": "proxy"]], ["1", "4317", "4318", "8888", "proxy"]),
        ] as [(JSONValue, [String])])
    func policy(_ ports: JSONValue, _ expected: [String]) {
        let policy = render(ports)["NetworkPolicy", "otel-collector-networkpolicy"]
        let numbers = policy?["spec"]?["ingress"]?[0]?["ports"]?.arrayValue?.map { port in
            port["port"]?.stringValue ?? port["port"]?.intValue.map(String.init) ?? ""
        }
        #expect(Set(numbers ?? []) == Set(expected))
        #expect(numbers?.count == expected.count)
    }

    @Test("a component's port beyond the last one is left out, and told")
    func tooLarge() {
        let rendered = render([], config(receivers: ["zipkin": ["endpoint": "0.0.0.0:94110"]]))
        #expect(rendered["Service", "otel-collector"] == nil)
        #expect(rendered.reasons(.warning).first == .portConflict)
    }

    @Test("an extension that is called as a receiver keeps its port on the container, under its number")
    func sameName() {
        let config = config(
            receivers: ["health/check": ["endpoint": "0.0.0.0:1234"]], extensions: ["health_check": [:]])
        let rendered = render([], config)
        #expect(names(rendered).container == ["health-check 1234", "metrics 8888", "port-13133 13133"])
        #expect(rendered["Service", "otel-collector-extension"]?["spec"]?["ports"]?[0]?["name"] == "health-check")
    }

    @Test("a receiver that is called as the port of the collector's own metrics keeps its name")
    func metricsName() {
        let rendered = render([], config(receivers: ["metrics": ["endpoint": "0.0.0.0:1234"]]))
        #expect(names(rendered).container == ["metrics 1234", "port-8888 8888"])
    }

    @Test("thousands of ports and rules are looked at once each, not each against all others", .timeLimit(.minutes(1)))
    func many() throws {
        let ports = (1...4000).map { number -> JSONValue in ["name": .string("p\(number)"), "port": .int(number)] }
        #expect(names(render(.array(ports))).service.count == 4002)

        let objects = (1...20_000).map { number -> JSONValue in ["name": .string("kind\(number)"), "mode": "watch"] }
        let reader = try CollectorConfig(config(receivers: ["k8sobjects": ["objects": .array(objects)]]))
        #expect(try reader.accessRules().count == 20_000)
    }

    @Test("an exporter on the port of the collector's own metrics is told, as the collector cannot start")
    func metricsPort() {
        func config(_ exporter: JSONValue, _ telemetry: JSONValue) -> JSONValue {
            [
                "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": ["prometheus": exporter],
                "service": [
                    "telemetry": telemetry,
                    "pipelines": ["metrics": ["receivers": ["otlp"], "exporters": ["prometheus"]]],
                ],
            ]
        }
        let clash = render([], config([:], [:]))
        #expect(
            clash.findings.map(\.message) == [
                "prometheus and the collector's own metrics (service.telemetry) both listen on 8888: the collector "
                    + "starts only when one of them has another port"
            ])
        #expect(names(clash).container == ["otlp-grpc 4317", "prometheus 8888"])
        #expect(render([], config([:], ["metrics": ["level": "none"]])).findings == [])
        #expect(render([], config(["endpoint": "0.0.0.0:8889"], [:])).findings == [])
    }
}
