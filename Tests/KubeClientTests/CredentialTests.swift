import Document
import Foundation
import KubeModel
import TestSupport
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1)))
struct ExecPluginTests {
    let version = "client.authentication.k8s.io/v1"

    func credential(_ status: String, version: String? = nil) -> String {
        #"{"kind":"ExecCredential","apiVersion":"\#(version ?? self.version)","status":\#(status)}"#
    }

    func script(_ folder: Folder, _ body: String) throws -> ExecPlugin {
        // By its interpreter: a file that was just written cannot be started while another test's child, forked in
        // between, still holds it open for writing.
        ExecPlugin(command: "/bin/sh", arguments: [try folder.write("login", "\(body)\n")])
    }

    @Test("a token and its expiry are read, a little early")
    func token() throws {
        let output = credential(#"{"token":"t","expirationTimestamp":"1970-01-01T01:00:00Z"}"#)
        let credential = try ExecCredential(
            output: Array(output.utf8), apiVersion: version, now: Timestamp(seconds: 600))
        #expect(credential.token == "t")
        #expect(credential.validFor == .seconds(2990))
    }

    @Test("a certificate is read as it is")
    func certificate() throws {
        let output = credential(#"{"clientCertificateData":"-----BEGIN","clientKeyData":"KEY"}"#)
        let credential = try ExecCredential(output: Array(output.utf8), apiVersion: version, now: Timestamp(seconds: 0))
        #expect(credential.identity?.certificate == .bytes(Array("-----BEGIN".utf8)))
        #expect(credential.validFor == nil)
    }

    @Test(
        "what is no credential is refused without being repeated",
        arguments: [
            "secret", "[]", #"{"kind":"Secret","token":"secret"}"#,
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}"#,
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}"#,
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v2","status":{"token":"secret"}}"#,
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"secret"}}"#,
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret","expirationTimestamp":"x"}}"#,
        ])
    func refused(output: String) {
        let text = configurationError {
            try ExecCredential(output: Array(output.utf8), apiVersion: version, now: Timestamp(seconds: 0))
        }
        #expect(text != nil)
        #expect(text?.contains("secret") == false)
    }

    @Test("a plugin gets its arguments, its environment and ours, and what it is asked")
    func runs() async throws {
        let folder = try Folder()
        var plugin = try script(
            folder,
            #"""
            printf '%s' "$1|$A|$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/seen"
            [ -n "$PATH" ] && echo '\#(credential(#"{"token":"t"}"#))'
            """#)
        plugin.arguments += ["get-token"]
        plugin.environment = [.init(name: "A", value: "b c")]
        let credential = try await plugin.run()
        #expect(credential.token == "t")
        let seen = try String(contentsOfFile: "\(folder.path)/seen", encoding: .utf8)
        #expect(
            seen
                == #"get-token|b c|{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}"#
        )
    }

    @Test("a plugin that fails is quoted")
    func fails() async throws {
        let folder = try Folder()
        let plugin = try script(folder, "echo 'please run az login' >&2; exit 3")
        let error = await kubeError { try await plugin.run() }
        #expect(
            error
                == .configuration("the credential plugin \(plugin.command) failed (exit code 3): please run az login"))
    }

    @Test("a plugin that is not there says how to get it")
    func missing() async {
        let plugin = ExecPlugin(command: "no-such-login-program", installHint: "Install it from the portal")
        let error = await kubeError { try await plugin.run() }
        #expect(
            error
                == .configuration(
                    "could not run the credential plugin no-such-login-program: No such file or directory. Install it from the portal"
                ))
    }

    @Test("a plugin that hangs is stopped")
    func hangs() async throws {
        let folder = try Folder()
        var plugin = try script(folder, "exec tail -f /dev/null")
        plugin.timeout = .milliseconds(200)
        let error = await kubeError { try await plugin.run() }
        #expect(
            error
                == .configuration(
                    "could not run the credential plugin \(plugin.command): it did not end within 0.2 seconds"))
    }

    @Test("a plugin that never stops printing is stopped")
    func floods() async throws {
        let folder = try Folder()
        let plugin = try script(folder, "exec cat /dev/zero")
        let error = await kubeError { try await plugin.run() }
        #expect(error == .configuration("could not run the credential plugin \(plugin.command): it prints too much"))
    }

    @Test("a plugin dies of a signal as of a failure")
    func signal() async throws {
        let folder = try Folder()
        let plugin = try script(folder, "kill -TERM $$")
        let error = await kubeError { try await plugin.run() }
        #expect(error == .configuration("the credential plugin \(plugin.command) failed (signal 15)"))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct AuthenticationTests {
    let key = ObjectKey(namespace: "default", name: "a")

    func server(accepting token: String) -> FakeAPIServer {
        FakeAPIServer { request in
            request.headers["authorization"] == "Bearer \(token)"
                ? .json(configMap("a")) : .status(401, reason: "Unauthorized")
        }
    }

    @Test("a token that was rotated is read again after a 401, once")
    func rotatedToken() async throws {
        let folder = try Folder()
        let file = try folder.write("token", "old\n")
        let server = server(accepting: "new")
        let client = try makeClient(server, credentials: .tokenFile(file))
        #expect(await kubeError { try await client.get(.configMap, key) }?.status?.code == 401)
        #expect(server.seen.count == 2)
        try folder.write("token", "new\n")
        #expect(try await client.get(.configMap, key).name == "a")
        #expect(server.seen.count == 4)
        _ = try await client.get(.configMap, key)
        #expect(server.seen.count == 5)
    }

    @Test("a watch renews its token too")
    func rotatedTokenOfWatch() async throws {
        let folder = try Folder()
        let file = try folder.write("token", "old")
        let server = FakeAPIServer { request in
            if request.headers["authorization"] == "Bearer new" { return .events([("ADDED", configMap("a"))]) }
            _ = try? folder.write("token", "new")
            return .status(401, reason: "Unauthorized")
        }
        let client = try makeClient(server, credentials: .tokenFile(file))
        let stream = client.watch(.configMap, namespace: nil, from: "1", options: ListOptions(), projection: .full)
        #expect(try await stream.collected().count == 1)
    }

    @Test("a fixed token is not tried twice")
    func fixedToken() async throws {
        let server = server(accepting: "other")
        let client = try makeClient(server, credentials: .token("mine"))
        let error = await kubeError { try await client.get(.configMap, key) }
        #expect(error?.status?.code == 401)
        #expect(server.seen.count == 1)
        #expect("\(String(describing: error))".contains("mine") == false)
    }

    @Test("a user and a password go as basic authentication")
    func basic() async throws {
        let server = FakeAPIServer { _ in .json(configMap("a")) }
        let client = try makeClient(server, credentials: .basic(user: "jane", password: "pässword"))
        _ = try await client.get(.configMap, key)
        #expect(server.seen.first?.headers["authorization"] == "Basic amFuZTpww6Rzc3dvcmQ=")
    }

    @Test("a token that would break the header is refused, and not repeated")
    func brokenToken() async throws {
        let server = server(accepting: "x")
        let error = await kubeError {
            try await makeClient(server, credentials: .token("geheim\r\nX: y")).get(.configMap, key)
        }
        #expect(error == .configuration("could not use the token: it holds characters that no token has"))
        #expect(server.seen.isEmpty)
    }

    @Test("many requests at once start one plugin, whose answer is kept until it expires")
    func onePlugin() async throws {
        let folder = try Folder()
        let answer = { (expiry: String) in
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t\#(expiry)}}"#
        }
        let file = try folder.write(
            "login", "echo run >> '\(folder.path)/runs'\ncat '\(folder.path)/answer'\n")
        try folder.write("answer", answer(#"","expirationTimestamp":"2999-01-01T00:00:00Z""#))
        let server = server(accepting: "t")
        let client = try makeClient(server, credentials: .exec(ExecPlugin(command: "/bin/sh", arguments: [file])))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await client.get(.configMap, key) } }
            try await group.waitForAll()
        }
        _ = try await client.get(.configMap, key)
        let runs = { try String(contentsOfFile: "\(folder.path)/runs", encoding: .utf8).split(separator: "\n").count }
        #expect(try runs() == 1)

        // Expired: asked again each time.
        try folder.write("answer", answer(#"","expirationTimestamp":"1999-01-01T00:00:00Z""#))
        let second = try makeClient(server, credentials: .exec(ExecPlugin(command: "/bin/sh", arguments: [file])))
        _ = try await second.get(.configMap, key)
        _ = try await second.get(.configMap, key)
        #expect(try runs() == 3)
    }

    @Test("a description of an authentication shows no credential")
    func description() {
        let authentication = Authentication(
            authorization: "Bearer geheim", identity: .init(certificate: .file("c"), key: .bytes([1])))
        #expect("\(authentication)" == "a token, a certificate")
    }
}

@Suite
struct DiscoveryTests {
    let policy = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")
    let metrics = ResourceType(group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics", plural: "pods")

    @Test("served types are found with the fewest requests", .timeLimit(.minutes(1)))
    func discovers() async throws {
        let server = FakeAPIServer { request in
            switch request.target {
            case "/api": .json(["versions": ["v1"]])
            case "/apis":
                .json([
                    "groups": [
                        [
                            "name": "apps", "versions": [["version": "v1beta1"], ["version": "v1"]],
                            "preferredVersion": ["version": "v1"],
                        ],
                        ["name": "policy", "versions": [["version": "v1beta1"]]],
                        ["name": "metrics.k8s.io", "versions": [["version": "v1beta1"]]],
                    ]
                ])
            case "/api/v1":
                .json(["resources": [["name": "pods", "kind": "Pod"], ["name": "pods/status", "kind": "Pod"]]])
            case "/apis/apps/v1": .json(["resources": [["name": "deployments", "kind": "Deployment"]]])
            case "/apis/metrics.k8s.io/v1beta1": .text(503, "service unavailable")
            default: .status(404, reason: "NotFound")
            }
        }
        let discovery = try await makeClient(server).discover([
            .pod, .secret, .deployment, .replicaSet, policy, metrics, .azurePodMonitor,
        ])
        #expect(discovery.serves(.pod))
        #expect(!discovery.serves(.secret))
        #expect(discovery.serves(.deployment))
        #expect(!discovery.serves(.replicaSet))
        #expect(!discovery.serves(policy))
        #expect(!discovery.serves(metrics))
        #expect(discovery.isUnknown(metrics))
        #expect(!discovery.isUnknown(.replicaSet) && !discovery.isUnknown(policy))
        #expect(!discovery.serves(.azurePodMonitor))
        #expect(discovery.versions(of: "apps") == ["v1", "v1beta1"])
        #expect(discovery.serves(group: "policy"))
        #expect(!discovery.serves(group: "azmonitoring.coreos.com"))
        #expect(server.seen.count == 5)
    }

    @Test("a discovery can be made of types")
    func made() {
        let discovery = Discovery(serving: [.pod, policy])
        #expect(discovery.serves(.pod))
        #expect(discovery.serves(policy))
        #expect(!discovery.serves(.deployment))
        #expect(discovery.versions(of: "policy") == ["v1"])
    }
}
