/// Which cluster to talk to, and as whom.
public struct ClusterConfiguration: Sendable {
    public var server: ServerAddress
    public var security: TransportSecurity
    /// The name to ask for and to find in the server's certificate, when it is not the host of ``server``.
    public var serverName: String?
    public var proxy: Proxy
    public var credentials: Credentials
    /// Acts as somebody else, when the credentials may.
    public var impersonation: Impersonation?
    /// The namespace to use where none is named: the pod's own, or the context's.
    public var namespace: String

    public init(
        server: ServerAddress, security: TransportSecurity = TransportSecurity(), serverName: String? = nil,
        proxy: Proxy = .none, credentials: Credentials = .none, impersonation: Impersonation? = nil,
        namespace: String = "default"
    ) {
        self.server = server
        self.security = security
        self.serverName = serverName
        self.proxy = proxy
        self.credentials = credentials
        self.impersonation = impersonation
        self.namespace = namespace
    }
}

/// How we say who we are. (A client certificate is part of ``TransportSecurity``.)
public enum Credentials: Sendable {
    case none
    case token(String)
    /// Holds a token that somebody else renews; it is read again every minute, and at once after a 401.
    case tokenFile(String)
    case basic(user: String, password: String)
    /// A program that gives a token or a certificate, such as kubelogin.
    case exec(ExecPlugin)
}

/// As whom to act.
///
/// Source: Kubernetes "Authenticating", "User impersonation".
public struct Impersonation: Sendable, Equatable {
    public var user: String
    public var uid: String?
    public var groups: [String]
    /// Further attributes, each with its values.
    public var extra: [String: [String]]

    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    var headers: [Request.Header] {
        [Request.Header("Impersonate-User", user)]
            + (uid.map { [Request.Header("Impersonate-Uid", $0)] } ?? [])
            + groups.map { Request.Header("Impersonate-Group", $0) }
            + extra.sorted { $0.key < $1.key }.flatMap { key, values in
                // A header's name: keys such as example.com/team are percent-encoded.
                values.map { Request.Header("Impersonate-Extra-\(PercentEncoding.encode(key.lowercased()))", $0) }
            }
    }
}
