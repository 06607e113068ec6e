import COpenSSL
import Glibc

/// Our own certificate authority: a self-signed certificate and its key.
///
/// Certificates are X.509 v3 with the extensions of RFC 5280: for the authority basicConstraints (critical, CA, path
/// length 0), keyUsage (critical, certificate and CRL signing) and the key identifier; for a leaf basicConstraints,
/// keyUsage (critical, digitalSignature), extendedKeyUsage serverAuth, both key identifiers and the alternative names.
public struct CertificateAuthority: Sendable {
    public let certificate: Certificate
    public let key: PrivateKey

    /// - Throws: `keyMismatch` when the key is another's.
    public init(certificate: Certificate, key: PrivateKey) throws(CertificateError) {
        guard certificate.matches(key) else { throw .keyMismatch }
        self.certificate = certificate
        self.key = key
    }

    /// A leaf with its key.
    public struct Leaf: Sendable {
        public let certificate: Certificate
        public let key: PrivateKey
    }

    /// How far back a certificate starts to be valid, as the clocks of a cluster's machines differ.
    public static let backdating = Duration.seconds(300)

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - name: becomes the common name, with the time attached, so that two authorities never share a subject and a
    ///     verifier never has to guess which of them signed.
    ///   - lifetime: from `now`; it starts `backdating` earlier.
    public static func make(
        name: String, now: WallTime, lifetime: Duration
    ) throws(CertificateError) -> CertificateAuthority {
        let key = try PrivateKey.generate()
        let draft = try CertificateDraft(key: key, notBefore: now - backdating, notAfter: now + lifetime)
        try draft.setSubject(commonName: "\(name)@\(now.secondsSince1970)")
        try draft.setIssuerToSubject()
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign")
        try draft.add(NID_subject_key_identifier, "hash")
        return try CertificateAuthority(certificate: draft.signed(with: key), key: key)
    }

    /// Issues a serving certificate with a key of its own.
    ///
    /// - Parameters:
    ///   - names: at least one; the first DNS name becomes the common name where it fits (64 bytes).
    ///   - lifetime: from `now`, cut to the authority's own end.
    public func issueLeaf(
        names: [SubjectName], now: WallTime, lifetime: Duration
    ) throws(CertificateError) -> Leaf {
        guard let first = names.first else { throw .invalidName("") }
        let key = try PrivateKey.generate()
        let draft = try CertificateDraft(
            key: key, notBefore: max(now - CertificateAuthority.backdating, certificate.notBefore),
            notAfter: min(now + lifetime, certificate.notAfter))
        let common = names.first { if case .dns = $0 { $0.description.utf8.count <= 64 } else { false } } ?? first
        try draft.setSubject(
            commonName: common.description.utf8.count <= 64 ? common.description : "opentelemetry-operator")
        try draft.setIssuer(certificate)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE")
        try draft.add(NID_key_usage, "critical,digitalSignature")
        try draft.add(NID_ext_key_usage, "serverAuth")
        try draft.add(NID_subject_key_identifier, "hash")
        try draft.add(NID_authority_key_identifier, "keyid:always", issuer: certificate)
        try draft.addAlternativeNames(names)
        return Leaf(certificate: try draft.signed(with: self.key), key: key)
    }
}
