/// What is to happen with the serving certificate.
public enum RotationOutcome: Sendable, Equatable {
    /// Nothing until then.
    case keep(lookAgain: WallTime)
    /// Store this content and look again then.
    case replace(ServingCertificateContent, reason: RotationReason, lookAgain: WallTime)
}

/// Why the stored content is replaced, for a log line and an Event.
public enum RotationReason: Sendable, Equatable, CustomStringConvertible {
    case missing
    /// What is stored cannot be used: corrupt, of another origin, expired or not valid yet.
    case unusableAuthority
    case unusableCertificate
    case certificateDue
    case namesChanged
    case authorityDue
    /// The new authority is trusted everywhere by now: the certificate is signed by it.
    case authorityPublished
    /// No replica serves a certificate of the old authority any more.
    case overlapOver

    public var description: String {
        switch self {
        case .missing: "there was no serving certificate yet"
        case .unusableAuthority: "the stored certificate authority could not be used"
        case .unusableCertificate: "the stored serving certificate could not be used"
        case .certificateDue: "the serving certificate was due for renewal"
        case .namesChanged: "the names to be served have changed"
        case .authorityDue: "the certificate authority was due for renewal"
        case .authorityPublished: "the new certificate authority is in use now"
        case .overlapOver: "the old certificate authority is no longer needed"
        }
    }
}
