/// What of a stored content can still be used at a moment.
struct RotationStanding {
    /// Authorities that are not expired, the signing one first.
    let trusted: [Certificate]
    /// The authority that can sign now: the first of the bundle, with its key.
    let signer: CertificateAuthority?
    /// The certificate that can be served now: with its key, in its time, issued by one of `trusted`.
    let leaf: Certificate?

    init(_ content: ServingCertificateContent, now: WallTime) {
        let stored = PEMBundle.split(content.authorities).compactMap { try? Certificate(pem: $0) }
        let trusted = stored.filter { $0.isAuthority && now <= $0.notAfter }
        self.trusted = trusted
        if let first = stored.first, trusted.first == first, first.isValid(at: now),
            let key = try? PrivateKey(pem: content.authorityKey)
        {
            signer = try? CertificateAuthority(certificate: first, key: key)
        } else {
            signer = nil
        }
        if let leaf = (try? content.identity())?.leaf, leaf.isValid(at: now),
            trusted.contains(where: { leaf.isIssued(by: $0) && $0.isValid(at: now) })
        {
            self.leaf = leaf
        } else {
            leaf = nil
        }
    }
}
