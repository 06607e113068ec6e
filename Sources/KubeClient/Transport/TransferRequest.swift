/// Everything libcurl needs for one exchange. Where ``Request`` speaks Kubernetes, this speaks HTTP and TLS.
struct TransferRequest: Sendable {
    var method: String
    var url: String
    /// `host:port:target:port`, when the connection goes elsewhere than the URL says. The URL then names whom the
    /// certificate must name (`tls-server-name`).
    var connectTo: String?
    /// Scheme, host and port, and the proxy when there is one, for error texts: never a path, a query or a password.
    var server: String
    /// `Name: value` lines.
    var headers: [String] = []
    var body: [UInt8]?
    /// For the whole exchange; `nil` lets it run as long as the server likes (a watch has its own limit).
    var timeout: Duration?
    /// Bytes; a longer body is an error, so that no answer can fill memory. Streams are bounded by their reader instead.
    var bodyLimit = 64 << 20
    var security = TransportSecurity()
    var proxy = Proxy.none
}

/// How the server proves who it is, and how we do when it is by certificate.
public struct TransportSecurity: Sendable, Equatable {
    /// Certificates, or a key, in PEM.
    public enum PEM: Sendable, Equatable {
        /// Read again for every new connection, so a rotated file is picked up.
        case file(String)
        case bytes([UInt8])
    }

    public struct Identity: Sendable, Equatable {
        public var certificate: PEM
        public var key: PEM

        public init(certificate: PEM, key: PEM) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Who may sign the server's certificate; `nil` trusts the system's authorities.
    public var authority: PEM?
    /// Our certificate and key.
    public var identity: Identity?
    /// Takes any server for the right one. Only because kubeconfig has the setting.
    public var skipsVerification: Bool

    public init(authority: PEM? = nil, identity: Identity? = nil, skipsVerification: Bool = false) {
        self.authority = authority
        self.identity = identity
        self.skipsVerification = skipsVerification
    }
}

/// Whether connections go through a proxy.
///
/// The transport never looks into the environment by itself: a proxy that was set for other traffic of the pod would cut
/// it off from its own API server. Only the configuration decides (see ``ClusterConfiguration``).
public enum Proxy: Sendable, Equatable {
    case none
    /// `http://`, `https://` or `socks5://`, for hosts outside `exceptions` (the syntax of `NO_PROXY`).
    case url(String, exceptions: String)

    /// Where the proxy is, without the user and the password that its URL may hold; `nil` when there is none.
    var address: String? {
        guard case .url(let url, _) = self else { return nil }
        let authority = url.range(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let host = authority.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(host.lastIndex(of: "@").map { host[host.index(after: $0)...] } ?? host)
    }
}
