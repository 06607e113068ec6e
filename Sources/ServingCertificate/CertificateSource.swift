import Synchronization

/// Where a TLS server finds its identity for the next handshake.
///
/// - Guarantees: `replace` is seen by every handshake that starts after it; connections that stand keep what they have.
/// - Assumptions: few writers, each with a complete identity.
public final class CertificateSource: Sendable {
    /// An identity and how many came before it.
    public struct Snapshot: Sendable {
        public let identity: ServingIdentity
        public let generation: Int
    }

    private let state: Mutex<Snapshot?>

    public init(_ identity: ServingIdentity? = nil) {
        state = Mutex(identity.map { Snapshot(identity: $0, generation: 1) })
    }

    /// `nil` until the first identity is there; handshakes fail until then.
    public var current: Snapshot? { state.withLock { $0 } }

    /// Takes over another identity. The same chain again changes nothing.
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    public func replace(_ identity: ServingIdentity) -> Bool {
        state.withLock { snapshot in
            if let snapshot, snapshot.identity.chain == identity.chain { return false }
            snapshot = Snapshot(identity: identity, generation: (snapshot?.generation ?? 0) + 1)
            return true
        }
    }
}
