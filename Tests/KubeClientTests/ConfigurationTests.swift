import Document
import Foundation
import KubeModel
import Testing

@testable import KubeClient

/// A folder that is gone when the test is over.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "kube-client-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// What a failing configuration says.
func configurationError<Value>(_ body: () throws -> Value) -> String? {
    do {
        _ = try body()
        return nil
    } catch KubeError.configuration(let text) {
        return text
    } catch {
        return "another error: \(error)"
    }
}

@Suite
struct ServerAddressTests {
    @Test(
        "a URL is taken apart",
        arguments: [
            ("https://h", "h", 443, ""), ("HTTPS://h:6443/", "h", 6443, ""),
            ("http://127.0.0.1:8001", "127.0.0.1", 8001, ""),
            ("https://[::1]:6443/a/b/", "[::1]", 6443, "/a/b"), ("https://[fd00::1]", "[fd00::1]", 443, ""),
        ])
    func reads(url: String, host: String, port: Int, prefix: String) throws {
        let address = try ServerAddress(url)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.prefix == prefix)
        #expect(try ServerAddress(address.description) == address)
    }

    @Test(
        "what is no server's URL is refused",
        arguments: [
            "", "h:6443", "ftp://h", "https://", "https://:1", "https://h:0", "https://h:65536", "https://h:x",
            "https://h?a", "https://h/#a", "https://[::1]x", "https://a b",
        ])
    func refuses(url: String) {
        #expect(configurationError { try ServerAddress(url) }?.hasPrefix("could not use \"\(url)\"") == true)
    }

    @Test("a password in the URL is not repeated")
    func password() {
        #expect(configurationError { try ServerAddress("https://jane:secret@h") }?.contains("secret") == false)
    }
}

@Suite
struct InClusterTests {
    @Test("a pod's configuration comes from its service account, and takes no proxy")
    func inCluster() throws {
        let folder = try Folder()
        try folder.write("token", "abc\n")
        try folder.write("ca.crt", "pem")
        try folder.write("namespace", "ops\n")
        let configuration = try ClusterConfiguration.inCluster(
            environment: [
                "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443", "HTTPS_PROXY": "http://proxy:1",
            ],
            directory: folder.path)
        #expect(configuration.server.description == "https://[fd00::1]:443")
        #expect(configuration.namespace == "ops")
        #expect(configuration.proxy == .none)
        #expect(configuration.security.authority == .file("\(folder.path)/ca.crt"))
        guard case .tokenFile("\(folder.path)/token") = configuration.credentials else {
            Issue.record("got other credentials")
            return
        }
    }

    @Test("outside a pod, and without a service account, the sentence says what is missing")
    func missing() throws {
        #expect(
            configurationError { try ClusterConfiguration.inCluster(environment: [:]) }
                == "could not find the cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
        let folder = try Folder()
        let environment = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
        #expect(
            configurationError { try ClusterConfiguration.inCluster(environment: environment, directory: folder.path) }
                == "could not read the service account's token (\(folder.path)/token): No such file or directory")
    }
}

@Suite
struct KubeconfigTests {
    func entry(_ yaml: String, directory: String = "/kube") throws -> Kubeconfig.Entry {
        Kubeconfig.Entry(json: try YAML.parse(yaml), directory: directory)
    }

    func configuration(
        _ yaml: String, context: String? = nil, environment: [String: String] = [:]
    ) throws -> ClusterConfiguration {
        try Kubeconfig(merging: [try entry(yaml)]).configuration(context: context, environment: environment)
    }

    func withUser(_ user: String, cluster: String = "") throws -> ClusterConfiguration {
        try configuration(
            """
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: "https://h:6443", \(cluster)}}]
            users: [{name: u, user: {\(user)}}]
            """)
    }

    let several = """
        apiVersion: v1
        kind: Config
        current-context: dev
        contexts:
        - name: dev
          context: {cluster: one, user: jane, namespace: team}
        - name: bare
          context: {cluster: two}
        - name: lost
          context: {cluster: nowhere, user: jane}
        - name: stranger
          context: {cluster: one, user: nobody}
        clusters:
        - name: one
          cluster:
            server: https://one:6443
            certificate-authority: ca.pem
            tls-server-name: kubernetes
            proxy-url: http://proxy:3128
        - name: two
          cluster:
            server: https://two
            insecure-skip-tls-verify: true
        users:
        - name: jane
          user: {client-certificate: certs/jane.pem, client-key: /abs/jane.key}
        """

    @Test("the current context is used, its paths relative to the file")
    func currentContext() throws {
        let configuration = try configuration(several)
        #expect(configuration.server.description == "https://one:6443")
        #expect(configuration.namespace == "team")
        #expect(configuration.serverName == "kubernetes")
        #expect(configuration.proxy == .url("http://proxy:3128", exceptions: ""))
        #expect(configuration.security.authority == .file("/kube/ca.pem"))
        #expect(
            configuration.security.identity
                == .init(certificate: .file("/kube/certs/jane.pem"), key: .file("/abs/jane.key")))
        #expect(!configuration.security.skipsVerification)
    }

    @Test("another context is chosen by name")
    func otherContext() throws {
        let configuration = try configuration(several, context: "bare")
        #expect(configuration.server.host == "two")
        #expect(configuration.namespace == "default")
        #expect(configuration.security == TransportSecurity(skipsVerification: true))
        guard case .none = configuration.credentials else {
            Issue.record("got credentials from nowhere")
            return
        }
    }

    @Test(
        "what is missing is named",
        arguments: [
            ("x", #"could not use the kubeconfig: it has no context "x" (it has "bare", "dev", "lost", "stranger")"#),
            ("lost", #"could not use the context "lost": there is no cluster "nowhere" (there is "one", "two")"#),
            ("stranger", #"could not use the context "stranger": there is no user "nobody" (there is "jane")"#),
        ])
    func missing(context: String, expected: String) {
        #expect(configurationError { try configuration(several, context: context) } == expected)
    }

    @Test("an empty file has no current context")
    func empty() {
        #expect(
            configurationError { try configuration("") } == "could not use the kubeconfig: it names no current context")
    }

    @Test("of several files the first that sets a value or names an entry wins")
    func merge() throws {
        let first = try entry(
            """
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: "https://first", certificate-authority: ca}}]
            """, directory: "/a")
        let second = try entry(
            """
            current-context: c
            contexts: [{name: c, context: {cluster: other, user: other}}, {name: d, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: "https://second"}}]
            users: [{name: u, user: {tokenFile: token}}]
            """, directory: "/b")
        let third = try entry("current-context: d")
        let kubeconfig = Kubeconfig(merging: [first, second, third])
        #expect(kubeconfig.currentContext == "c")
        for context in ["c", "d"] {
            let configuration = try kubeconfig.configuration(context: context, environment: [:])
            #expect(configuration.server.host == "first")
            #expect(configuration.security.authority == .file("/a/ca"))
            guard case .tokenFile("/b/token") = configuration.credentials else {
                Issue.record("got other credentials")
                return
            }
        }
    }

    @Test("data goes before a path")
    func inlineData() throws {
        let configuration = try withUser(
            "client-certificate-data: Y2VydA==, client-certificate: x, client-key-data: a2V5",
            cluster: "certificate-authority-data: Y2E=, certificate-authority: y")
        #expect(configuration.security.authority == .bytes(Array("ca".utf8)))
        #expect(
            configuration.security.identity
                == .init(certificate: .bytes(Array("cert".utf8)), key: .bytes(Array("key".utf8))))
    }

    @Test("each kind of credential is read, the token file first")
    func credentials() throws {
        guard case .token("t") = try withUser("token: t").credentials,
            case .tokenFile("/kube/f") = try withUser("token: t, tokenFile: f").credentials,
            case .basic("a", "b") = try withUser("username: a, password: b").credentials,
            case .token("t") = try withUser("token: t, username: a").credentials
        else {
            Issue.record("got other credentials")
            return
        }
    }

    @Test("a plugin is read whole")
    func plugin() throws {
        let configuration = try withUser(
            """
            exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login, args: [get-token, --x],
              env: [{name: A, value: b}], installHint: get it, provideClusterInfo: true, interactiveMode: IfAvailable}
            """,
            cluster:
                "certificate-authority-data: Y2E=, extensions: [{name: client.authentication.k8s.io/exec, extension: {a: b}}]"
        )
        guard case .exec(let plugin) = configuration.credentials else {
            Issue.record("got other credentials")
            return
        }
        #expect(
            plugin
                == ExecPlugin(
                    command: "/kube/./bin/login", arguments: ["get-token", "--x"],
                    environment: [.init(name: "A", value: "b")], apiVersion: "client.authentication.k8s.io/v1beta1",
                    installHint: "get it",
                    cluster: ["server": "https://h:6443", "certificate-authority-data": "Y2E=", "config": ["a": "b"]]))
        #expect(
            plugin.info == [
                "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
                "spec": ["cluster": plugin.cluster ?? .null, "interactive": false],
            ])
    }

    @Test("acting as somebody else is read")
    func impersonation() throws {
        #expect(
            try withUser("token: t, as: jane, as-uid: '7', as-groups: [a, b], as-user-extra: {x: [v, w]}").impersonation
                == Impersonation(user: "jane", uid: "7", groups: ["a", "b"], extra: ["x": ["v", "w"]]))
    }

    @Test(
        "what cannot work is refused with its reason",
        arguments: [
            ("client-certificate: a", "only one of client certificate and key"),
            ("client-certificate-data: '?', client-key: b", "client-certificate-data is no Base64"),
            ("token: t, exec: {command: x}", "a credential plugin and other credentials"),
            ("exec: {apiVersion: client.authentication.k8s.io/v1}", "names no command"),
            ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}", "v1alpha1"),
            ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "terminal"),
            ("auth-provider: {name: azure}", "kubelogin convert-kubeconfig"),
        ])
    func refused(user: String, reason: String) throws {
        let text = try #require(configurationError { try withUser(user) })
        #expect(text.hasPrefix("could not use the context \"c\": "))
        #expect(text.contains(reason))
    }

    @Test("an authority and the insecure flag contradict each other")
    func contradiction() {
        let text = configurationError {
            try withUser("", cluster: "insecure-skip-tls-verify: true, certificate-authority: x")
        }
        #expect(text?.contains("insecure-skip-tls-verify") == true)
    }

    @Test("without proxy-url the environment decides, and loopback is excepted")
    func environmentProxy() {
        #expect(
            Proxy.environment(["HTTPS_PROXY": "http://p:1", "NO_PROXY": ".corp,10.0.0.0/8"], scheme: "https")
                == .url("http://p:1", exceptions: "localhost,127.0.0.0/8,::1,.corp,10.0.0.0/8"))
        #expect(Proxy.environment(["https_proxy": "http://p:1"], scheme: "https") != .none)
        #expect(Proxy.environment(["HTTPS_PROXY": "http://p:1"], scheme: "http") == .none)
        #expect(Proxy.environment([:], scheme: "https") == .none)
    }

    @Test("files are looked for where kubectl does")
    func paths() {
        let environment = ["KUBECONFIG": "/a::/b", "HOME": "/home/jane"]
        #expect(Kubeconfig.paths(explicit: "/c", environment: environment) == ["/c"])
        #expect(Kubeconfig.paths(explicit: nil, environment: environment) == ["/a", "/b"])
        #expect(Kubeconfig.paths(explicit: "", environment: ["HOME": "/home/jane"]) == ["/home/jane/.kube/config"])
    }

    @Test("files are read and merged; one of several may be missing")
    func files() throws {
        let folder = try Folder()
        let file = try folder.write(
            "config",
            """
            current-context: c
            contexts: [{name: c, context: {cluster: k}}]
            clusters: [{name: k, cluster: {server: https://h, certificate-authority: ca.pem}}]
            """)
        let environment = ["KUBECONFIG": "\(folder.path)/none:\(file)", "KUBERNETES_SERVICE_HOST": "ignored"]
        let configuration = try ClusterConfiguration.detected(environment: environment)
        #expect(configuration.security.authority == .file("\(folder.path)/ca.pem"))
        #expect(
            configurationError { try ClusterConfiguration.kubeconfig(path: "\(folder.path)/none", environment: [:]) }
                == "could not read the kubeconfig (\(folder.path)/none): No such file or directory")
    }

    @Test(
        "a file that is no kubeconfig is named with the place of the mistake", arguments: ["a: [", "- a", "just text"])
    func malformed(text: String) throws {
        let file = try Folder().path + ".yaml"
        try Data(text.utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let error = configurationError { try ClusterConfiguration.kubeconfig(path: file, environment: [:]) }
        #expect(error?.hasPrefix("could not read the kubeconfig (\(file)): ") == true)
    }
}
