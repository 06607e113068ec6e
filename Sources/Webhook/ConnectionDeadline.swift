import NIOCore

/// By when the peer of one connection has to make its next step. Pure: the time is handed in.
struct ConnectionDeadline: Equatable {
    private let idle: TimeAmount
    private let head: TimeAmount
    private let body: TimeAmount
    private let linger: TimeAmount
    private var phase: HTTPConnectionState.Phase?
    private var isHeadStarted = false
    /// `distantFuture` while the next step is ours.
    private(set) var moment: NIODeadline

    init(_ limits: HTTPLimits, now: NIODeadline) {
        idle = TimeAmount(limits.idleTimeout)
        head = TimeAmount(limits.headerTimeout)
        body = TimeAmount(limits.bodyTimeout)
        linger = TimeAmount(limits.lingerTimeout)
        moment = now + idle
    }

    /// Part of a head has arrived. Further parts do not move the deadline.
    mutating func headStarted(now: NIODeadline) {
        guard !isHeadStarted else { return }
        isHeadStarted = true
        phase = nil
        moment = now + head
    }

    /// The phase after what has just arrived or was written. A body that goes on does not move the deadline.
    mutating func follow(_ phase: HTTPConnectionState.Phase, now: NIODeadline) {
        isHeadStarted = false
        switch phase {
        case .idle: moment = now + idle
        case .receiving: if self.phase != phase { moment = now + body }
        case .lingering: if self.phase != phase { moment = now + linger }
        case .responding, .closed: moment = .distantFuture
        }
        self.phase = phase
    }

    /// We are about to leave: a request that is on its way may still arrive, but soon.
    mutating func lastChance(now: NIODeadline) { moment = min(moment, now + linger) }
}
