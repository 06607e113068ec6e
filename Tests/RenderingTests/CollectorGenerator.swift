import Document
import OperatorAPI
import TestSupport

@testable import Rendering

/// Makes collectors of every mode from a seed, valid ones and odd ones.
struct CollectorGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func generate() -> JSONValue {
        let mode = pick(["deployment", "statefulset", "daemonset", "sidecar"])
        var receivers: JSONValue = [:]
        for _ in 0...Int.random(in: 0...3, using: &random) {
            let (id, config) = receiver()
            receivers[id] = config
        }
        var exporters: JSONValue = ["debug": [:]]
        if flip(0.5) { exporters["prometheus"] = address(8889) }
        if flip(0.3) { exporters["prometheus/production"] = address(9999) }
        var config: JSONValue = ["receivers": receivers, "exporters": exporters]
        var service: JSONValue = [
            "pipelines": [
                "metrics": [
                    "receivers": .strings(receivers.objectValue?.keys ?? []),
                    "exporters": .strings(exporters.objectValue?.keys ?? []),
                ]
            ]
        ]
        if flip(0.4) {
            config["extensions"] = [
                "health_check": address(13133), "jaeger_query": ["http": address(16686), "grpc": address(16685)],
            ]
            service["extensions"] = ["health_check", "jaeger_query"]
        }
        if flip(0.2) { service["telemetry"] = ["metrics": ["address": .string("0.0.0.0:\(pick([8888, 8889, 4317]))")]] }
        config["service"] = service

        var spec: JSONValue = ["mode": .string(mode), "config": config]
        if flip(0.6) { spec["ports"] = .array((0..<Int.random(in: 1...4, using: &random)).map { _ in port() }) }
        if flip(0.6) {
            spec["ingress"] = [
                "type": .string(pick(["ingress", "route"])), "ruleType": .string(pick(["path", "subdomain"])),
                "hostname": .string(pick(["", "*", "otel.example"])),
            ]
        }
        if flip(0.4) { spec["httpRoute"] = ["enabled": true, "gateway": "gate"] }
        if flip(0.5) { spec["observability"] = ["metrics": ["enableMetrics": true]] }
        if flip(0.3) { spec["autoscaler"] = ["maxReplicas": 4] }
        let name = pick([
            "otel", "a.b", String(repeating: "long-name-", count: 7) + "x", "x-" + String(repeating: "y", count: 61),
        ])
        return collector(spec, name: name, namespace: pick(["ns", String(repeating: "n", count: 63)]))
    }

    private mutating func receiver() -> (String, JSONValue) {
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let id = pick(["otlp", "otlp/2", "jaeger", "skywalking", "loki", "otlp/with-a-long-name"])
            guard let parser = ComponentTable.receivers[ComponentID.type(of: id)] as? MultiProtocol else {
                return (id, [:])
            }
            var protocols: JSONValue = [:]
            for server in parser.servers where flip(0.7) { protocols[server.name] = address(server.port) }
            return (id, ["protocols": protocols])
        case 1: return (pick(["tcplog", "udplog", "tcp_log/x"]), ["listen_address": "0.0.0.0:54525"])
        case 2: return (pick(["filelog", "hostmetrics", "redis", "kubeletstats"]), ["endpoint": "http://x:80/y"])
        case 3: return (pick(["unheard_of", "health/check", "metrics", "Upper/Case"]), address(7777))
        default:
            let known = ComponentTable.receivers.filter { ($0.value as? SingleEndpoint)?.defaultPort != nil }.keys
                .sorted()
            return (pick(known) + pick(["", "/2", "/a_rather_long_name", "/-"]), address(1234))
        }
    }

    private mutating func address(_ port: Int) -> JSONValue {
        let endpoints = [
            nil, ":\(port)", "0.0.0.0:\(port)", "localhost:\(port)", "[::]:\(port)", "[2001:db8::1]:\(port)",
            "${env:POD_IP}:\(port)", "${ADDRESS}", "localhost", "\(port)", "0.0.0.0:99999",
        ]
        return pick(endpoints).map { ["endpoint": .string($0)] } ?? [:]
    }

    private mutating func port() -> JSONValue {
        .object(compacting: [
            "name": pick([
                nil, "otlp-grpc", "web", "metrics", "prometheus", "port-4317", "Bad_Name", "a-name-that-is-too-long",
            ])
            .map(JSONValue.string),
            "port": .int(pick([80, 4317, 4318, 8888, 8889, 13133, 0, 65536])),
            "protocol": pick([nil, "TCP", "UDP"]).map(JSONValue.string),
            "targetPort": pick([nil, nil, 4317, "otlp-http"] as [JSONValue?]),
            "appProtocol": pick([nil, "grpc", "http"]).map(JSONValue.string),
        ])
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func flip(_ chance: Double) -> Bool { Double.random(in: 0..<1, using: &random) < chance }
}
