import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("Components")
struct ComponentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var id: String
        var config: JSONValue = [:]
        /// `name port/protocol appProtocol`, then `>` when the target port is written out.
        var ports: [String]
        /// `nil` when defaults leave the configuration alone.
        var endpoint: String?
        var testDescription: String { id }
    }

    static func ports(_ component: Component) throws -> [String] {
        try component.parser.ports(of: component).map { port in
            "\(port.name) \(port.port)/\(port.protocol)" + (port.appProtocol.map { " \($0)" } ?? "")
                + (port.hasTargetPort ? " >" : "")
        }
    }

    @Test(
        "receivers with one endpoint",
        arguments: [
            Row(id: "awsxray", ports: ["awsxray 2000/UDP >"], endpoint: "0.0.0.0:2000"),
            Row(id: "carbon", ports: ["carbon 2003/TCP >"], endpoint: "0.0.0.0:2003"),
            Row(id: "collectd", ports: ["collectd 8081/TCP >"], endpoint: "0.0.0.0:8081"),
            Row(id: "fluent_forward", ports: ["fluent-forward 8006/TCP >"], endpoint: "0.0.0.0:8006"),
            Row(id: "fluentforward", ports: ["fluentforward 8006/TCP >"], endpoint: "0.0.0.0:8006"),
            Row(id: "influxdb", ports: ["influxdb 8086/TCP >"], endpoint: "0.0.0.0:8086"),
            Row(id: "sapm", ports: ["sapm 7276/TCP >"], endpoint: "0.0.0.0:7276"),
            Row(id: "signalfx", ports: ["signalfx 9943/TCP >"], endpoint: "0.0.0.0:9943"),
            Row(id: "splunk_hec", ports: ["splunk-hec 8088/TCP >"], endpoint: "0.0.0.0:8088"),
            Row(id: "statsd", ports: ["statsd 8125/UDP >"], endpoint: "0.0.0.0:8125"),
            Row(id: "wavefront", ports: ["wavefront 2003/TCP >"], endpoint: "0.0.0.0:2003"),
            Row(id: "zipkin/a", ports: ["zipkin-a 9411/TCP http >"], endpoint: "0.0.0.0:9411"),
            Row(id: "tcplog", config: ["listen_address": "0.0.0.0:54525"], ports: ["tcplog 54525/TCP"]),
            Row(id: "udp_log", config: ["listen_address": "0.0.0.0:54526"], ports: ["udp-log 54526/UDP"]),
            Row(id: "unheard_of", config: ["endpoint": "http://x:80/y"], ports: ["unheard-of 80/TCP"]),
            Row(id: "unheard_of", ports: []),
            Row(id: "redis", config: ["endpoint": "redis:6379"], ports: []),
            Row(id: "prometheus", config: ["config": [:]], ports: []),
            Row(
                id: "prometheus",
                config: ["api_server": ["enabled": true, "server_config": ["endpoint": "localhost:9090"]]],
                ports: ["prometheus 9090/TCP"]),
        ])
    func singleEndpoint(_ row: Row) throws {
        let component = Component(kind: .receiver, id: row.id, config: row.config)
        #expect(try Self.ports(component) == row.ports)
        let defaulted = try component.parser.defaulted(component)
        #expect(defaulted?["endpoint"]?.stringValue == row.endpoint)
    }

    @Test(
        "receivers with several protocols",
        arguments: [
            ("otlp", ["grpc", "http"], ["otlp-grpc 4317/TCP grpc >", "otlp-http 4318/TCP http >"]),
            ("otlp/2", ["grpc"], ["otlp-2-grpc 4317/TCP grpc >"]),
            (
                "skywalking", ["grpc", "http"],
                ["skywalking-grpc 11800/TCP grpc >", "skywalking-http 12800/TCP http >"]
            ),
            (
                "jaeger", ["grpc", "thrift_binary", "thrift_compact", "thrift_http"],
                [
                    "jaeger-grpc 14250/TCP grpc >", "port-6832 6832/UDP >", "port-6831 6831/UDP >",
                    "port-14268 14268/TCP http >",
                ]
            ),
            ("loki", ["grpc", "http"], ["loki-grpc 9095/TCP grpc >", "loki-http 3100/TCP http >"]),
        ])
    func protocols(_ id: String, _ protocols: [String], _ ports: [String]) throws {
        let config: JSONValue = [
            "protocols": .object(JSONObject(members: protocols.map { JSONObject.Member(key: $0, value: .null) }))
        ]
        let component = Component(kind: .receiver, id: id, config: config)
        #expect(try Self.ports(component) == ports)
        let defaulted = try #require(try component.parser.defaulted(component))
        for name in protocols {
            #expect(defaulted["protocols"]?[name]?["endpoint"]?.stringValue?.hasPrefix("0.0.0.0:") == true)
        }
    }

    @Test("a protocol that the receiver does not have is an error")
    func unknownProtocol() {
        let component = Component(kind: .receiver, id: "otlp", config: ["protocols": ["quic": [:]]])
        #expect(throws: FieldError.self) { try component.parser.ports(of: component) }
        #expect(throws: FieldError.self) { try component.parser.defaulted(component) }
    }

    @Test(
        "defaults of an endpoint",
        arguments: [
            (.null, ["endpoint": "0.0.0.0:8125"]), ([:], ["endpoint": "0.0.0.0:8125"]),
            (
                ["endpoint": ":8125", "a": 1, "b": .null, "l": [], "m": [:]],
                ["endpoint": "0.0.0.0:8125", "a": 1, "l": [], "m": [:]]
            ),
            (["listen_address": "0.0.0.0:99"], ["endpoint": "0.0.0.0:8125", "listen_address": "0.0.0.0:99"]),
            (["tls": ["cert_file": "x"]], ["endpoint": "0.0.0.0:8125", "tls": ["cert_file": "x"]]),
            (["endpoint": "4317"], ["endpoint": "0.0.0.0:4317"]),
            // The reference makes addresses of these that cannot work.
            (["endpoint": "localhost"], ["endpoint": "localhost"]), (["endpoint": "${E}"], ["endpoint": "${E}"]),
            (["endpoint": "[::1]:99"], ["endpoint": "[::1]:99"]),
        ] as [(JSONValue, JSONValue)])
    func endpointDefaults(_ config: JSONValue, _ expected: JSONValue) throws {
        let component = Component(kind: .receiver, id: "statsd", config: config)
        #expect(try component.parser.defaulted(component) == expected)
    }

    @Test(
        "configurations of the wrong type",
        arguments: [["endpoint": 8125], ["tls": ["min_version": 1]], "text"] as [JSONValue])
    func wrongType(_ config: JSONValue) {
        let component = Component(kind: .receiver, id: "statsd", config: config)
        #expect(throws: FieldError.self) { try component.parser.defaulted(component) }
    }

    @Test(
        "the port of an address",
        arguments: [
            ("http://localhost:1234/x", 1234), ("${env:POD_IP}:4317", 4317), (":1234", 1234), ("0.0.0.0:${env:P}", nil),
            ("host", nil), ("h:99999999999", nil), ("h:0", nil), ("[::]:4317", 4317), ("[::1]:4317", 4317),
            ("[2001:db8::1]:4317", 4317), ("http://u:1@h:80", 80), ("h:80:90", 80), ("", nil), (":", nil),
        ] as [(String, Int?)])
    func port(_ address: String, _ port: Int?) { #expect(EndpointAddress.port(in: address) == port) }

    @Test("extensions")
    func extensions() throws {
        let health = Component(kind: .extension, id: "health_check", config: .null)
        #expect(try Self.ports(health) == ["health-check 13133/TCP"])
        #expect(try health.parser.defaulted(health) == ["endpoint": "0.0.0.0:13133", "path": "/"])
        let moved = Component(kind: .extension, id: "health_check/2", config: ["endpoint": ":8080", "path": "/h"])
        #expect(try Self.ports(moved) == ["health-check-2 8080/TCP"])
        #expect(try moved.parser.defaulted(moved) == ["endpoint": "0.0.0.0:8080", "path": "/h"])

        let query = Component(
            kind: .extension, id: "jaeger_query", config: ["grpc": ["endpoint": ":16685"]])
        #expect(try Self.ports(query) == ["jaeger-query 16686/TCP >", "jaeger-query-2 16685/TCP >"])
        #expect(
            try query.parser.defaulted(query)
                == ["grpc": ["endpoint": "0.0.0.0:16685"], "http": ["endpoint": "0.0.0.0:16686"]])
        #expect(try Self.ports(Component(kind: .extension, id: "zpages", config: [:])) == [])
    }

    @Test(
        "receivers of kubelet statistics read the node's name from the environment",
        arguments: ["kubeletstats", "kubelet_stats/x"])
    func environment(_ id: String) {
        #expect(Component(kind: .receiver, id: id).parser.environment.map(\.name) == ["K8S_NODE_NAME"])
    }

    @Test(
        "where the collector's own metrics are",
        arguments: [
            ([:], "0.0.0.0:8888 true"), (["metrics": ["level": "none"]], "0.0.0.0:8888 false"),
            (["metrics": ["address": "${env:POD_IP}"]], "${env:POD_IP}:8888 true"),
            (["metrics": ["address": "0.0.0.0:8899"]], "0.0.0.0:8899 true"),
            (["metrics": ["address": "localhost:8080/metrics"]], "localhost:8080/metrics:8888 false"),
            (["metrics": ["address": "[::]:9"]], "[::]:9 true"),
            (["metrics": ["address": "0.0.0.0:${env:PORT}"]], "0.0.0.0:${env:PORT}:8888 false"),
            (["metrics": ["readers": [["periodic": [:]]]]], "0.0.0.0:8888 false"),
            (
                [
                    "metrics": [
                        "readers": [["pull": ["exporter": ["prometheus": ["host": "h", "port": 7777]]]]],
                        "address": "x:1",
                    ]
                ],
                "h:7777 true"
            ),
            (
                ["metrics": ["readers": [["pull": ["exporter": ["prometheus": ["port": "${env:P}"]]]]]]],
                "0.0.0.0:8888 false"
            ),
        ] as [(JSONValue, String)])
    func metrics(_ telemetry: JSONValue, _ expected: String) {
        let endpoint = MetricsEndpoint(telemetry: telemetry.objectValue)
        #expect("\(endpoint.host):\(endpoint.port) \(endpoint.isScrapable)" == expected)
    }

    @Test("telemetry that is not understood stays as the user wrote it")
    func telemetry() throws {
        let telemetry: JSONValue = [
            "resource": ["attributes": [["name": "a", "value": "b"]]], "logs": ["level": "debug"],
            "metrics": ["level": "detailed"],
        ]
        let defaulted = try config(["service": ["telemetry": telemetry]]).applyingDefaults()
        let result = JSONValue.object(try #require(defaulted.service.telemetry))
        #expect(result["resource"] == telemetry["resource"])
        #expect(result["logs"] == telemetry["logs"])
        #expect(result["metrics"]?["level"] == "detailed")
        #expect(
            result["metrics"]?["readers"]?[0]?[path: "pull", "exporter", "prometheus"] == [
                "host": "0.0.0.0", "port": 8888,
            ])
    }

    @Test("a component that a pipeline names and no section has is created when it has defaults")
    func created() throws {
        let config = try config([
            "receivers": [:], "extensions": [:],
            "service": [
                "extensions": ["health_check"],
                "pipelines": ["traces": ["receivers": ["otlp", "zipkin", "spanmetrics"], "exporters": ["debug"]]],
            ],
        ]).applyingDefaults()
        #expect(
            config.receivers.map(JSONValue.object)
                == ["otlp": ["protocols": [:]], "zipkin": ["endpoint": "0.0.0.0:9411"]])
        #expect(config.extensions?.keys == ["health_check"])
        #expect(config.exporters == nil)
    }
}
