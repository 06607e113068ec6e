/// Where one HTTP/1.1 connection stands. Pure: `HTTPConnectionHandler` carries out what it returns.
///
///     idle ──head──▶ receiving ──end──▶ responding ──answer──▶ idle
///                        │                                │
///                        └── too large ──▶ lingering ─────┴── last one ──▶ closed
struct HTTPConnectionState: Equatable {
    enum Phase: Equatable {
        /// Between requests; part of a head may have arrived.
        case idle
        /// A body is collected, or thrown away because the head was refused.
        case receiving(isRefused: Bool)
        /// The answer is being worked out; what else arrives waits.
        case responding
        /// Answered early; input is thrown away until the request ends.
        case lingering
        case closed
    }

    /// What the head says that matters here.
    struct Head: Equatable {
        var keepsAlive: Bool
        var contentLength: Int?
        var expectsContinue: Bool
        var isRefused: Bool
        /// Of this request; `nil` for that of all requests.
        var bodyLimit: Int?
    }

    enum HeadAction: Equatable { case ignore, receive, sendContinue, answerTooLarge }
    enum BodyAction: Equatable { case ignore, append, answerTooLarge }
    enum EndAction: Equatable { case ignore, respond, answerRefusal, close }
    enum AnswerAction: Equatable { case ignore, writeAndGoOn, writeAndClose }
    enum LeaveAction: Equatable { case goOn, close }

    /// Of the request under way.
    private(set) var bodyLimit: Int
    private let usualBodyLimit: Int
    private(set) var phase = Phase.idle
    /// The connection closes after the answer under way, or the next one.
    private(set) var isLast = false
    private(set) var requestCount = 0
    private var received = 0

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
        usualBodyLimit = bodyLimit
    }

    /// Input is not read on while an answer is under way: at most what one read brought waits.
    var wantsInput: Bool { phase != .responding && phase != .closed }

    mutating func head(_ head: Head) -> HeadAction {
        guard phase == .idle else { return .ignore }
        requestCount += 1
        received = 0
        bodyLimit = head.bodyLimit ?? usualBodyLimit
        if !head.keepsAlive { isLast = true }
        if let length = head.contentLength, length > bodyLimit {
            phase = .lingering
            isLast = true
            return .answerTooLarge
        }
        phase = .receiving(isRefused: head.isRefused)
        return head.expectsContinue && !head.isRefused ? .sendContinue : .receive
    }

    mutating func body(_ count: Int) -> BodyAction {
        guard case .receiving(let isRefused) = phase else { return .ignore }
        received += count
        if received > bodyLimit {
            phase = .lingering
            isLast = true
            return .answerTooLarge
        }
        return isRefused ? .ignore : .append
    }

    /// There is no memory for the body: answered early, as one that is too large.
    mutating func bodyRefused() {
        phase = .lingering
        isLast = true
    }

    mutating func end() -> EndAction {
        switch phase {
        case .receiving(let isRefused):
            phase = .responding
            return isRefused ? .answerRefusal : .respond
        case .lingering:
            phase = .closed
            return .close
        case .idle, .responding, .closed: return .ignore
        }
    }

    mutating func answered() -> AnswerAction {
        guard phase == .responding else { return .ignore }
        phase = isLast ? .closed : .idle
        return isLast ? .writeAndClose : .writeAndGoOn
    }

    /// What arrived is not HTTP. Whether an answer may still be written.
    mutating func unreadable() -> Bool {
        guard phase == .idle || phase == .receiving(isRefused: false) || phase == .receiving(isRefused: true) else {
            return false
        }
        phase = .closed
        return true
    }

    /// The peer sends no more.
    mutating func inputClosed() -> LeaveAction {
        if phase == .responding {
            isLast = true
            return .goOn
        }
        phase = .closed
        return .close
    }

    /// The next answer tells the client to come back on another connection.
    mutating func retire() { isLast = true }

    /// No request may start any more, except the first of a connection that has just come: its client cannot know.
    mutating func drain() -> LeaveAction {
        isLast = true
        guard phase == .idle, requestCount > 0 else { return .goOn }
        phase = .closed
        return .close
    }

    mutating func timedOut() { phase = .closed }
}
