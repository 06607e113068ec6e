/// Which TLS we offer.
public struct TLSSettings: Sendable, Equatable {
    /// The lowest version. Versions below 1.2 are not offered at all (RFC 8996 retired them).
    public enum Version: Sendable, Equatable, Comparable {
        case tls12
        case tls13
    }

    public var minimumVersion: Version
    /// TLS 1.2 suites, in order of preference; empty means ours: ECDHE with AES-GCM or ChaCha20-Poly1305. TLS 1.3's own
    /// suites are always offered, as in Go.
    public var cipherSuites: [CipherSuite]
    /// From the connection to the end of the handshake.
    public var handshakeTimeout: Duration

    public init(
        minimumVersion: Version = .tls12, cipherSuites: [CipherSuite] = [],
        handshakeTimeout: Duration = .seconds(10)
    ) {
        self.minimumVersion = minimumVersion
        self.cipherSuites = cipherSuites
        self.handshakeTimeout = handshakeTimeout
    }
}

extension TLSSettings.Version {
    /// Reads Kubernetes' names, `VersionTLS10` to `VersionTLS13`; what is below 1.2 becomes 1.2.
    public init?(kubernetesName name: String) {
        switch name {
        case "VersionTLS10", "VersionTLS11", "VersionTLS12": self = .tls12
        case "VersionTLS13": self = .tls13
        default: return nil
        }
    }
}
