/// When our authority and serving certificate are renewed, and how without a moment of distrust.
///
/// A new authority comes in three steps, each one write of the Secret:
/// 1. it is made and stands first in `ca.crt`, beside the old one; the certificate served is still the old one's;
/// 2. `overlap` later, when every `caBundle` holds both, a certificate signed by the new one is served;
/// 3. `overlap` later again, when no replica serves the old certificate any more, the old authority leaves `ca.crt`.
///
/// So it also begins when what was stored is gone or unusable, by a deleted Secret for example, as long as a replica
/// still knows what it serves: that certificate goes into the new content.
///
/// - Guarantees: what a replica serves verifies against every `caBundle` at any moment, as long as bundles and replicas
///   follow the Secret within `overlap`. Replicas that decide at the same time decide the same, so whoever loses the
///   race to write reads the other's content and is content. All of it is told from the certificates themselves, no
///   other state is kept.
/// - Assumptions: clocks are wrong by less than `CertificateAuthority.backdating`, most of the time. After a jump the
///   next look, at most `longestWait` later, repairs what does not fit the new time. A clock before 2026 is not
///   believed.
/// - Errors: OpenSSL failing to make a key or certificate.
public struct RotationPolicy: Sendable {
    public var authorityName = "opentelemetry-operator-ca"
    /// Three years: long enough that hand-copied trust rarely breaks, short enough that renewal stays in practice.
    public var authorityLifetime = Duration.seconds(3 * 365 * 86_400)
    /// One year. As an authority is renewed after two thirds of three, a certificate never outlives its authority.
    public var leafLifetime = Duration.seconds(365 * 86_400)
    /// How long the `caBundle`s and the replicas may take to follow the Secret.
    public var overlap = Duration.seconds(86_400)
    /// The wall clock may jump, so no sleep is longer than this.
    public var longestWait = Duration.seconds(3_600)

    /// No clock that is right shows an earlier time than this software's.
    static let earliestPlausible = WallTime(secondsSince1970: 1_767_225_600)

    public init() {}

    /// Decides about the stored content.
    ///
    /// - Parameters:
    ///   - content: what the Secret holds; `nil` when there is none.
    ///   - served: what this replica serves at the moment; `nil` before the first.
    ///   - names: what the certificate must be valid for; the order does not count.
    ///   - published: fingerprints of the authorities that *every* `caBundle` holds, when the caller knows. Step 2 then
    ///     also waits for the new one to be among them.
    public func evaluate(
        _ content: ServingCertificateContent?, served: ServingCertificateContent? = nil, names: [SubjectName],
        now: WallTime, published: Set<String>? = nil
    ) throws(CertificateError) -> RotationOutcome {
        guard now >= RotationPolicy.earliestPlausible || content == nil else {
            return .keep(lookAgain: now + min(longestWait, .seconds(60)))
        }
        guard let content else {
            return try makeAnew(served: served, names: names, now: now, keeping: [], reason: .missing)
        }
        let standing = RotationStanding(content, now: now)
        guard let leaf = standing.leaf else {
            guard let signer = standing.signer else {
                return try makeAnew(
                    served: served, names: names, now: now, keeping: standing.trusted, reason: .unusableAuthority)
            }
            return try issueLeaf(signer, standing, names: names, now: now, reason: .unusableCertificate)
        }
        guard let signer = standing.signer else {
            return try makeAuthority(content, standing, now: now, reason: .unusableAuthority)
        }
        let authorityDue = renewal(of: signer.certificate)
        if now >= authorityDue { return try makeAuthority(content, standing, now: now, reason: .authorityDue) }

        guard leaf.isIssued(by: signer.certificate) else {
            let trustedFrom = birth(signer.certificate) + overlap
            let isPublished = published?.contains(signer.certificate.fingerprint) ?? true
            guard now >= trustedFrom, isPublished else {
                return keep(until: [trustedFrom, leaf.notAfter], now: now)
            }
            return try issueLeaf(signer, standing, names: names, now: now, reason: .authorityPublished)
        }
        if Set(leaf.subjectAlternativeNames) != Set(names) {
            return try issueLeaf(signer, standing, names: names, now: now, reason: .namesChanged)
        }
        let leafDue = renewal(of: leaf)
        if now >= leafDue { return try issueLeaf(signer, standing, names: names, now: now, reason: .certificateDue) }

        guard standing.trusted.count > 1 else { return keep(until: [leafDue, authorityDue], now: now) }
        let overlapEnd = birth(leaf) + overlap
        guard now >= overlapEnd else { return keep(until: [overlapEnd, leafDue, authorityDue], now: now) }
        var pruned = content
        pruned.authorities = try PEMBundle.join([signer.certificate])
        return .replace(pruned, reason: .overlapOver, lookAgain: now + longestWait)
    }

    // MARK: Times

    /// When a certificate was made.
    private func birth(_ certificate: Certificate) -> WallTime {
        certificate.notBefore + CertificateAuthority.backdating
    }

    /// After two thirds of its life, up to a twentieth earlier: told from the fingerprint, so all replicas agree and
    /// many clusters that were set up together do not renew together.
    private func renewal(of certificate: Certificate) -> WallTime {
        let life = certificate.notAfter - certificate.notBefore
        let draw = Int(certificate.fingerprint.prefix(4), radix: 16) ?? 0
        return certificate.notBefore + life * 2 / 3 - life / 20 * draw / 65_536
    }

    private func keep(until moments: [WallTime], now: WallTime) -> RotationOutcome {
        let next = moments.filter { $0 > now }.min() ?? now + longestWait
        return .keep(lookAgain: min(next, now + longestWait))
    }

    // MARK: Steps

    /// Makes a new authority. What is served stays until that is trusted everywhere; without it, all is new at once.
    private func makeAnew(
        served: ServingCertificateContent?, names: [SubjectName], now: WallTime, keeping old: [Certificate],
        reason: RotationReason
    ) throws(CertificateError) -> RotationOutcome {
        if let served {
            let standing = RotationStanding(served, now: now)
            if standing.leaf != nil { return try makeAuthority(served, standing, now: now, reason: reason) }
        }
        return try makeAll(names: names, now: now, keeping: old, reason: reason)
    }

    private func makeAll(
        names: [SubjectName], now: WallTime, keeping old: [Certificate], reason: RotationReason
    ) throws(CertificateError) -> RotationOutcome {
        let authority = try CertificateAuthority.make(name: authorityName, now: now, lifetime: authorityLifetime)
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: leafLifetime)
        let content = ServingCertificateContent(
            authorities: try PEMBundle.join([authority.certificate] + old), authorityKey: try authority.key.pem,
            certificate: try leaf.certificate.pem, key: try leaf.key.pem)
        return .replace(content, reason: reason, lookAgain: now + longestWait)
    }

    private func makeAuthority(
        _ content: ServingCertificateContent, _ standing: RotationStanding, now: WallTime, reason: RotationReason
    ) throws(CertificateError) -> RotationOutcome {
        let authority = try CertificateAuthority.make(name: authorityName, now: now, lifetime: authorityLifetime)
        var content = content
        content.authorities = try PEMBundle.join([authority.certificate] + standing.trusted)
        content.authorityKey = try authority.key.pem
        return .replace(content, reason: reason, lookAgain: now + min(overlap, longestWait))
    }

    private func issueLeaf(
        _ signer: CertificateAuthority, _ standing: RotationStanding, names: [SubjectName], now: WallTime,
        reason: RotationReason
    ) throws(CertificateError) -> RotationOutcome {
        let leaf = try signer.issueLeaf(names: names, now: now, lifetime: leafLifetime)
        let content = ServingCertificateContent(
            authorities: try PEMBundle.join(standing.trusted), authorityKey: try signer.key.pem,
            certificate: try leaf.certificate.pem, key: try leaf.key.pem)
        return .replace(content, reason: reason, lookAgain: now + min(overlap, longestWait))
    }
}
