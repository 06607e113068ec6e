public import KubeModel

/// Why a request to the API server gave no result.
///
/// The texts complete "could not …", name the server or the object, and never hold a credential.
public enum KubeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server answered with an error.
    case api(Status)
    /// No answer, or only half of one: connection refused or lost, TLS, DNS, …
    case transport(String)
    /// The deadline passed before the answer was complete.
    case timeout(String)
    /// The task was cancelled, or the client was shut down.
    case cancelled
    /// The answer is longer than is allowed: ask for less at once.
    case tooLarge(String)
    /// The answer could not be understood.
    case decoding(String)
    /// The cluster configuration is unusable (kubeconfig, certificates, exec plugin).
    case configuration(String)

    public var description: String {
        switch self {
        case .api(let status):
            if status.message.isEmpty {
                "the API server answered \(status.code)\(status.reason.isEmpty ? "" : " \(status.reason)")"
            } else {
                "\(status.message) (\(status.code)\(status.reason.isEmpty ? "" : " \(status.reason)"))"
            }
        case .transport(let text), .timeout(let text), .tooLarge(let text), .decoding(let text),
            .configuration(let text):
            text
        case .cancelled: "the request was cancelled"
        }
    }

    /// What the server said, when it is the server that refused.
    public var status: Status? { if case .api(let status) = self { status } else { nil } }
}
