import Document
import Foundation
import KubeModel
import TestSupport
import Testing

@testable import OperatorMain

/// `otel-operator render` as a process.
@Suite("The render command", .timeLimit(.minutes(2)))
struct RenderCommandTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "render-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Built into the folder of the tests.
    private static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "otel-operator").path

    private func render(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) throws -> ShellResult {
        try shell([Self.binary, "render"] + arguments, input: input, environment: environment)
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let url = folder.appending(path: name)
        try Data(content.utf8).write(to: url)
        return url.path
    }

    private func collector(_ name: String = "web", spec: String = "mode: deployment", namespace: String? = "shop")
        -> String
    {
        """
        apiVersion: opentelemetry.io/v1beta1
        kind: OpenTelemetryCollector
        metadata: {name: \(name)\(namespace.map { ", namespace: \($0)" } ?? "")}
        spec:
          \(spec)
          config:
            receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}}
            exporters: {debug: {}}
            service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}

        """
    }

    private let alpha = """
        apiVersion: opentelemetry.io/v1alpha1
        kind: OpenTelemetryCollector
        metadata: {name: web, namespace: shop}
        spec:
          mode: deployment
          config: |
            receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}}
            exporters: {debug: {}}
            service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
        """

    private func names(_ output: String) throws -> [String] {
        try YAML.parseAll(output).map { KubeObject($0) }.map { "\($0.kind) \($0.name)" }
    }

    // MARK: - What is rendered

    @Test("every object of a collector, in the order of the operator, and the same bytes each time")
    func objects() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try render("-f", "-", input: collector())
        #expect(result.status == 0)
        let names = try names(result.output)
        #expect(
            names.prefix(3).map { $0.split(separator: " ").first } == [
                "Deployment", "PodDisruptionBudget", "ConfigMap",
            ])
        #expect(names.contains("Service web-collector-monitoring"))
        #expect(!result.output.contains("ownerReferences"), "a manifest has no uid")
        #expect(result.errors.hasSuffix("rendered 1 of 1 collector, \(names.count) objects\n"))
        #expect(try render("-f", "-", input: collector()).output == result.output)
    }

    @Test("v1alpha1 gives the same objects as v1beta1")
    func versions() throws {
        let old = try render("-f", "-", input: alpha)
        #expect(old.status == 0)
        #expect(old.output == (try render("-f", "-", input: collector()).output))
    }

    /// Each is for a cluster of its own; the folders below them hold variants.
    static let examples: [String] = {
        let folder = packageRoot().appending(path: "examples")
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }()

    @Test("the examples of the repository are rendered without an error", arguments: examples)
    func example(_ name: String) throws {
        let result = try render("-f", packageRoot().appending(path: "examples/\(name)").path, "--no-recursive")
        #expect(result.status == 0)
        #expect(!result.errors.contains("error: "))
        #expect(try names(result.output).contains { $0.hasPrefix("ConfigMap ") })
    }

    @Test("objects with a uid, as in a cluster, own what is rendered")
    func owner() throws {
        let input = collector().replacing("{name: web,", with: "{name: web, uid: u-1,")
        let objects = try YAML.parseAll(try render("-f", "-", input: input).output)
        #expect(objects.first?[path: "metadata", "ownerReferences"]?[0]?["uid"] == "u-1")
    }

    @Test("a manifest that is at an older version is upgraded first, as the operator would")
    func upgrade() throws {
        let input =
            collector().replacing("service: {", with: "service: {telemetry: {metrics: {address: 'a:9'}}, ")
            + "status: {version: 0.110.0}\n"
        let result = try render("-f", "-", input: input)
        #expect(result.status == 0)
        #expect(
            result.errors.contains("standard input:9: warning: OpenTelemetryCollector shop/web: upgraded for 0.122.0: ")
        )
        #expect(result.output.contains("readers:"))
    }

    @Test("other objects are left out, or passed on unchanged")
    func others() throws {
        let input =
            "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {password: aHVudGVyMg==}}\n---\n" + collector()
        let without = try render("-f", "-", input: input)
        #expect(!without.output.contains("kind: Secret"))
        #expect(without.errors.contains("; 1 other object left out (see --keep-others)"))
        let with = try render("-f", "-", "--keep-others", input: input)
        #expect(try names(with.output).first == "Secret s")
        #expect(with.output.contains("aHVudGVyMg=="))
        #expect(!with.errors.contains("aHVudGVyMg=="))
        #expect(try render("-f", "-", input: "").status == 0)
    }

    @Test("a list of collectors counts like the collectors")
    func list() throws {
        func item(_ name: String) -> String {
            "- " + collector(name).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
        }
        let list = "apiVersion: v1\nkind: List\nitems:\n" + item("one") + "\n" + item("two")
        let names = try names(try render("-f", "-", input: list).output)
        #expect(names.contains("Deployment one-collector") && names.contains("Deployment two-collector"))
    }

    @Test("an unmanaged collector has no objects, and that is said")
    func unmanaged() throws {
        let result = try render("-f", "-", input: collector(spec: "managementState: unmanaged"))
        #expect(result.status == 0)
        #expect(result.output == "")
        #expect(result.errors.contains("note: OpenTelemetryCollector shop/web: spec.managementState is unmanaged"))
    }

    // MARK: - How

    @Test("JSON out, one object after the other")
    func json() throws {
        let result = try render("-f", "-", "-o", "json", input: collector())
        #expect(result.output.hasPrefix("{\n  \"apiVersion\": \"apps/v1\""))
        let yaml = try YAML.parseAll(try render("-f", "-", input: collector()).output)
        #expect(try YAML.parseAll(result.output.replacing("\n}\n{\n", with: "\n}\n---\n{\n")) == yaml)
    }

    @Test("a folder gets a file for each object, and keeps what is there besides")
    func folders() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let target = folder.appending(path: "out/deep")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: target.appending(path: "mine.txt"))
        let result = try render("-f", "-", "--output-dir", target.path, input: collector())
        #expect(result.status == 0)
        #expect(result.output == "")
        let files = try FileManager.default.contentsOfDirectory(atPath: target.appending(path: "shop").path)
        #expect(files.contains("deployment-web-collector.yaml"))
        #expect(
            files.contains("podmonitor.azmonitoring.coreos.com-web-metrics.yaml") == false, "nothing serves metrics")
        #expect(FileManager.default.fileExists(atPath: target.appending(path: "mine.txt").path))
        let one = try String(contentsOf: target.appending(path: "shop/service-web-collector.yaml"), encoding: .utf8)
        #expect(try YAML.parse(one)["kind"] == "Service")
        // A file stands where the folder should be.
        let blocked = try render("-f", "-", "-o", "dir", "--output-dir", target.path + "/mine.txt", input: collector())
        #expect(blocked.status == 3)
        #expect(blocked.errors.contains("could not write"))
    }

    @Test("what the cluster serves can be said by name, by file and by version")
    func apis() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = try file("apis.txt", "apps/v1\nv1\npolicy/v1\n")
        let named = try render("-f", "-", "--api-versions", list, input: collector())
        #expect(try names(named.output).contains("PodDisruptionBudget web-collector"))
        #expect(try !names(named.output).contains { $0.hasPrefix("NetworkPolicy") })
        #expect(named.status == 0)
        #expect(
            named.errors.contains(
                "standard input:1: warning: OpenTelemetryCollector shop/web: the cluster does not serve"))
        let old = try render("-f", "-", "--kube-version", "1.20", input: collector())
        #expect(try !names(old.output).contains("PodDisruptionBudget web-collector"))
        #expect(try names(old.output).contains { $0.hasPrefix("NetworkPolicy") })
    }

    @Test("the flags of run count, and so do their environment variables; a shell's proxies do not unless asked for")
    func settings() throws {
        let image = "example.com/collector:1"
        #expect(
            try render("-f", "-", "--collector-image", image, input: collector()).output.contains("image: \(image)"))
        #expect(
            try render("-f", "-", input: collector(), environment: ["RELATED_IMAGE_COLLECTOR": image]).output
                .contains("image: \(image)"))
        let proxies = ["HTTPS_PROXY": "http://user:password@proxy:3128"]
        #expect(try !render("-f", "-", input: collector(), environment: proxies).output.contains("proxy:3128"))
        #expect(
            try render("-f", "-", "--proxy-environment", input: collector(), environment: proxies).output
                .contains("proxy:3128"))
    }

    @Test("the namespace is the manifest's, else the flag's, else default with a warning")
    func namespaces() throws {
        let bare = collector(namespace: nil)
        let assumed = try render("-f", "-", input: bare)
        #expect(assumed.output.contains("namespace: default"))
        #expect(assumed.errors.contains("standard input:1: warning: OpenTelemetryCollector web names no namespace"))
        let named = try render("-f", "-", "-n", "prod", input: bare)
        #expect(named.output.contains("namespace: prod"))
        #expect(!named.errors.contains("warning"))
        #expect(try render("-f", "-", "-n", "prod", input: collector()).output.contains("namespace: shop"))
    }

    // MARK: - Refusals

    @Test(
        "2 and no output for a collector that would be rejected, with its place",
        arguments: [
            ("mode: deployment\n  autoscaler: {minReplicas: 2}", "standard input:4: error: "),
            ("replicas: many", "standard input:5: error: OpenTelemetryCollector shop/web: spec.replicas is \"many\""),
            ("mode: sidecar\n  priorityClassName: x", "error: OpenTelemetryCollector shop/web: "),
            ("mode: other", "standard input:5: error: OpenTelemetryCollector shop/web: spec.mode is \"other\""),
        ])
    func rejected(spec: String, message: String) throws {
        let result = try render("-f", "-", input: collector(spec: spec) + "---\n" + collector("fine"))
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("rendered 1 of 2 collectors"))
    }

    @Test(
        "2 for what no API server would take",
        arguments: [
            "{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, metadata: {name: a, namespace: b}}",
            "{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, metadata: {name: a}, spec: {config: text}}",
            "{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, spec: {config: {receivers: {}, exporters: {}, service: {pipelines: {}}}}}",
            "{apiVersion: opentelemetry.io/v7, kind: OpenTelemetryCollector, metadata: {name: a}, spec: {config: {}}}",
            "{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, metadata: {name: a}, spec: {config: {receivers: {}, exporters: 1}}}",
        ])
    func impossible(input: String) throws {
        let result = try render("-f", "-", input: input)
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors.contains("error: "))
    }

    @Test("2 for one collector twice: the two would undo each other's objects")
    func twice() throws {
        let result = try render("-f", "-", input: collector() + "---\n" + alpha)
        #expect(result.status == 2)
        #expect(result.errors.contains("is in standard input:1, too"))
    }

    @Test(
        "3 for a command line or a file that cannot be used, with a word on standard error and no output",
        arguments: [
            [], ["-f"], ["-f", "-", "-o", "toml"], ["-f", "-", "-f", "-"], ["-f", "-", "--no-such-flag"],
            ["-f", "-", "--webhook-port=1"], ["-f", "-", "-n", ""], ["-f", "/no/such/file"],
            ["-f", "-", "-o", "dir"], ["-f", "-", "-o", "yaml", "--output-dir", "x"],
            ["-f", "-", "--diff", "-o", "yaml"], ["-f", "-", "--kube-version", "new"],
            ["-f", "-", "--api-versions", "/no/such/file"], ["-f", "-", "--monitor-api", "x"],
        ])
    func usage(arguments: [String]) throws {
        let result = try shell([Self.binary, "render"] + arguments, input: "{}")
        #expect(result.status == 3)
        #expect(result.output == "")
        #expect(result.errors.lowercased().contains("error: "))
    }

    @Test("3 for input that is no manifest, and for a cluster that does not answer")
    func unusable() throws {
        #expect(try render("-f", "-", input: "a: [").status == 3)
        let config = try file("config", "apiVersion: v1\nkind: Config\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try render("-f", "-", "--diff", input: collector(), environment: ["KUBECONFIG": config])
        #expect(result.status == 3)
        #expect(result.errors.contains("error: could not"))
    }
}
