public import ServingCertificate

/// Why a TLS connection could not be set up or went wrong.
public enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A certificate, key or setting that OpenSSL does not take.
    case invalidConfiguration(OpenSSLError)
    /// There is no serving certificate yet.
    case noCertificate
    /// The peer's and our wishes do not fit, or it does not speak TLS.
    case handshakeFailed(OpenSSLError)
    /// The peer did not finish the handshake in time.
    case handshakeTimedOut
    /// The connection ended within the handshake.
    case handshakeTruncated
    /// The connection ended without the peer's `close_notify`.
    case truncated
    /// A record that cannot be read, or a write that OpenSSL refused.
    case connectionFailed(OpenSSLError)
    /// A write after the connection was closed.
    case closed

    public var description: String {
        switch self {
        case .invalidConfiguration(let error): "could not configure TLS: \(error)"
        case .noCertificate: "could not accept a TLS connection: there is no serving certificate yet"
        case .handshakeFailed(let error): "could not finish the TLS handshake: \(error)"
        case .handshakeTimedOut: "could not finish the TLS handshake in time"
        case .handshakeTruncated: "could not finish the TLS handshake: the peer closed the connection"
        case .truncated: "could not read on: the peer closed the connection without a close_notify"
        case .connectionFailed(let error): "could not go on with the TLS connection: \(error)"
        case .closed: "could not write: the TLS connection is closed"
        }
    }
}
