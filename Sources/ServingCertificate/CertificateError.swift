/// Why a certificate or key could not be made, read or used.
public enum CertificateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// OpenSSL refused.
    case openSSL(OpenSSLError)
    /// The text holds no PEM block of the kind wanted.
    case noCertificate
    case noPrivateKey
    /// The key is not the one that the certificate was issued for.
    case keyMismatch
    /// A name is neither a DNS name nor an IP address.
    case invalidName(String)

    public var description: String {
        switch self {
        case .openSSL(let error): error.description
        case .noCertificate: "could not find a PEM certificate"
        case .noPrivateKey: "could not find a PEM private key"
        case .keyMismatch: "could not use the private key: it does not belong to the certificate"
        case .invalidName(let name): "could not use \"\(name)\" as a DNS name or IP address"
        }
    }

    static func openSSL(_ operation: String) -> CertificateError { .openSSL(.drain(operation)) }
}
