public import KubeModel
import Synchronization

/// Whether the bearer of a token may do something.
public protocol BearerAuthorizer: Sendable {
    /// - Parameters:
    ///   - verb: the HTTP method in lower case.
    ///   - path: a non-resource URL.
    func decide(token: String, verb: String, path: String) async -> AccessDecision
}

public enum AccessDecision: Sendable, Equatable {
    case allowed
    /// Known, and not allowed.
    case denied
    /// Nobody knows this token, or it stands for nobody in particular.
    case unauthenticated
    /// The API server could not be asked.
    case failed
}

/// The two questions to the API server.
public protocol AccessReviewer: Sendable {
    /// A TokenReview; `nil` when the token is not valid.
    func authenticate(token: String) async throws -> UserInfo?
    /// A SubjectAccessReview for a non-resource URL.
    func authorize(_ user: UserInfo, verb: String, path: String) async throws -> Bool
}

/// Asks an `AccessReviewer` and remembers its answers: who a token is for one minute, "allowed" for five, "denied" for
/// half a minute. A question that failed is not remembered.
///
/// Source: the lifetimes are those of controller-runtime's metrics filter (k8s.io/apiserver's delegating defaults).
public final class CachingAuthorizer<C: Clock>: BearerAuthorizer where C.Duration == Duration {
    private struct Question: Hashable {
        let user: UserInfo
        let verb: String
        let path: String
    }

    private struct State {
        var users = ExpiringCache<String, UserInfo?, C.Instant>()
        var decisions = ExpiringCache<Question, Bool, C.Instant>()
    }

    private let reviewer: any AccessReviewer
    private let clock: C
    private let state = Mutex(State())

    public init(_ reviewer: any AccessReviewer, clock: C = ContinuousClock()) {
        self.reviewer = reviewer
        self.clock = clock
    }

    public func decide(token: String, verb: String, path: String) async -> AccessDecision {
        do {
            guard let user = try await user(token), !user.isAnonymous else { return .unauthenticated }
            return try await isAllowed(Question(user: user, verb: verb, path: path)) ? .allowed : .denied
        } catch {
            return .failed
        }
    }

    private func user(_ token: String) async throws -> UserInfo? {
        if let known = state.withLock({ $0.users.value(token, now: clock.now) }) { return known }
        let user = try await reviewer.authenticate(token: token)
        let now = clock.now
        state.withLock { $0.users.keep(user, for: token, until: now.advanced(by: .seconds(60)), now: now) }
        return user
    }

    private func isAllowed(_ question: Question) async throws -> Bool {
        if let known = state.withLock({ $0.decisions.value(question, now: clock.now) }) { return known }
        let isAllowed = try await reviewer.authorize(question.user, verb: question.verb, path: question.path)
        let now = clock.now
        let end = now.advanced(by: .seconds(isAllowed ? 300 : 30))
        state.withLock { $0.decisions.keep(isAllowed, for: question, until: end, now: now) }
        return isAllowed
    }
}

/// A small map whose entries end. When it is full, what has ended goes, and if that is nothing, all of it.
struct ExpiringCache<Key: Hashable & Sendable, Value: Sendable, Instant: InstantProtocol>: Sendable {
    static var capacity: Int { 1_024 }

    private var entries: [Key: (value: Value, end: Instant)] = [:]

    var count: Int { entries.count }

    func value(_ key: Key, now: Instant) -> Value? {
        guard let entry = entries[key], now < entry.end else { return nil }
        return entry.value
    }

    mutating func keep(_ value: Value, for key: Key, until end: Instant, now: Instant) {
        if entries.count >= Self.capacity {
            entries = entries.filter { now < $0.value.end }
            if entries.count >= Self.capacity { entries = [:] }
        }
        entries[key] = (value, end)
    }
}

extension UserInfo {
    fileprivate var isAnonymous: Bool { name == "system:anonymous" || groups.contains("system:unauthenticated") }
}
