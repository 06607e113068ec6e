import Document

/// What one request carries to say who we are.
struct Authentication: Sendable, Equatable, CustomStringConvertible {
    /// The value of the `Authorization` header.
    var authorization: String?
    /// From an exec plugin; it goes before the one of the configuration.
    var identity: TransportSecurity.Identity?

    /// Never the credential: this may end up in a log.
    var description: String {
        "\(authorization == nil ? "no token" : "a token"), \(identity == nil ? "no certificate" : "a certificate")"
    }
}

/// Holds the credentials of one client and renews them: a token file every minute, a plugin's when they expire, and
/// either after a 401.
///
/// - Guarantees: many requests that need renewed credentials at once start one plugin, not many.
actor Authenticator {
    private let credentials: Credentials
    private let clock: any Clock<Duration>
    private var cached: (authentication: Authentication, until: ContinuousClock.Instant?)?
    /// The plugin that runs now; requests that come meanwhile wait for it.
    private var running: Task<Result<ExecCredential, KubeError>, Never>?

    init(_ credentials: Credentials, clock: any Clock<Duration> = ContinuousClock()) {
        self.credentials = credentials
        self.clock = clock
    }

    func current() async throws(KubeError) -> Authentication {
        if let cached, cached.until.map({ ContinuousClock.now < $0 }) ?? true { return cached.authentication }
        switch credentials {
        case .none: return keep(Authentication(), until: nil)
        case .token(let token): return keep(try bearer(token), until: nil)
        case .basic(let user, let password):
            let value = Base64.encodedString(Array("\(user):\(password)".utf8))
            return keep(Authentication(authorization: "Basic \(value)"), until: nil)
        case .tokenFile(let path):
            do throws(KubeError) {
                let token = try File.text(path, as: "the token")
                return keep(try bearer(token), until: .now + .seconds(60))
            } catch {
                // The token may still be good: while it is replaced, its file can be away for a moment.
                guard let cached else { throw error }
                return keep(cached.authentication, until: .now + .seconds(1))
            }
        case .exec(let plugin): return try await run(plugin)
        }
    }

    /// The server refused these credentials (401).
    ///
    /// - Returns: whether asking again can give others.
    func invalidate(_ refused: Authentication) -> Bool {
        switch credentials {
        case .none, .token, .basic: return false
        case .tokenFile, .exec:
            // Another request may have renewed them meanwhile.
            if cached?.authentication == refused { cached = nil }
            return true
        }
    }

    private func run(_ plugin: ExecPlugin) async throws(KubeError) -> Authentication {
        // Not structured: it serves whoever waits, so one waiter's cancellation must not stop it. It ends with the
        // plugin, which has a deadline.
        let task = running ?? Task { await KubeError.result { () async throws(KubeError) in try await plugin.run() } }
        running = task
        let result = await task.value
        if running == task { running = nil }
        let credential = try result.get()
        var authentication = Authentication(identity: credential.identity)
        if let token = credential.token { authentication.authorization = try bearer(token).authorization }
        return keep(authentication, until: credential.validFor.map { .now + $0 })
    }

    private func keep(_ authentication: Authentication, until: ContinuousClock.Instant?) -> Authentication {
        cached = (authentication, until)
        return authentication
    }

    private func bearer(_ token: String) throws(KubeError) -> Authentication {
        // A line break in it would start another header.
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .configuration("could not use the token: it holds characters that no token has")
        }
        return Authentication(authorization: "Bearer \(token)")
    }
}
