import Document
import Foundation
import TestSupport
import Testing

/// `otel-operator inject` as a process.
@Suite("The inject command", .timeLimit(.minutes(2)))
struct InjectCommandTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "inject-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Built into the folder of the tests.
    private static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "otel-operator").path

    private func inject(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) throws -> ShellResult {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try shell([Self.binary, "inject"] + arguments, input: input, environment: environment)
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let url = folder.appending(path: name)
        try Data(content.utf8).write(to: url)
        return url.path
    }

    private let instrumentation = """
        apiVersion: opentelemetry.io/v1alpha1
        kind: Instrumentation
        metadata: {name: otel, namespace: shop}
        spec: {exporter: {endpoint: "http://collector:4318"}, sampler: {type: always_on}}
        """

    private func deployment(_ request: String = "\"true\"") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web # the shop's front
          namespace: shop
        spec:
          template:
            metadata:
              annotations:
                instrumentation.opentelemetry.io/inject-python: \(request)
            spec:
              containers:
              - name: app
                image: shop/web:1.2
        """
    }

    private let examples = packageRoot().appending(path: "examples").path

    @Test("the examples of the repository are injected, and read well as a diff")
    func exampleDiff() throws {
        let result = try inject("-f", examples, "-o", "diff")
        #expect(result.status == 0)
        #expect(result.output.contains("diff Deployment agui-server in namespace myapp\n--- \(examples)/"))
        #expect(result.output.contains("spec.template.spec.containers[0]\n"))
        #expect(result.output.contains("\n+      initContainers:\n"))
        #expect(!result.output.contains("\u{1B}"), "colours are for terminals")
        #expect(result.errors.contains(/injected +Python into container agui-server/))
        #expect(result.errors.contains(/injected +collector shop\/edge/))
        let asked = try #require(result.errors.firstMatch(of: /injected (\d+) of (\d+) that asked/))
        #expect(asked.output.1 == asked.output.2)
    }

    @Test("YAML out is the documents in, with the pods injected; 0 when all was done")
    func yaml() throws {
        let result = try inject("-f", "-", input: instrumentation + "\n---\n" + deployment())
        #expect(result.status == 0)
        let documents = try YAML.parseAll(result.output)
        #expect(documents.map { $0["kind"] } == ["Instrumentation", "Deployment"])
        #expect(documents[0] == (try YAML.parse(instrumentation)))
        #expect(documents[1][path: "spec", "template", "spec", "initContainers"]?.arrayValue?.count == 1)
        #expect(result.output.hasPrefix("apiVersion: opentelemetry.io/v1alpha1\nkind: Instrumentation\n"))
    }

    @Test("JSON out can be read again, and is then found instrumented already")
    func json() throws {
        let otel = try file("otel.yaml", instrumentation)
        let first = try shell(
            [Self.binary, "inject", "-f", "-", "--instrumentation", otel, "-o", "json"],
            input: deployment() + "\n---\n{kind: Widget}\n")
        #expect(first.status == 0)
        #expect(first.output.hasPrefix("{\n  \"apiVersion\": \"apps/v1\""))
        let second = try inject("-f", "-", "--instrumentation", otel, "-o", "json", input: first.output)
        #expect(second.status == 0)
        #expect(second.output == first.output)
        #expect(second.errors.contains("already"))
    }

    @Test("2 when something that asked was refused; the output is complete all the same")
    func refused() throws {
        let result = try inject("-f", "-", input: deployment("missing"))
        #expect(result.status == 2)
        #expect(try YAML.parse(result.output) == YAML.parse(deployment("missing")))
        #expect(result.errors.contains("shop        Deployment/web   refused   Python: "))
    }

    @Test("a language can be switched off by flag and by environment")
    func settings() throws {
        let input = instrumentation + "\n---\n" + deployment()
        let flags = ["--enable-python-instrumentation=false", "--auto-instrumentation-python-image", "example.com/p:1"]
        for flag in flags.prefix(1) { #expect(try inject("-f", "-", flag, input: input).status == 2) }
        #expect(
            try inject("-f", "-", input: input, environment: ["ENABLE_PYTHON_AUTO_INSTRUMENTATION": "false"]).status
                == 2)
        #expect(
            try inject("-f", "-", "--auto-instrumentation-python-image", "example.com/p:1", input: input)
                .output.contains("image: example.com/p:1"))
    }

    @Test(
        "1 for a command line that cannot be used, with a word on standard error and nothing on standard output",
        arguments: [
            [], ["-f"], ["-f", "-", "-o", "toml"], ["-f", "-", "--instrumentation", "-"],
            ["-f", "-", "--no-such-flag"],
            ["-f", "-", "--webhook-port=1"], ["-f", "-", "-n", ""], ["-f", "/no/such/file"], ["-f", "-", "-x"],
        ])
    func usage(arguments: [String]) throws {
        let result = try shell([Self.binary, "inject"] + arguments, input: "{}")
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errors.lowercased().contains("error: "))
    }

    @Test(
        "1 for input that cannot be used",
        arguments: [
            "a: [", "- a\n- b", "kind: A\nkind: B",
            "{apiVersion: opentelemetry.io/v1alpha1, kind: Instrumentation, metadata: {name: a}, spec: {sampler: {type: x}}}",
        ])
    func badInput(input: String) throws {
        let result = try inject("-f", "-", input: input)
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("error: "))
    }

    @Test("what asks for nothing is passed on, and that is no error")
    func nothing() throws {
        #expect(try inject("-f", "-", input: "").status == 0)
        let result = try inject("-f", "-", input: "{kind: Secret, apiVersion: v1, data: {password: aHVudGVyMg==}}")
        #expect(result.status == 0)
        #expect(result.output.contains("aHVudGVyMg=="))
        #expect(!result.errors.contains("aHVudGVyMg=="))
    }

    @Test("--help tells the exit statuses")
    func help() throws {
        let result = try inject("--help")
        #expect(result.status == 0)
        #expect(result.output.contains("EXIT STATUS"))
    }
}

extension InjectCommandTests {
    @Test("the Instrumentation of the configuration file serves every namespace")
    func configurationFile() throws {
        let configuration = try file(
            "config.yaml",
            """
            enable-instrumentation-crds: false
            instrumentations: {spec: {exporter: {endpoint: "http://fixed:4318"}, sampler: {type: always_on}}}
            """)
        let result = try inject("-f", "-", "--config-file=\(configuration)", "-n", "any", input: deployment())
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("http://fixed:4318"))
    }

    @Test("what is odd about the configuration file is a warning")
    func settingsNotes() throws {
        let configuration = try file(
            "config.yaml",
            """
            enable-instrumentation-crds: false
            instrumentations: {spec: {exporter: {endpiont: "http://fixed:4318"}}}
            """)
        let result = try inject("-f", "-", "--config-file=\(configuration)", "-n", "any", input: deployment())
        #expect(result.status == 0)
        for note in ["spec.exporter.endpiont is not known, ignored", "sampler type not set"] {
            #expect(result.errors.contains("warning: file key instrumentations: \(note)\n"))
        }
    }

    @Test("2 when what asks has no quotes around it, on a pod or on a namespace, in either kind of file")
    func unquoted() throws {
        let pod = try shell(
            [Self.binary, "inject", "-f", "-"], input: instrumentation + "\n---\n" + deployment("true"))
        #expect(pod.status == 2)
        #expect(
            pod.errors.contains(
                "Deployment/web   refused   instrumentation.opentelemetry.io/inject-python is a boolean; put it in quotes"
            ))
        let namespace = try file(
            "namespace.yaml",
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, annotations: {instrumentation.opentelemetry.io/inject-python: true}}
            """)
        let result = try inject("-f", "-", "--instrumentation", namespace, input: deployment("\"false\""))
        #expect(result.status == 2)
        #expect(result.errors.contains("inject-python is a boolean; put it in quotes"))
        #expect(!result.output.contains("Namespace"))
    }
}

/// With a server that answers as a cluster would.
extension InjectCommandTests {
    private func kubeconfig(_ server: String) throws -> String {
        try file(
            "kubeconfig",
            """
            apiVersion: v1
            kind: Config
            current-context: test
            clusters: [{name: test, cluster: {server: "\(server)"}}]
            users: [{name: test, user: {token: secret-token}}]
            contexts: [{name: test, context: {cluster: test, user: test, namespace: shop}}]
            """)
    }

    private func server(instrumentations: FakeReply, minor: Int = 36, version: FakeReply? = nil) -> FakeAPIServer {
        FakeAPIServer { request in
            if request.path.hasPrefix("/api/v1/namespaces") {
                return .list(
                    [
                        [
                            "metadata": [
                                "name": "shop",
                                "annotations": ["instrumentation.opentelemetry.io/inject-python": "otel"],
                            ]
                        ]
                    ],
                    resourceVersion: "1")
            }
            guard request.path == "/version" else { return instrumentations }
            return version ?? .json(["major": "1", "minor": "\(minor)"])
        }
    }

    @Test(
        "--cluster takes Instrumentations, collectors, namespaces and the namespace from the cluster, by one list each")
    func cluster() throws {
        let stored = try YAML.parse(instrumentation)
        let server = server(instrumentations: .list([stored], resourceVersion: "1"))
        defer { server.stop() }
        let silent = deployment("\"\"").replacing("  namespace: shop\n", with: "")
        let result = try inject(
            "-f", "-", "--cluster", input: silent, environment: ["KUBECONFIG": try kubeconfig(server.url)])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("opentelemetry-auto-instrumentation-python"))
        #expect(server.seen.count == 4)
        #expect(server.seen.allSatisfy { $0.method == "GET" && !$0.path.contains("watch") })
        #expect(!(result.errors + result.output).contains("secret-token"))
    }

    /// One collector of mode `sidecar`.
    private var collectors: FakeReply {
        .list(
            [
                [
                    "metadata": ["namespace": "shop", "name": "edge"],
                    "spec": ["mode": "sidecar", "config": ["receivers": [:], "exporters": [:], "service": [:]]],
                ]
            ], resourceVersion: "1")
    }

    private func injectSidecar(_ server: FakeAPIServer) throws -> ShellResult {
        try inject(
            "-f", "-", "--cluster",
            input: """
                apiVersion: v1
                kind: Pod
                metadata: {name: app, namespace: shop, annotations: {sidecar.opentelemetry.io/inject: edge, \
                instrumentation.opentelemetry.io/inject-python: "false"}}
                spec: {containers: [{name: app, image: a}]}
                """, environment: ["KUBECONFIG": try kubeconfig(server.url)])
    }

    @Test("a sidecar takes the form that the cluster can run", arguments: [(28, false), (29, true)])
    func sidecar(minor: Int, isNative: Bool) throws {
        let server = server(instrumentations: collectors, minor: minor)
        defer { server.stop() }
        let result = try injectSidecar(server)
        #expect(result.output.contains("restartPolicy: Always") == isNative, "\(result.errors)")
        #expect(result.output.contains("otc-container"))
    }

    @Test("a cluster that does not tell its version gets sidecars in the form that works everywhere")
    func untoldVersion() throws {
        for answer in [FakeReply.status(403, reason: "Forbidden", message: "not for you"), .json(["kind": "Proxy"])] {
            let server = server(instrumentations: collectors, version: answer)
            defer { server.stop() }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let result = try injectSidecar(server)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("otc-container"))
            #expect(!result.output.contains("restartPolicy: Always"))
        }
    }

    @Test("a cluster without our resources has no Instrumentations")
    func withoutCRDs() throws {
        let server = server(instrumentations: .status(404, reason: "NotFound"))
        defer { server.stop() }
        let result = try inject(
            "-f", "-", "--cluster", input: deployment(), environment: ["KUBECONFIG": try kubeconfig(server.url)])
        #expect(result.status == 2)
    }

    @Test("a cluster that does not answer, or refuses, is an error")
    func failing() throws {
        let server = server(instrumentations: .status(403, reason: "Forbidden", message: "not for you"))
        defer { server.stop() }
        let result = try inject(
            "-f", "-", "--cluster", input: deployment(), environment: ["KUBECONFIG": try kubeconfig(server.url)])
        #expect(result.status == 1)
        #expect(result.errors.contains("could not read from the cluster: not for you"))
        #expect(result.output == "")
    }
}
