import COpenSSL
public import ServingCertificate
import Synchronization

/// OpenSSL's server context for one serving identity. Connections that use it keep it alive.
// Sendable although it holds a pointer: nothing changes the SSL_CTX after `init`, SSL_new may be called on it from
// several threads, and its reference count is atomic.
final class TLSContext: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ identity: ServingIdentity, settings: TLSSettings) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else {
            throw .invalidConfiguration(.drain("make a TLS context"))
        }
        self.pointer = pointer
        try configureProtocol(settings)
        try use(identity)
    }

    deinit { SSL_CTX_free(pointer) }

    /// A new server connection; the caller frees it.
    func makeConnection() throws(TLSError) -> OpaquePointer {
        guard let connection = SSL_new(pointer) else {
            throw .invalidConfiguration(.drain("make a TLS connection"))
        }
        return connection
    }

    private func configureProtocol(_ settings: TLSSettings) throws(TLSError) {
        let version = settings.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        let ours = settings.cipherSuites.filter { !$0.isForTLS13 }.map(\.openSSLName).joined(separator: ":")
        let sessionContext = Array("opentelemetry-operator".utf8)
        guard shim_SSL_CTX_set_min_proto_version(pointer, version) == 1,
            shim_SSL_CTX_set_max_proto_version(pointer, TLS1_3_VERSION) == 1,
            SSL_CTX_set_cipher_list(pointer, ours.isEmpty ? CipherSuite.defaultList : ours) == 1,
            SSL_CTX_set_session_id_context(pointer, sessionContext, UInt32(sessionContext.count)) == 1,
            SSL_CTX_set_num_tickets(pointer, 1) == 1
        else { throw .invalidConfiguration(.drain("set the TLS versions and cipher suites")) }
        SSL_CTX_set_options(pointer, shim_SSL_server_options())
        // Sessions live in tickets, at the client: nothing grows here with the number of clients.
        _ = shim_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        // An idle connection gives its 34 kB of record buffers back.
        _ = shim_SSL_CTX_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        SSL_CTX_set_alpn_select_cb(pointer, selectHTTP11, nil)
    }

    private func use(_ identity: ServingIdentity) throws(TLSError) {
        let pointer = pointer
        guard identity.leaf.withPointer({ SSL_CTX_use_certificate(pointer, $0) }) == 1,
            identity.chain.dropFirst().allSatisfy({
                $0.withPointer { shim_SSL_CTX_add1_chain_cert(pointer, $0) == 1 }
            }),
            identity.key.withPointer({ SSL_CTX_use_PrivateKey(pointer, $0) }) == 1,
            SSL_CTX_check_private_key(pointer) == 1
        else { throw .invalidConfiguration(.drain("use the serving certificate")) }
    }
}

/// Takes `http/1.1` when the client offers it; a client that offers only something else is refused (RFC 7301 §3.2).
private func selectHTTP11(
    _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, chosenCount: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?, offeredCount: UInt32, _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let chosen, let chosenCount, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    var index = 0
    while index < Int(offeredCount) {
        let count = Int(offered[index])
        guard index + 1 + count <= Int(offeredCount) else { break }
        let name = UnsafeBufferPointer(start: offered + index + 1, count: count)
        if name.elementsEqual("http/1.1".utf8) {
            chosen.pointee = UnsafePointer(offered + index + 1)
            chosenCount.pointee = UInt8(count)
            return SSL_TLSEXT_ERR_OK
        }
        index += 1 + count
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Hands out the context of the newest certificate, made once for each.
public final class TLSContextCache: Sendable {
    private struct State {
        var generation = 0
        var context: TLSContext?
    }

    private let source: CertificateSource
    let settings: TLSSettings
    private let state = Mutex(State())

    public init(source: CertificateSource, settings: TLSSettings) {
        self.source = source
        self.settings = settings
    }

    /// - Throws: `noCertificate`, or `invalidConfiguration` when OpenSSL does not take the certificate or settings.
    func current() throws(TLSError) -> TLSContext {
        guard let snapshot = source.current else { throw .noCertificate }
        let result = state.withLock { state -> Result<TLSContext, TLSError> in
            if let context = state.context, state.generation == snapshot.generation { return .success(context) }
            do throws(TLSError) {
                let context = try TLSContext(snapshot.identity, settings: settings)
                (state.generation, state.context) = (snapshot.generation, context)
                return .success(context)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Whether there is a certificate yet; handshakes fail until then.
    public var hasCertificate: Bool { source.current != nil }

    /// Tries the settings and the certificate, so that a wrong cipher list is found at start and not by a client.
    public func validate() throws(TLSError) { _ = try current() }
}
