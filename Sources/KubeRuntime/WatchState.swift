import KubeClient
import KubeModel

/// Where one list-then-watch loop stands. Pure: `Watcher` performs the step it returns and reports how it went.
///
/// Source: Kubernetes API concepts, "Efficient detection of changes" and "410 Gone responses".
struct WatchState: Sendable {
    enum Step: Equatable {
        case wait(Duration)
        /// One page; the first when there is no token. A limit of 0 asks for everything at once.
        case list(continueToken: String?, limit: Int)
        case watch(from: String)
    }

    /// What went wrong, as far as it decides what to do next.
    enum Failure: Equatable {
        /// The server no longer has our resource version or continue token.
        case expired
        /// The server does not know the resource: its CRD is not installed.
        case notServed
        /// No answer, or too busy to give one: our position is still good.
        case unavailable(retryAfter: Duration?)
        /// The answer is larger than we take.
        case tooLarge
        /// The server refuses what we ask.
        case rejected
    }

    enum Availability: Equatable { case unknown, served, notServed }

    private enum Position: Equatable {
        case listing(continueToken: String?)
        case watching(from: String)
    }

    /// A watch that held so long was a success, even if nothing happened.
    static let healthyWatch = Duration.seconds(5)
    /// So many refused watches in a row give up the resource version.
    static let refusalsBeforeListing = 3
    static let pageLimit = 500

    private(set) var availability = Availability.unknown
    private var position = Position.listing(continueToken: nil)
    /// Objects a page: fewer once a page was too large, for as long as this loop lives.
    private var page = Self.pageLimit
    private var limit = Self.pageLimit
    private var pause: Duration?
    private var backOff: BackOff
    private var refusals = 0
    /// Whether the watch that is open has brought anything.
    private var hasAdvanced = false

    init(backOff: BackOff = .watching()) { self.backOff = backOff }

    /// The next thing to do.
    mutating func next() -> Step {
        if let pause {
            self.pause = nil
            return .wait(pause)
        }
        switch position {
        case .listing(let token): return .list(continueToken: token, limit: limit)
        case .watching(let version):
            hasAdvanced = false
            return .watch(from: version)
        }
    }

    /// A page came.
    ///
    /// - Returns: whether it was the last one.
    mutating func listed(resourceVersion: String, continueToken: String?) -> Bool {
        availability = .served
        if let continueToken, !continueToken.isEmpty {
            position = .listing(continueToken: continueToken)
            return false
        }
        position = .watching(from: resourceVersion)
        limit = page
        refusals = 0
        return true
    }

    mutating func listFailed(_ failure: Failure) {
        switch failure {
        case .expired:
            // The token was too old before the last page was read. Without pages there is no token to grow old.
            if case .listing(.some) = position { limit = 0 }
            position = .listing(continueToken: nil)
            pause = backOff.next()
        case .notServed:
            availability = .notServed
            position = .listing(continueToken: nil)
            pause = backOff.next()
        case .unavailable(let retryAfter):
            pause = max(backOff.next(), retryAfter ?? .zero)
        case .tooLarge:
            position = .listing(continueToken: nil)
            guard let half = ListOptions.half(of: limit) else {
                // One object alone: it may be made smaller.
                pause = backOff.next()
                return
            }
            page = half
            limit = half
        case .rejected:
            position = .listing(continueToken: nil)
            pause = backOff.next()
        }
    }

    /// The pause was cut short, since things may have changed: what fails now begins with short pauses again.
    mutating func nudged() { backOff.reset() }

    /// The open watch brought an event or a bookmark.
    mutating func advanced(to resourceVersion: String) {
        guard !resourceVersion.isEmpty, position != .watching(from: resourceVersion) else { return }
        position = .watching(from: resourceVersion)
        hasAdvanced = true
        refusals = 0
        backOff.reset()
    }

    /// The watch is over.
    ///
    /// - Parameter failure: `nil` when the server ended it in good order, as it does every few minutes.
    mutating func watchEnded(_ failure: Failure?, after duration: Duration) {
        let wasHealthy = duration >= Self.healthyWatch
        if wasHealthy { backOff.reset() }
        switch failure {
        case nil:
            // A server that closes each watch at once must not be asked in a tight loop.
            if !wasHealthy && !hasAdvanced { pause = backOff.next() }
        case .expired, .notServed:
            // Listing tells whether the resource is still served.
            position = .listing(continueToken: nil)
            if !wasHealthy { pause = backOff.next() }
        case .unavailable(let retryAfter):
            pause = max(backOff.next(), retryAfter ?? .zero)
        case .rejected, .tooLarge:
            pause = backOff.next()
            refusals += 1
            // Perhaps the version itself is what the server cannot use, such as after a restore of etcd.
            if refusals >= Self.refusalsBeforeListing { position = .listing(continueToken: nil) }
        }
    }
}

extension WatchState.Failure {
    init(_ error: any Error) {
        switch error as? KubeError {
        case .api(let status): self.init(status)
        case .decoding: self = .rejected
        case .tooLarge: self = .tooLarge
        default: self = .unavailable(retryAfter: nil)
        }
    }

    init(_ status: Status) {
        if status.isExpired || status.reason == "Expired" || status.reason == "Gone" {
            self = .expired
        } else if status.isNotFound {
            self = .notServed
        } else if [429, 503, 504].contains(status.code) {
            self = .unavailable(retryAfter: status.retryAfterSeconds.map { .seconds($0) })
        } else {
            self = .rejected
        }
    }
}
