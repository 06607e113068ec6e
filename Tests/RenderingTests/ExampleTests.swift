import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// The collectors under `examples/`, rendered as the operator would.
@Suite("The examples")
struct ExampleTests {
    /// What an example's collector becomes: the ports of its container and of its Services, and of its PodMonitor, by name.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var file: String
        var containerPorts: [String: Int]
        var services: [String: [Int]] = [:]
        var monitored: [String] = []
        /// What there is beside workload, ConfigMap, ServiceAccount, Services, PodDisruptionBudget, NetworkPolicy and PodMonitor.
        var extra: [String] = []

        var testDescription: String { file }
    }

    static let otlp = ["otlp-grpc": 4317, "otlp-http": 4318]
    static let own = ["metrics": 8888]
    static let scraped = ["prometheus": 8889]
    static let health = ["health-check": 13133]

    /// - Parameter ports: of the Service that applications send to.
    static func services(_ name: String, _ ports: [Int], health: Bool = true) -> [String: [Int]] {
        var result = ["\(name)-collector-monitoring": [8888]]
        if health { result["\(name)-collector-extension"] = [13133] }
        if !ports.isEmpty {
            result["\(name)-collector"] = ports
            result["\(name)-collector-headless"] = ports
        }
        return result
    }

    static let expectations = [
        Expectation(
            file: "aks-closed-network/2-collector.yaml", containerPorts: merged(otlp, own, scraped),
            services: services("otel-collector", [4317, 4318, 8889], health: false),
            monitored: ["prometheus", "metrics"]),
        Expectation(
            file: "daemonset-logs/2-collector.yaml", containerPorts: merged(own, health),
            services: services("node-logs", []), extra: ["ClusterRole", "ClusterRoleBinding"]),
        Expectation(
            file: "statefulset-gateway/2-gateway.yaml", containerPorts: merged(otlp, own, health),
            services: services("gateway", [4317, 4318])),
        Expectation(
            file: "statefulset-gateway/3-router.yaml", containerPorts: merged(otlp, own, health),
            services: services("router", [4317, 4318])),
        Expectation(
            file: "sidecar/2-collector.yaml", containerPorts: merged(otlp, own, scraped),
            monitored: ["prometheus", "metrics"]),
        Expectation(
            file: "lgtm-gateway/2-collector.yaml", containerPorts: merged(otlp, own, health, scraped),
            services: services("otel-gateway", [4317, 4318, 8889]), monitored: ["prometheus", "metrics"]),
        Expectation(
            file: "lgtm-gateway/ingress/2-collector.yaml", containerPorts: merged(otlp, own, health, scraped),
            services: services("otel-gateway", [4317, 4318, 8889]), monitored: ["prometheus", "metrics"],
            extra: ["Ingress"]),
        Expectation(
            file: "self-hosted/6-collector.yaml", containerPorts: merged(otlp, own, health, scraped),
            services: services("otel", [4317, 4318, 8889]), monitored: ["prometheus", "metrics"]),
        Expectation(
            file: "azure-monitor/2-collector.yaml", containerPorts: merged(otlp, own, scraped),
            services: services("otel-collector", [4317, 4318, 8889], health: false),
            monitored: ["prometheus", "metrics"]),
    ]

    static func merged(_ ports: [String: Int]...) -> [String: Int] {
        ports.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }

    // MARK: - Files

    static let folder = packageRoot().appending(path: "examples")

    /// Every manifest of every example, by its path below `examples/`.
    static func manifests() throws -> [(file: String, object: JSONValue)] {
        let paths = FileManager.default.enumerator(atPath: folder.path())?.allObjects.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".yaml") }.sorted().flatMap { path in
            try objects(path).map { (file: path, object: $0) }
        }
    }

    static func objects(_ path: String) throws -> [JSONValue] {
        try YAML.parseAll(String(contentsOf: folder.appending(path: path), encoding: .utf8)).filter { !$0.isNull }
    }

    static func collectors() throws -> [(file: String, object: JSONValue)] {
        try manifests().filter { $0.object["kind"] == "OpenTelemetryCollector" }
    }

    // MARK: - Rendering

    @Test("each collector is expected here, and has an example beside it that says what it is")
    func complete() throws {
        #expect(try Self.collectors().map(\.file).sorted() == Self.expectations.map(\.file).sorted())
        for (file, _) in try Self.manifests() {
            let example = String(file.prefix { $0 != "/" })
            let readme = Self.folder.appending(path: "\(example)/README.md")
            #expect(FileManager.default.fileExists(atPath: readme.path()), "\(example)/README.md")
        }
    }

    @Test("renders without a warning, with the ports that its README names", arguments: expectations)
    func renders(_ expectation: Expectation) throws {
        let resource = try #require(try Self.objects(expectation.file).first)
        let rendered = CollectorRenderer().render(resource)
        #expect(rendered.isComplete)
        #expect(rendered.findings.filter { $0.severity > .information } == [])

        let container = try #require(try Self.container(resource, rendered))
        let ports = (container["ports"]?.arrayValue ?? []).compactMap { port in
            port["name"]?.stringValue.flatMap { name in port["containerPort"]?.intValue.map { (name, $0) } }
        }
        #expect(Dictionary(ports) { first, _ in first } == expectation.containerPorts)

        let services = rendered.objects.filter { $0.type == .service }.map { service in
            (
                service.object.name,
                (service.object["spec"]?["ports"]?.arrayValue ?? []).compactMap { $0["port"]?.intValue }
            )
        }
        #expect(
            Dictionary(services.map { ($0, $1.sorted()) }) { first, _ in first } == expectation.services)

        let monitor = rendered.objects.first { $0.type == .azurePodMonitor }?.object
        let monitored = monitor?["spec"]?["podMetricsEndpoints"]?.arrayValue?.compactMap { $0["port"]?.stringValue }
        #expect(monitored ?? [] == expectation.monitored)
        #expect(Set(expectation.monitored).isSubset(of: expectation.containerPorts.keys))

        let usual: Set = [
            "Deployment", "DaemonSet", "StatefulSet", "ConfigMap", "ServiceAccount", "Service", "PodDisruptionBudget",
            "NetworkPolicy", "PodMonitor",
        ]
        #expect(rendered.objects.map(\.type.kind).filter { !usual.contains($0) }.sorted() == expectation.extra)
    }

    @Test("a README tells of each Service's ports, and of the PodMonitor", arguments: expectations)
    func readme(_ expectation: Expectation) throws {
        let example = String(expectation.file.prefix { $0 != "/" })
        let text = try String(contentsOf: Self.folder.appending(path: "\(example)/README.md"), encoding: .utf8)
        for port in Set(expectation.services.values.flatMap { $0 }) {
            #expect(text.contains("\(port)"), "\(example)/README.md does not name the port \(port)")
        }
        guard !expectation.monitored.isEmpty else { return }
        let name = try #require(try Self.objects(expectation.file).first?[path: "metadata", "name"]?.stringValue)
        for word in ["\(name)-metrics"] + expectation.monitored.map({ "`\($0)`" }) {
            #expect(text.contains(word), "\(example)/README.md does not tell of \(word)")
        }
    }

    /// The collector's container, be it in a workload's pods or in those of others.
    static func container(_ resource: JSONValue, _ rendered: Rendered) throws -> JSONValue? {
        if resource["spec"]?["mode"] == "sidecar" {
            return try CollectorRenderer().sidecar(of: resource).container
        }
        let template = rendered.objects.compactMap { $0.object.json[path: "spec", "template", "spec"] }.first
        return template?["containers"]?.arrayValue?.first { $0["name"] == "otc-container" }
    }

    // MARK: - The field guide

    /// Source: the field guide for managed Prometheus in closed networks, as `kubectl` of its readers would show it.
    @Test("the closed network's collector is the field guide's, word for word")
    func closedNetwork() throws {
        let resource = try #require(try Self.objects("aks-closed-network/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(resource)
        #expect(resource[path: "metadata", "name"] == "otel-collector")
        #expect(
            rendered.objects.allSatisfy {
                $0.object.json[path: "metadata", "namespace"] == "opentelemetry-operator-system"
            })
        #expect(resource[path: "spec", "replicas"] == 1)
        #expect(
            resource[path: "spec", "config"] == [
                "receivers": [
                    "otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"], "http": ["endpoint": "0.0.0.0:4318"]]]
                ],
                "processors": ["batch": ["send_batch_size": 1024, "timeout": "5s"]],
                "exporters": [
                    "prometheus": [
                        "endpoint": "0.0.0.0:8889", "resource_to_telemetry_conversion": ["enabled": true],
                    ]
                ],
                "service": [
                    "pipelines": [
                        "metrics": ["receivers": ["otlp"], "processors": ["batch"], "exporters": ["prometheus"]]
                    ]
                ],
            ])
        for name in ["otel-collector-collector", "otel-collector-collector-monitoring"] {
            let labels = try #require(rendered["Service", name])[path: "metadata", "labels"]
            #expect(labels?["app.kubernetes.io/managed-by"] == "opentelemetry-operator")
        }
        let pods = rendered.deployment?[path: "spec", "template", "metadata", "labels"]
        #expect(pods?["app.kubernetes.io/component"] == "opentelemetry-collector")

        let monitor = try #require(rendered["PodMonitor", "otel-collector-metrics"])
        #expect(monitor["apiVersion"] == "azmonitoring.coreos.com/v1")
        #expect(
            monitor[path: "spec", "podMetricsEndpoints"] == [
                ["port": "prometheus", "path": "/metrics", "interval": "30s"],
                ["port": "metrics", "path": "/metrics", "interval": "30s"],
            ])
        #expect(monitor[path: "spec", "namespaceSelector"] == nil)
    }

    @Test("the closed network's Instrumentation is the field guide's, and the LGTM gateway's names what traces need")
    func instrumentations() throws {
        let guide = try #require(try Self.objects("aks-closed-network/3-instrumentation.yaml").first)
        #expect(guide[path: "metadata"] == ["name": "python-instrumentation", "namespace": "myapp"])
        #expect(
            guide[path: "spec", "exporter", "endpoint"]
                == "http://otel-collector-collector.opentelemetry-operator-system.svc.cluster.local:4318")
        #expect(guide[path: "spec", "propagators"] == ["tracecontext", "baggage"])
        #expect(
            guide[path: "spec", "python", "env"] == [
                ["name": "OTEL_METRICS_EXPORTER", "value": "otlp"], ["name": "OTEL_TRACES_EXPORTER", "value": "none"],
                ["name": "OTEL_LOGS_EXPORTER", "value": "none"],
            ])
        #expect(
            guide[path: "spec", "resource", "resourceAttributes"] == [
                "service.name": "agui-server", "service.namespace": "myapp", "deployment.environment": "production",
            ])
        let gateway = try #require(
            try Self.objects("lgtm-gateway/4-instrumentation.yaml").first { $0["kind"] == "Instrumentation" })
        let attributes = gateway[path: "spec", "resource", "resourceAttributes"]?.objectValue?.keys ?? []
        #expect(Set(attributes).isSuperset(of: ["service.version", "deployment.environment", "k8s.namespace.name"]))
    }

    // MARK: - Documentation

    @Test(
        "a collector that the documentation shows renders without a warning",
        arguments: ["README.md", "docs/collectors.md"])
    func documented(_ file: String) throws {
        let text = try String(contentsOf: packageRoot().appending(path: file), encoding: .utf8)
        let blocks = text.matches(of: /(?m)^```yaml\n((?:(?!```).*\n)*)```/).map { String($0.output.1) }
        let collectors = try blocks.compactMap { block in
            try YAML.parseAll(block).first { $0["kind"] == "OpenTelemetryCollector" }
        }
        #expect(!collectors.isEmpty)
        for collector in collectors {
            let rendered = CollectorRenderer().render(collector)
            #expect(rendered.findings.filter { $0.severity > .information } == [])
            #expect(rendered["PodMonitor", "\(collector[path: "metadata", "name"]?.stringValue ?? "")-metrics"] != nil)
        }
    }

    // MARK: - What pods may and may take

    @Test("no pod runs as root, without limits, or with more than it needs")
    func pods() throws {
        // The field guide's own collector and application, word for word.
        let guide = [
            "aks-closed-network/2-collector.yaml", "aks-closed-network/4-app.yaml", "azure-monitor/4-app.yaml",
        ]
        var count = 0
        for (file, object) in try Self.manifests() where !guide.contains(file) {
            guard let (pod, containers) = try Self.pod(of: object) else { continue }
            count += 1
            for container in containers {
                let name = "\(file): \(container["name"]?.stringValue ?? "")"
                let context = container["securityContext"]
                let isNonRoot = context?["runAsNonRoot"] ?? pod[path: "securityContext", "runAsNonRoot"]
                #expect(isNonRoot == true, "\(name)")
                #expect(context?["allowPrivilegeEscalation"] == false, "\(name)")
                #expect(context?["readOnlyRootFilesystem"] == true, "\(name)")
                #expect(context?[path: "capabilities", "drop"] == ["ALL"], "\(name)")
                #expect(container[path: "resources", "limits", "memory"] != nil, "\(name)")
                #expect(container[path: "resources", "requests", "cpu"] != nil, "\(name)")
            }
        }
        #expect(count >= 13)
    }

    @Test("what an example deploys itself is probed")
    func probes() throws {
        for (file, object) in try Self.manifests()
        where file.hasPrefix("self-hosted/") && object["kind"] == "Deployment" {
            for container in object[path: "spec", "template", "spec", "containers"]?.arrayValue ?? [] {
                #expect(container["readinessProbe"] != nil && container["livenessProbe"] != nil, "\(file)")
            }
        }
    }

    private static func pod(of object: JSONValue) throws -> (JSONValue, [JSONValue])? {
        if object["kind"] == "OpenTelemetryCollector" {
            let rendered = CollectorRenderer().render(object)
            let pod = rendered.objects.compactMap { $0.object.json[path: "spec", "template", "spec"] }.first ?? [:]
            return (pod, [try #require(try container(object, rendered))])
        }
        guard let pod = object[path: "spec", "template", "spec"] else { return nil }
        return (pod, pod["containers"]?.arrayValue ?? [])
    }

    @Test("nothing secret stands in a resource: passwords come from Secrets through the environment")
    func secrets() throws {
        #expect(try Self.manifests().filter { $0.object["kind"] == "Secret" }.isEmpty)
        for (file, object) in try Self.collectors() {
            let config = String(decoding: object[path: "spec", "config"]?.serialized() ?? [], as: UTF8.self)
            for word in ["InstrumentationKey=", "Basic ", "Bearer ", "password"] {
                #expect(!config.contains(word), "\(file)")
            }
            let declared = Set(
                (object[path: "spec", "env"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
            for match in config.matches(of: /\$\{env:([A-Z_]+)\}/) {
                #expect(declared.contains(String(match.output.1)), "\(file): \(match.output.1) is set nowhere")
            }
        }
    }

    // MARK: - Components

    /// The component types that the examples use, with the distributions that have them.
    ///
    /// Source: opentelemetry-collector-releases, `distributions/otelcol-contrib/manifest.yaml` and
    /// `distributions/otelcol-k8s/manifest.yaml`. `otlp_grpc` and `otlp_http` are `otlp` and `otlphttp` since 0.144.
    static let distributions: [String: [String: Set<String>]] = [
        "receivers": ["otlp": ["contrib", "k8s"], "filelog": ["contrib", "k8s"]],
        "processors": [
            "batch": ["contrib", "k8s"], "memory_limiter": ["contrib", "k8s"], "k8sattributes": ["contrib", "k8s"],
            "resourcedetection": ["contrib", "k8s"], "tail_sampling": ["contrib", "k8s"],
        ],
        "exporters": [
            "prometheus": ["contrib"], "otlp_grpc": ["contrib", "k8s"], "otlp_http": ["contrib", "k8s"],
            "loadbalancing": ["contrib", "k8s"], "azuremonitor": ["contrib"],
        ],
        "extensions": ["health_check": ["contrib", "k8s"], "file_storage": ["contrib", "k8s"]],
        "connectors": [:],
    ]

    @Test("every component is in the distribution whose image the example names, and in a pipeline")
    func components() throws {
        for (file, object) in try Self.collectors() {
            let image = try #require(object[path: "spec", "image"]?.stringValue)
            let distribution = try #require(
                ["contrib", "k8s"].first { image.contains("collector-\($0):") }, "\(file): \(image)")
            let config = try #require(object[path: "spec", "config"])
            let service = try #require(config["service"])
            let pipelines = service["pipelines"]?.objectValue?.members.map(\.value) ?? []
            for (kind, known) in Self.distributions {
                let ids = config[kind]?.objectValue?.keys ?? []
                for id in ids {
                    let type = String(id.prefix { $0 != "/" })
                    #expect(known[type]?.contains(distribution) == true, "\(file): \(kind) \(id) in \(distribution)")
                }
                let used =
                    kind == "extensions"
                    ? service["extensions"]?.arrayValue ?? [] : pipelines.flatMap { $0[kind]?.arrayValue ?? [] }
                #expect(Set(used.compactMap(\.stringValue)) == Set(ids), "\(file): \(kind)")
            }
            // It protects what comes after it.
            for pipeline in pipelines where config["processors"]?["memory_limiter"] != nil {
                #expect(pipeline["processors"]?[0] == "memory_limiter", "\(file)")
            }
        }
    }

    // MARK: - Ways in

    @Test("the load balancer of lgtm-gateway selects the collector's pods and names the Service's ports")
    func loadBalancer() throws {
        let service = try #require(try Self.objects("lgtm-gateway/loadbalancer/3-service.yaml").first)
        let collector = try #require(try Self.objects("lgtm-gateway/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(collector)
        let own = try #require(rendered["Service", "otel-gateway-collector"])
        #expect(service[path: "spec", "selector"] == own["spec"]?["selector"])
        #expect(service[path: "spec", "type"] == "LoadBalancer")
        #expect(Self.ports(service) == Self.ports(own))
        #expect(Self.ports(own).count == 3)
    }

    /// A Service's ports, by name.
    private static func ports(_ service: JSONValue) -> [String: Int] {
        (service[path: "spec", "ports"]?.arrayValue ?? []).reduce(into: [:]) { result, port in
            result[port["name"]?.stringValue ?? ""] = port["port"]?.intValue
        }
    }

    @Test("the Ingress of lgtm-gateway leads to each of the three ports, and its gRPC twin to a port that there is")
    func ingress() throws {
        let collector = try #require(try Self.objects("lgtm-gateway/ingress/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(collector)
        let ingress = try #require(rendered.objects.first { $0.type.kind == "Ingress" }?.object.json)
        let hosts = (ingress[path: "spec", "rules"]?.arrayValue ?? []).compactMap { $0["host"]?.stringValue }
        #expect(
            hosts.sorted() == [
                "otlp-grpc.otel.example.com", "otlp-http.otel.example.com", "prometheus.otel.example.com",
            ])
        let service = try #require(rendered["Service", "otel-gateway-collector"])
        let names = Set((service["spec"]?["ports"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        let twin = try #require(try Self.objects("lgtm-gateway/ingress/3-grpc.yaml").first)
        let backend = twin[path: "spec", "rules"]?[0]?[path: "http", "paths"]?[0]?[path: "backend", "service"]
        #expect(backend?["name"] == "otel-gateway-collector")
        #expect(names.contains(backend?[path: "port", "name"]?.stringValue ?? ""))
        // But for the Ingress and the port that goes into it, both variants are the same collector.
        var plain = try #require(try Self.objects("lgtm-gateway/2-collector.yaml").first)
        plain["spec"]?["ingress"] = collector[path: "spec", "ingress"]
        plain["spec"]?["ports"] = collector[path: "spec", "ports"]
        #expect(plain == collector)
    }

    @Test("the router of statefulset-gateway sends to the gateway's headless Service")
    func router() throws {
        let gateway = try #require(try Self.objects("statefulset-gateway/2-gateway.yaml").first)
        let router = try #require(try Self.objects("statefulset-gateway/3-router.yaml").first)
        let resolver = router[path: "spec", "config", "exporters", "loadbalancing", "resolver", "dns"]
        let service = try #require(CollectorRenderer().render(gateway)["Service", "gateway-collector-headless"])
        #expect(resolver?["hostname"] == "gateway-collector-headless.observability.svc.cluster.local")
        let ports = (service["spec"]?["ports"]?.arrayValue ?? []).compactMap { $0["port"]?.intValue }
        #expect(ports.map(String.init).contains(resolver?["port"]?.stringValue ?? ""))
    }

    @Test("the images of one example carry one version of the collector, and no mirror's name but the README's")
    func images() throws {
        for (file, object) in try Self.collectors() {
            let image = try #require(object[path: "spec", "image"]?.stringValue)
            let isMirrored = file.hasPrefix("aks-closed-network/") || file.hasPrefix("azure-monitor/")
            #expect(image.hasPrefix(isMirrored ? "myregistry.azurecr.io/" : "ghcr.io/open-telemetry/"), "\(file)")
            #expect(image.hasSuffix(isMirrored ? ":0.146.0" : ":0.158.0"), "\(file)")
        }
    }
}
