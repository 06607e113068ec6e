import OperatorAPI

/// Why nothing can be rendered.
enum RenderingError: Error, Equatable, CustomStringConvertible {
    /// A field of the resource is not what it should be.
    case invalid(FieldError)
    /// The configuration was written as v1alpha1 and is no configuration. The text says why.
    case unreadableConfig(String)
    /// libcrypto does not give a SHA-256.
    case noDigest

    var description: String {
        switch self {
        case .invalid(let error): error.description
        case .unreadableConfig(let problem): problem
        case .noDigest: "could not compute the SHA-256 of the configuration: libcrypto refuses"
        }
    }

    var reason: Finding.Reason {
        switch self {
        case .invalid, .unreadableConfig: .invalidSpec
        case .noDigest: .renderingFailed
        }
    }
}
