import Document
import Foundation
import KubeModel
import TestSupport
import Testing

@testable import OperatorMain

/// `otel-operator render` as a process.
@Suite("The render command", .timeLimit(.minutes(2)))
final class RenderCommandTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "render-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

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
    static func examples() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: packageRoot().appending(path: "examples").path)
        try #require(!names.isEmpty)
        return names.sorted()
    }

    @Test("the examples of the repository are rendered without an error", arguments: try examples())
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

    @Test("a namespace in the manifests that enforces the restricted level counts, wherever it stands")
    func restricted() throws {
        func namespace(_ level: String) -> String {
            """
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: \(level)}}

            """
        }
        let plain = try render("-f", "-", input: collector()).output
        let restricted = try render("-f", "-", input: collector() + namespace("restricted"))
        #expect(restricted.status == 0)
        #expect(restricted.output != plain)
        #expect(restricted.output.contains("allowPrivilegeEscalation: false"))
        #expect(
            try render("-f", "-", input: namespace("restricted") + "---\n" + collector()).output == restricted.output)
        #expect(try render("-f", "-", input: collector() + namespace("baseline")).output == plain)

        let logs = collector(spec: "volumes: [{name: varlog, hostPath: {path: /var/log}}]")
        let refused = try render("-f", "-", input: logs + namespace("restricted"))
        #expect(refused.errors.contains("enforces the Pod Security level restricted"), "\(refused.errors)")
        #expect(refused.errors.contains("volume varlog is of type hostPath"))
        #expect(try refused.output == render("-f", "-", input: logs).output)
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
            ("mode: deployment\n  autoscaler: {minReplicas: 2}", "standard input:6: error: "),
            (
                "mode: deployment\n  ports:\n  - {name: a, port: 1}\n  - {name: b_, port: 2}",
                "standard input:8: error: OpenTelemetryCollector shop/web: the OpenTelemetry Spec Ports"
            ),
            ("ingress:\n    ruleType: subdomain", "standard input:5: error: "),
            ("replicas: many", "standard input:5: error: OpenTelemetryCollector shop/web: spec.replicas is \"many\""),
            (
                "mode: sidecar\n  priorityClassName: x", "standard input:6: error: OpenTelemetryCollector shop/web: "
            ),
            ("mode: other", "standard input:5: error: OpenTelemetryCollector shop/web: spec.mode is \"other\""),
        ])
    func rejected(spec: String, message: String) throws {
        let result = try render("-f", "-", input: collector(spec: spec) + "---\n" + collector("fine"))
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("rendered 1 of 2 collectors, "))
        #expect(result.errors.hasSuffix("; nothing written\n"))
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
        let objects = try names(render("-f", "-", input: collector()).output)
        #expect(result.errors.contains("rendered 1 of 2 collectors, \(objects.count) objects; nothing written"))
    }

    @Test(
        "2 for names that no API server takes: they would lead out of the folder",
        arguments: [("web", "../../evil"), ("../web", "shop"), ("web", "a/b"), ("Web", "shop"), ("web", "a.b")])
    func names(name: String, namespace: String) throws {
        let target = folder.appending(path: "one/two/out")
        let result = try render(
            "-f", "-", "--output-dir", target.path, input: collector(name, namespace: namespace))
        #expect(result.status == 2)
        #expect(result.errors.contains("standard input:3: error: "), "\(result.errors)")
        #expect(result.errors.contains(", expected at most "))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path) == [])
    }

    @Test("3 for objects that have no file of their own: nothing is written")
    func files() throws {
        let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n"
        for other in [
            map + map, "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}\n---\n",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ../../evil}}\n---\n",
            "{apiVersion: v1, kind: ../Map, metadata: {name: a}}\n---\n", "{a: b}\n---\n",
        ] {
            let target = folder.appending(path: "out")
            let result = try render(
                "-f", "-", "--keep-others", "--output-dir", target.path, input: other + collector())
            #expect(result.status == 3, "\(other)")
            #expect(result.errors.contains("error: could not write "))
            #expect(!FileManager.default.fileExists(atPath: target.path))
        }
    }

    @Test("the place of a slip in a text of v1alpha1 is that in the file, and the only one")
    func slip() throws {
        let result = try render(
            "-f", "-", input: alpha.replacing("    exporters: {debug: {}}", with: "    exporters: ]"))
        #expect(result.status == 2)
        #expect(
            result.errors.contains("standard input:8: error: OpenTelemetryCollector shop/web: spec.config cannot be"))
        #expect(!result.errors.contains("at line"))
        let quoted = try render("-f", "-", input: alpha.replacing("config: |", with: "config: '{'\n  x: |"))
        #expect(quoted.errors.contains("standard input:6: error: "), "a text on one line")
    }

    @Test("a version that is to come is answered with those that are taken")
    func version() throws {
        let result = try render("-f", "-", input: alpha.replacing("v1alpha1", with: "v1beta2"))
        #expect(result.status == 2)
        #expect(result.errors.contains("expected an OpenTelemetryCollector of opentelemetry.io/v1alpha1 or "))
    }

    @Test("a component that is not configured is warned of, with its line")
    func reference() throws {
        let input = collector().replacing("exporters: [debug]", with: "exporters: [debug, nope]")
        let result = try render("-f", "-", input: input)
        #expect(result.status == 0)
        #expect(
            result.errors.contains(
                "standard input:9: warning: OpenTelemetryCollector shop/web: "
                    + "spec.config.service.pipelines.traces.exporters names \"nope\""))
    }

    @Test("3 for input without a single object, which is what a broken pipe leaves", arguments: ["", "\n---\n# no\n"])
    func nothing(input: String) throws {
        let result = try render("-f", "-", input: input)
        #expect(result.status == 3)
        #expect(result.errors == "error: the input holds no object at all\n")
    }

    @Test("the help lists the flags of run that count, and the others are told apart from slips")
    func help() throws {
        let help = try render("--help")
        #expect(help.status == 0)
        #expect(help.output.contains("--labels-filter <pattern>"))
        #expect(help.output.contains("environment RELATED_IMAGE_COLLECTOR"))
        #expect(!help.output.contains("--webhook-port"))
        #expect(
            try render("-f", "-", "--webhook-port=1").errors
                .contains("flag --webhook-port of run changes nothing here"))
        #expect(try render("-f", "-", "--no-such-flag").errors.contains("unknown flag --no-such-flag"))
    }

    @Test(
        "3 for a command line or a file that cannot be used, with a word on standard error and no output",
        arguments: [
            [], ["-f"], ["-f", "-", "-o", "toml"], ["-f", "-", "-f", "-"], ["-f", "-", "--no-such-flag"],
            ["-f", "-", "--webhook-port=1"], ["-f", "-", "-n", ""], ["-f", "-", "-n", "../evil"],
            ["-f", "/no/such/file"],
            ["-f", "-", "-o", "dir"], ["-f", "-", "-o", "yaml", "--output-dir", "x"],
            ["-f", "-", "--diff", "-o", "yaml"], ["-f", "-", "--kube-version", "new"],
            ["-f", "-", "--api-versions", "/no/such/file"], ["-f", "-", "--api-versions", "/dev/null"],
            ["-f", "-", "--monitor-api", "x"],
        ])
    func usage(arguments: [String]) throws {
        let result = try shell([Self.binary, "render"] + arguments, input: "{}")
        #expect(result.status == 3)
        #expect(result.output == "")
        #expect(result.errors.lowercased().contains("error: "))
    }

    @Test("3 for input that is no manifest, and for a cluster that does not answer")
    func unusable() throws {
        let broken = try render("-f", "-", input: "a: 1\nb: [")
        #expect(broken.status == 3)
        #expect(broken.errors.hasPrefix("standard input:"))
        #expect(broken.errors.contains(": error: could not be read: "))
        let config = try file("config", "apiVersion: v1\nkind: Config\n")
        let result = try render("-f", "-", "--diff", input: collector(), environment: ["KUBECONFIG": config])
        #expect(result.status == 3)
        #expect(result.errors.contains("error: could not"))
    }
}
