import KubeModel

/// Who leads, as far as one candidate knows. Pure: times are arguments, on the candidate's own monotonic clock.
///
/// Another candidate's record is trusted for its duration counted from when *we* first saw it, so clocks that differ do no
/// harm; only clocks that run at very different speeds would.
///
/// Source: client-go `tools/leaderelection`, package comment.
struct ElectionState: Sendable {
    let identity: String
    let leaseDuration: Duration
    let renewDeadline: Duration

    /// The lease as last read or written, its record, and when the record was first seen like that.
    private(set) var lease: KubeObject?
    private(set) var record: LeaseRecord?
    private var recordSeenAt = Duration.zero
    /// When the request for the last successful write began; counting from its start errs on the safe side.
    private var renewedAt: Duration?

    init(identity: String, leaseDuration: Duration, renewDeadline: Duration) {
        self.identity = identity
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
    }

    var isLeader: Bool { renewedAt != nil }

    /// Until when we lead without another successful renewal.
    var deadline: Duration? { renewedAt.map { $0 + renewDeadline } }

    /// The lease was read.
    mutating func observed(_ lease: KubeObject, at now: Duration) {
        let seen = LeaseRecord(lease)
        if seen != record {
            record = seen
            recordSeenAt = now
        }
        self.lease = lease
        if seen.holder != identity { renewedAt = nil }
    }

    /// There is no lease.
    mutating func observedNone() {
        lease = nil
        record = nil
        renewedAt = nil
    }

    /// Whether we may write ourselves into the lease: it is ours or nobody's, or its holder has been silent for too long.
    func mayClaim(at now: Duration) -> Bool {
        guard let record, !record.holder.isEmpty, record.holder != identity else { return true }
        // The holder's own promise counts: an operator of another version may renew more rarely than we do.
        let promised = record.durationSeconds > 0 ? Duration.seconds(record.durationSeconds) : leaseDuration
        return now - recordSeenAt >= promised
    }

    /// What to write to lead, or to go on leading.
    func claim(now: Timestamp) -> LeaseRecord {
        let time = now.rfc3339Micro
        let isRenewal = record?.holder == identity
        return LeaseRecord(
            holder: identity, durationSeconds: Int(leaseDuration.components.seconds),
            acquireTime: isRenewal ? record?.acquireTime ?? time : time, renewTime: time,
            transitions: isRenewal ? record?.transitions ?? 0 : record.map { $0.transitions + 1 } ?? 0)
    }

    /// Our claim was accepted.
    ///
    /// - Parameter start: when the request began.
    mutating func claimed(_ lease: KubeObject, start: Duration) {
        self.lease = lease
        record = LeaseRecord(lease)
        recordSeenAt = start
        renewedAt = start
    }

    /// The lease was not renewed in time, or somebody else has it.
    mutating func steppedDown() { renewedAt = nil }

    /// What to write when we stop: nobody leads, and whoever sees it may claim the lease at once.
    func release(now: Timestamp) -> LeaseRecord? {
        guard isLeader, let record, record.holder == identity else { return nil }
        let time = now.rfc3339Micro
        return LeaseRecord(
            holder: "", durationSeconds: 1, acquireTime: time, renewTime: time, transitions: record.transitions)
    }
}
