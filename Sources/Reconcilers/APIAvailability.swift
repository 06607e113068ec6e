public import KubeModel
public import KubeRuntime
public import Logging
import Synchronization

/// Which of some types the cluster serves, kept current: asked at start, whenever a CRD changes, and from time to time.
public final class APIAvailability: Sendable {
    private static let interval = Duration.seconds(600)
    private static let intervalWhileUnknown = Duration.seconds(30)
    /// How long after a CRD has changed to ask, besides at once: the API server tells of it before its discovery knows.
    static let intervalsAfterChange: [Duration] = [.seconds(1), .seconds(3), .seconds(10)]

    private let types: [ResourceType]
    private let discover: @Sendable ([ResourceType]) async throws -> Answer
    private let logger: Logger
    private let handlers = Mutex<[@Sendable () -> Void]>([])
    private let state = Mutex(State())
    private let coming = Mutex<[Duration]>([])

    private struct State {
        var served: Set<ResourceType>?
        /// Those that gave no answer the last time.
        var silent: Set<ResourceType> = []
        var order = AnswerOrder()
    }

    /// What the cluster says of the types.
    public struct Answer: Sendable, Equatable {
        public var served: Set<ResourceType>
        /// Those of which it does not say whether they are served: what was known of them stays.
        public var unknown: Set<ResourceType>

        public init(served: Set<ResourceType>, unknown: Set<ResourceType> = []) {
            self.served = served
            self.unknown = unknown
        }
    }

    /// - Parameter discover: asks the cluster.
    public init(
        of types: [ResourceType], logger: Logger,
        discover: @escaping @Sendable ([ResourceType]) async throws -> Answer
    ) {
        self.types = types
        self.logger = logger
        self.discover = discover
    }

    public var served: Set<ResourceType> { known ?? [] }

    /// The last answer; `nil` while there was none.
    public var known: Set<ResourceType>? { state.withLock { $0.served } }

    /// Calls the handler after the answer has changed.
    public func onChange(_ handler: @escaping @Sendable () -> Void) { handlers.withLock { $0.append(handler) } }

    /// Asks until there is an answer, a second apart. An API that gives none is not waited for any longer than `patience`:
    /// until it does, it counts as not served.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilKnown(patience: Duration = .seconds(20)) async throws {
        let start = ContinuousClock.now
        while true {
            do {
                let unknown = try await refresh()
                if unknown.isEmpty || start.duration(to: .now) >= patience { return }
            } catch {
                try Task.checkCancellation()
                logger.warning("could not find out which APIs are served", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// - Returns: the types that the cluster says nothing about.
    @discardableResult
    func refresh() async throws -> Set<ResourceType> {
        let question = state.withLock { $0.order.ask() }
        let answer = try await discover(types)
        let taken = state.withLock { state -> (before: Set<ResourceType>, found: Set<ResourceType>, isNews: Bool)? in
            guard state.order.answer(question) else { return nil }
            let before = state.served ?? []
            let found = answer.served.union(answer.unknown.intersection(before))
            let isNews = !answer.unknown.isSubset(of: state.silent)
            state.served = found
            state.silent = answer.unknown
            return (before, found, isNews)
        }
        guard let (before, found, isNews) = taken else { return answer.unknown }
        if isNews {
            let names = answer.unknown.map { "\($0)" }.sorted().joined(separator: ", ")
            logger.warning("could not find out whether APIs are served", metadata: ["resources": "\(names)"])
        }
        guard before != found else { return answer.unknown }
        let missing = types.filter { !found.contains($0) }.map { "\($0)" }
        logger.info("served APIs have changed", metadata: ["missing": "\(missing.joined(separator: ", "))"])
        for handler in handlers.withLock({ $0 }) { handler() }
        return answer.unknown
    }

    /// What was known of the type is of a definition that is gone: when the cluster serves it again, that is a change.
    func forget(_ type: ResourceType) { state.withLock { _ = $0.served?.remove(type) } }

    /// A CRD has changed: until the answer has settled it is asked for more often. Call it before the next `reconcile`.
    public func expectChange() { coming.withLock { $0 = Self.intervalsAfterChange } }

    /// As a reconcile, whatever its key.
    public func reconcile() async throws -> ReconcileResult {
        let unknown = try await refresh()
        let next = coming.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return .requeue(after: next ?? (unknown.isEmpty ? Self.interval : Self.intervalWhileUnknown))
    }
}
