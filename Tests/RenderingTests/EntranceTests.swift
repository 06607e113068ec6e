import Document
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

@Suite("What leads to a collector from outside")
struct EntranceTests {
    /// Ports over gRPC, HTTP and UDP, and one of an exporter.
    static let config: JSONValue = [
        "receivers": [
            "otlp": ["protocols": ["grpc": [:], "http": [:]]], "statsd": [:], "carbon": [:],
        ],
        "exporters": ["prometheus": ["endpoint": "0.0.0.0:8889"]],
        "service": [
            "pipelines": ["metrics": ["receivers": ["otlp", "statsd", "carbon"], "exporters": ["prometheus"]]]
        ],
    ]

    func render(
        _ spec: JSONValue, name: String = "otel", options: RenderingOptions = RenderingOptions(),
        labels: JSONValue = [:]
    ) -> Rendered {
        CollectorRenderer(options: options).render(collector(spec, name: name, labels: labels))
    }

    static let withoutListeners: JSONValue = [
        "receivers": ["filelog": [:]], "exporters": ["debug": [:]],
        "service": ["pipelines": ["logs": ["receivers": ["filelog"], "exporters": ["debug"]]]],
    ]

    // MARK: - Ingress

    @Test("an Ingress has a path for each receiver that speaks TCP, to the port's name on the Service")
    func paths() throws {
        let rendered = render([
            "config": Self.config,
            "ingress": ["type": "ingress", "hostname": "otel.example", "annotations": ["a": "b"]],
        ])
        let ingress = try #require(rendered["Ingress", "otel-ingress"])
        let rules = ingress["spec"]?["rules"]?.arrayValue
        #expect(rules?.count == 1)
        #expect(rules?[0]["host"] == "otel.example")
        let paths = rules?[0][path: "http", "paths"]?.arrayValue ?? []
        #expect(paths.map { $0["path"] } == ["/carbon", "/otlp-grpc", "/otlp-http"])
        #expect(paths.allSatisfy { $0["pathType"] == "Prefix" })
        #expect(paths[2]["backend"] == ["service": ["name": "otel-collector", "port": ["name": "otlp-http"]]])
        #expect(ingress["metadata"]?["annotations"] == ["a": "b"])
        #expect(ingress["spec"]?["tls"] == nil)
        #expect(rendered.findings == [])
    }

    @Test(
        "hosts of an Ingress",
        arguments: [
            ("path", "", [nil]), ("path", "*", [nil]), ("path", "h", ["h"]), (nil, "h", ["h"]),
            ("subdomain", "h", ["carbon.h", "otlp-grpc.h", "otlp-http.h"]),
            ("subdomain", "", ["carbon", "otlp-grpc", "otlp-http"]),
            ("subdomain", "*", ["carbon", "otlp-grpc", "otlp-http"]),
        ] as [(String?, String, [String?])])
    func hosts(_ rule: String?, _ hostname: String, _ hosts: [String?]) {
        let ingress: JSONValue = .object(compacting: [
            "type": "ingress", "ruleType": rule.map(JSONValue.string), "hostname": .string(hostname),
        ])
        let rendered = render(["config": Self.config, "ingress": ingress])
        let rules = rendered["Ingress", "otel-ingress"]?["spec"]?["rules"]?.arrayValue ?? []
        #expect(rules.map { $0["host"]?.stringValue } == hosts)
    }

    @Test("class and TLS pass through")
    func passedThrough() {
        let tls: JSONValue = [["hosts": ["h"], "secretName": "s"]]
        let spec = render([
            "config": Self.config, "ingress": ["type": "ingress", "ingressClassName": "nginx", "tls": tls],
        ])["Ingress", "otel-ingress"]?["spec"]
        #expect(spec?["ingressClassName"] == "nginx")
        #expect(spec?["tls"] == tls)
    }

    @Test("declared ports come first, under their own names, and those of exporters count when declared")
    func declared() {
        let rendered = render([
            "config": Self.config,
            "ports": [
                ["name": "web", "port": 80, "targetPort": 4318], ["name": "prom", "port": 8889],
                ["name": "dns", "port": 53, "protocol": "UDP"],
            ],
            "ingress": ["type": "ingress"],
        ])
        let paths = rendered["Ingress", "otel-ingress"]?["spec"]?["rules"]?[0]?[path: "http", "paths"]?.arrayValue
        #expect(paths?.map { $0["path"] } == ["/web", "/prom", "/carbon", "/otlp-grpc", "/otlp-http"])
    }

    @Test("without an API, a gateway or a port there is none, and that is said")
    func missing() {
        let asked: [JSONValue] = [
            ["config": Self.config, "ingress": ["type": "ingress"]],
            ["config": Self.config, "ingress": ["type": "route"]],
            ["config": Self.config, "httpRoute": ["enabled": true, "gateway": "g"]],
        ]
        let types: [ResourceType] = [.ingress, .route, .httpRoute]
        for (spec, type) in zip(asked, types) {
            let others = AvailableAPIs(AvailableAPIs.optional.filter { $0 != type })
            let rendered = render(spec, options: RenderingOptions(availableAPIs: others))
            #expect(rendered.findings.map(\.reason) == [.apiUnavailable])
            #expect(rendered.findings.map(\.type) == [type])
            #expect(rendered.reasons(.warning).count == 1)
            #expect(!rendered.objects.contains { $0.type == type })
            var empty = spec
            empty["config"] = Self.withoutListeners
            let without = render(empty)
            #expect(without.reasons(.warning) == [.invalidSpec])
            #expect(!without.objects.contains { $0.type == type })
        }
        let headless = render(["config": Self.config, "httpRoute": ["enabled": true]])
        #expect(headless.findings.map(\.message).contains { $0.hasPrefix("spec.httpRoute.gateway is empty") })
        #expect(render(["config": Self.config, "httpRoute": ["enabled": false, "gateway": "g"]]).findings == [])
    }

    // MARK: - Route

    @Test(
        "a Route for each port, and how TLS ends",
        arguments: [
            ("insecure", nil), (nil, ["termination": "edge"]), ("edge", ["termination": "edge"]),
            ("passthrough", ["termination": "passthrough"]), ("reencrypt", ["termination": "reencrypt"]),
        ] as [(String?, JSONValue?)])
    func routes(_ termination: String?, _ tls: JSONValue?) throws {
        let ingress: JSONValue = .object(compacting: [
            "type": "route", "hostname": "h", "annotations": ["a": "b"],
            "route": termination.map { ["termination": .string($0)] },
        ])
        let rendered = render(["config": Self.config, "ingress": ingress], labels: ["team": "obs"])
        let routes = rendered.objects.filter { $0.type == .route }.map(\.object)
        #expect(routes.map(\.name) == ["carbon-otel-route", "otlp-grpc-otel-route", "otlp-http-otel-route"])
        let route = try #require(routes.last)
        #expect(
            route["spec"]
                == .object(compacting: [
                    "host": "otlp-http.h", "to": ["kind": "Service", "name": "otel-collector"],
                    "port": ["targetPort": "otlp-http"], "tls": tls, "wildcardPolicy": "None",
                ]))
        #expect(
            route.labels == [
                "app.kubernetes.io/name": "otlp-http-otel-route", "app.kubernetes.io/instance": "ns.otel",
                "app.kubernetes.io/managed-by": "opentelemetry-operator",
                "app.kubernetes.io/component": "opentelemetry-collector",
            ])
        #expect(route.annotations == ["a": "b"])
        // The router speaks HTTP/2 to a backend under this name alone.
        let ports = rendered["Service", "otel-collector"]?["spec"]?["ports"]?.arrayValue
        #expect(ports?.first { $0["name"] == "otlp-grpc" }?["appProtocol"] == "h2c")
    }

    @Test("a Route without a host name gets one from the router", arguments: ["", "*"])
    func routeHost(_ hostname: String) {
        let rendered = render([
            "config": Self.config, "ingress": ["type": "route", "hostname": .string(hostname)],
        ])
        #expect(rendered["Route", "carbon-otel-route"]?["spec"]?["host"] == nil)
    }

    @Test("Routes of a long name keep apart, and their labels are valid")
    func longRoutes() {
        let name = String(repeating: "n", count: 70)
        let rendered = render(["config": Self.config, "ingress": ["type": "route"]], name: name)
        let routes = rendered.objects.filter { $0.type == .route }.map(\.object)
        #expect(Set(routes.map(\.name)).count == 3)
        #expect(routes.allSatisfy { $0.name.utf8.count <= 63 && $0.labels.values.allSatisfy(Labels.isValidValue) })
        #expect(Names(collector: "short").routes(["a", "b"]) == ["a-short-route", "b-short-route"])
    }

    // MARK: - HTTPRoute

    @Test("an HTTPRoute for each port that takes HTTP/1.1")
    func httpRoutes() throws {
        let rendered = render(
            [
                "config": Self.config,
                "httpRoute": ["enabled": true, "gateway": "gate", "gatewayNamespace": "infra", "hostnames": ["h"]],
            ])
        let routes = rendered.objects.filter { $0.type == .httpRoute }.map(\.object)
        #expect(routes.map(\.name) == ["otel-carbon-httproute", "otel-otlp-http-httproute"])
        let route = try #require(routes.last)
        #expect(route.apiVersion == "gateway.networking.k8s.io/v1")
        #expect(route.namespace == "ns")
        #expect(route.metadata["annotations"] == nil)
        #expect(
            route["spec"] == [
                "parentRefs": [
                    [
                        "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gate", "namespace": "infra",
                    ]
                ],
                "hostnames": ["h"],
                "rules": [
                    [
                        "matches": [["path": ["type": "PathPrefix", "value": "/otlp-http"]]],
                        "filters": [
                            [
                                "type": "URLRewrite",
                                "urlRewrite": ["path": ["type": "ReplacePrefixMatch", "replacePrefixMatch": "/"]],
                            ]
                        ],
                        "backendRefs": [["name": "otel-collector", "port": 4318]],
                    ]
                ],
            ])
        let own = render(["config": Self.config, "httpRoute": ["enabled": true, "gateway": "gate"]])
        #expect(
            own["HTTPRoute", "otel-carbon-httproute"]?["spec"]?["parentRefs"]?[0]?["namespace"] == "ns")
        #expect(own["HTTPRoute", "otel-carbon-httproute"]?["spec"]?["hostnames"] == nil)
    }

    @Test("a sidecar has none of them", arguments: ["ingress", "route"])
    func sidecar(_ type: String) {
        let rendered = render([
            "mode": "sidecar", "config": Self.config, "ingress": ["type": .string(type)],
            "httpRoute": ["enabled": true, "gateway": "g"],
        ])
        #expect(!rendered.objects.contains { [.ingress, .route, .httpRoute].contains($0.type) })
        #expect(rendered.reasons(.warning) == [.invalidSpec, .invalidSpec])
    }

    @Test(
        "says which field is wrong",
        arguments: [
            (["ingress": ["type": "nodeport"]], "spec.ingress.type"),
            (["ingress": ["type": "ingress", "ruleType": "host"]], "spec.ingress.ruleType"),
            (["ingress": ["route": ["termination": "none"]]], "spec.ingress.route.termination"),
            (["ingress": ["tls": [:]]], "spec.ingress.tls"),
            (["ingress": ["annotations": ["a": 1]]], "spec.ingress.annotations.a"),
            (["httpRoute": ["enabled": "yes"]], "spec.httpRoute.enabled"),
            (["httpRoute": ["hostnames": "h"]], "spec.httpRoute.hostnames"),
        ] as [(JSONValue, String)])
    func invalid(_ spec: JSONValue, _ path: String) {
        #expect(render(spec).findings.first?.message.hasPrefix(path + " is ") == true)
    }
}
