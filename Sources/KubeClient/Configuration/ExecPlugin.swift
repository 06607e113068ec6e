public import Document
import Glibc
import KubeModel

/// A program that gives credentials, such as kubelogin or `aws eks get-token`.
///
/// Source: Kubernetes "client-go credential plugins".
public struct ExecPlugin: Sendable, Equatable {
    /// A path, or a name to be found in `PATH`.
    public var command: String
    public var arguments: [String]
    /// Added to our own environment.
    public var environment: [Variable]
    /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
    public var apiVersion: String
    /// What a user can do when the program is not there.
    public var installHint: String?
    /// Told to the plugin when the kubeconfig says `provideClusterInfo`.
    public var cluster: JSONValue?
    /// Time for one run. A person may have to sign in meanwhile.
    public var timeout: Duration

    public struct Variable: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(
        command: String, arguments: [String] = [], environment: [Variable] = [],
        apiVersion: String = "client.authentication.k8s.io/v1", installHint: String? = nil, cluster: JSONValue? = nil,
        timeout: Duration = .seconds(120)
    ) {
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.apiVersion = apiVersion
        self.installHint = installHint
        self.cluster = cluster
        self.timeout = timeout
    }

    /// The value of `KUBERNETES_EXEC_INFO`.
    var info: JSONValue {
        [
            "kind": "ExecCredential", "apiVersion": .string(apiVersion),
            // Never: nothing is typed into a server. A plugin can still show a code to enter elsewhere.
            "spec": .object(compacting: ["cluster": cluster, "interactive": false]),
        ]
    }

    /// Runs the program once.
    ///
    /// - Throws: ``KubeError/configuration(_:)`` with what the program wrote to standard error.
    func run() async throws(KubeError) -> ExecCredential {
        var variables = Subprocess.ownEnvironment
        for variable in environment { variables[variable.name] = variable.value }
        variables["KUBERNETES_EXEC_INFO"] = String(decoding: info.serialized(), as: UTF8.self)

        let ended: Subprocess.Ended
        do throws(Subprocess.Failure) {
            ended = try await Subprocess.run(command, arguments, environment: variables, timeout: timeout)
        } catch {
            var text = "could not run the credential plugin \(command): \(error)"
            if case .notStarted(ENOENT) = error, let installHint { text += ". \(installHint)" }
            throw .configuration(text)
        }
        guard ended.code == 0 else {
            throw .configuration(
                "the credential plugin \(command) failed (\(ended.codeDescription))\(ended.errorSentence)")
        }
        do throws(KubeError) {
            return try ExecCredential(output: ended.output, apiVersion: apiVersion, now: .now())
        } catch {
            throw .configuration("could not use the credential plugin \(command): \(error)\(ended.errorSentence)")
        }
    }
}
