/// What a TLS server shows: its certificate, what is between that and the authority, and the key.
public struct ServingIdentity: Sendable {
    /// The leaf first.
    public let chain: [Certificate]
    public let key: PrivateKey

    public var leaf: Certificate { chain[0] }  // `init` refuses an empty chain

    /// - Throws: `noCertificate` for an empty chain, `keyMismatch` when the key is not the leaf's.
    public init(chain: [Certificate], key: PrivateKey) throws(CertificateError) {
        guard let leaf = chain.first else { throw .noCertificate }
        guard leaf.matches(key) else { throw .keyMismatch }
        self.chain = chain
        self.key = key
    }

    /// Makes an identity that nobody trusts, as the metrics listener shows when it is given none: encryption without
    /// proof of who serves. It lives in memory only, for a year.
    public static func selfIssued(names: [SubjectName], now: WallTime) throws(CertificateError) -> ServingIdentity {
        let lifetime = Duration.seconds(365 * 86_400)
        let authority = try CertificateAuthority.make(name: "opentelemetry-operator-self", now: now, lifetime: lifetime)
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: lifetime)
        return try ServingIdentity(chain: [leaf.certificate, authority.certificate], key: leaf.key)
    }

    /// Reads `tls.crt` and `tls.key` of a Secret of type `kubernetes.io/tls`.
    public init(chainPEM: String, keyPEM: String) throws(CertificateError) {
        try self.init(chain: PEMBundle.certificates(chainPEM), key: PrivateKey(pem: keyPEM))
    }
}
