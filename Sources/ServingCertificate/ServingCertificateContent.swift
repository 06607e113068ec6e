/// What the Secret of our serving certificate holds, as PEM texts.
///
/// Its description names no key.
public struct ServingCertificateContent: Sendable, Equatable, CustomStringConvertible {
    /// `ca.crt`: every authority to be trusted, the one that signs first. This is what a `caBundle` gets.
    public var authorities: String
    /// `ca.key`: the key of the first authority.
    public var authorityKey: String
    /// `tls.crt` and `tls.key`: what the replicas serve.
    public var certificate: String
    public var key: String

    public init(authorities: String, authorityKey: String, certificate: String, key: String) {
        self.authorities = authorities
        self.authorityKey = authorityKey
        self.certificate = certificate
        self.key = key
    }

    /// The identity to serve.
    public func identity() throws(CertificateError) -> ServingIdentity {
        try ServingIdentity(chainPEM: certificate, keyPEM: key)
    }

    public var description: String {
        "serving certificate with \(PEMBundle.split(authorities).count) authorities"
    }
}
