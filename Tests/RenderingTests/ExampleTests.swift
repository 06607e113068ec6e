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

    @Test("each collector is expected here, and has an example beside it that says what it is")
    func complete() throws {
        #expect(try Examples.collectors().map(\.file).sorted() == Self.expectations.map(\.file).sorted())
        for (file, _) in try Examples.manifests() {
            let example = String(file.prefix { $0 != "/" })
            let readme = Examples.folder.appending(path: "\(example)/README.md")
            #expect(FileManager.default.fileExists(atPath: readme.path()), "\(example)/README.md")
        }
    }

    @Test("is admitted and renders without a warning, with the ports that its README names", arguments: expectations)
    func renders(_ expectation: Expectation) throws {
        let resource = try Examples.applied(try #require(try Examples.objects(expectation.file).first))
        let rendered = CollectorRenderer().render(resource)
        #expect(rendered.isComplete)
        #expect(rendered.findings.filter { $0.severity > .information } == [])

        let container = try #require(try Examples.container(resource, rendered))
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
        let text = try String(contentsOf: Examples.folder.appending(path: "\(example)/README.md"), encoding: .utf8)
        for port in Set(expectation.services.values.flatMap { $0 }) {
            #expect(text.contains("\(port)"), "\(example)/README.md does not name the port \(port)")
        }
        guard !expectation.monitored.isEmpty else { return }
        let name = try #require(try Examples.objects(expectation.file).first?[path: "metadata", "name"]?.stringValue)
        for word in ["\(name)-metrics"] + expectation.monitored.map({ "`\($0)`" }) {
            #expect(text.contains(word), "\(example)/README.md does not tell of \(word)")
        }
    }

    @Test("the Instrumentation of the LGTM gateway names what traces need")
    func attributes() throws {
        let gateway = try #require(
            try Examples.objects("lgtm-gateway/4-instrumentation.yaml").first { $0["kind"] == "Instrumentation" })
        let attributes = gateway[path: "spec", "resource", "resourceAttributes"]?.objectValue?.keys ?? []
        #expect(Set(attributes).isSuperset(of: ["service.version", "deployment.environment", "k8s.namespace.name"]))
    }
}
