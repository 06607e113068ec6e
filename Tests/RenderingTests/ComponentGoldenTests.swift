import Document
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// Each component that the operator knows, alone in a collector: what becomes of its configuration, and where it shows.
@Suite("The table of components")
struct ComponentGoldenTests {
    /// Every type, with the least configuration that it takes.
    private static func minimal(_ kind: Component.Kind, _ type: String) -> JSONValue {
        switch (kind, type) {
        case (.receiver, "tcp_log"), (.receiver, "tcplog"), (.receiver, "udp_log"), (.receiver, "udplog"):
            return ["listen_address": "0.0.0.0:54525"]
        case (.receiver, "prometheus"):
            return [
                "config": ["scrape_configs": []],
                "api_server": ["enabled": true, "server_config": ["endpoint": "0.0.0.0:9090"]],
            ]
        case (.extension, "jaeger_query"): return ["grpc": ["endpoint": ":16685"]]
        default:
            if let parser = ComponentTable.receivers[type] as? MultiProtocol {
                return [
                    "protocols": .object(
                        JSONObject(members: parser.servers.map { JSONObject.Member(key: $0.name, value: .null) }))
                ]
            }
            // Most have an address if given one; scrapers must not take it for their own.
            return parserHasPort(kind, type) ? .null : ["endpoint": "http://elsewhere:1234/x"]
        }
    }

    private static func parserHasPort(_ kind: Component.Kind, _ type: String) -> Bool {
        let parser = Component(kind: kind, id: type).parser
        return (parser as? SingleEndpoint)?.defaultPort != nil || parser is HealthCheck
    }

    private static func types(_ kind: Component.Kind) -> [String] {
        let known: [String] =
            switch kind {
            case .receiver: Array(ComponentTable.receivers.keys)
            case .exporter: Array(ComponentTable.exporters.keys)
            case .processor: Array(ProcessorAccess.table.keys)
            case .extension: Array(Set(ComponentTable.extensions.keys).union(ExtensionAccess.table.keys))
            }
        return known.sorted() + ["unheard_of"]
    }

    private static func resource(_ kind: Component.Kind, _ type: String) -> JSONValue {
        var config: JSONValue = [
            "receivers": ["nop": [:]], "exporters": ["nop": [:]],
            "service": [
                "telemetry": ["metrics": ["level": "none", "readers": [["periodic": [:]]]]],
                "pipelines": ["traces": ["receivers": ["nop"], "exporters": ["nop"]]],
            ],
        ]
        config[kind.section] = [type: minimal(kind, type)]
        switch kind {
        case .receiver: config["service"]?["pipelines"]?["traces"]?["receivers"] = [.string(type)]
        case .exporter: config["service"]?["pipelines"]?["traces"]?["exporters"] = [.string(type)]
        case .processor: config["service"]?["pipelines"]?["traces"]?["processors"] = [.string(type)]
        case .extension: config["service"]?["extensions"] = [.string(type)]
        }
        return collector(["config": config])
    }

    @Test("each kind as in its fixture", arguments: Component.Kind.allCases)
    func table(_ kind: Component.Kind) throws {
        let rows = try Self.types(kind).map { type -> JSONValue in
            let resource = Self.resource(kind, type)
            let rendered = CollectorRenderer().render(resource)
            let defaulted = try CollectorDefaulting().defaulted(resource).resource
            func ports(_ name: String) -> JSONValue? {
                rendered["Service", name]?["spec"]?["ports"]
            }
            return .object(compacting: [
                "type": .string(type),
                "config": resource[path: "spec", "config", kind.section, type],
                "defaulted": defaulted[path: "spec", "config", kind.section, type],
                "container": rendered.container?["ports"],
                "service": ports("otel-collector"), "headless": ports("otel-collector-headless"),
                "extensionService": ports("otel-collector-extension"),
                "policy": rendered["NetworkPolicy", "otel-collector-networkpolicy"]?["spec"]?["ingress"]?[0]?["ports"],
                "environment": rendered.container?["env"]?.arrayValue.flatMap { variables in
                    let own = variables.compactMap { $0["name"]?.stringValue }
                        .filter { !["POD_NAME", "GOMEMLIMIT", "GOMAXPROCS"].contains($0) }
                    return own.isEmpty ? nil : .strings(own)
                },
                "probe": rendered.container?["livenessProbe"],
                "findings": rendered.findings.isEmpty ? nil : .strings(rendered.findings.map(\.message)),
            ])
        }
        try expectGolden(YAML.serializedAll(rows), "components/\(kind.section).yaml")
    }
}
