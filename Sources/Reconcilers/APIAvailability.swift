public import KubeModel
public import KubeRuntime
public import Logging
import Synchronization

/// Which of some types the cluster serves, kept current: asked at start, whenever a CRD changes, and from time to time.
public final class APIAvailability: Sendable {
    private static let interval = Duration.seconds(600)
    /// How long after a CRD has changed to ask, besides at once: the API server tells of it before its discovery knows.
    static let intervalsAfterChange: [Duration] = [.seconds(1), .seconds(3), .seconds(10)]

    private let types: [ResourceType]
    private let discover: @Sendable ([ResourceType]) async throws -> Set<ResourceType>
    private let logger: Logger
    private let handlers = Mutex<[@Sendable () -> Void]>([])
    private let current = Mutex<Set<ResourceType>?>(nil)
    private let coming = Mutex<[Duration]>([])

    /// - Parameter discover: those of the types that are served.
    public init(
        of types: [ResourceType], logger: Logger,
        discover: @escaping @Sendable ([ResourceType]) async throws -> Set<ResourceType>
    ) {
        self.types = types
        self.logger = logger
        self.discover = discover
    }

    public var served: Set<ResourceType> { known ?? [] }

    /// The last answer; `nil` while there was none.
    public var known: Set<ResourceType>? { current.withLock { $0 } }

    /// Calls the handler after the answer has changed.
    public func onChange(_ handler: @escaping @Sendable () -> Void) { handlers.withLock { $0.append(handler) } }

    /// Asks until there is an answer, a second apart.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilKnown() async throws {
        while true {
            do {
                return try await refresh()
            } catch {
                try Task.checkCancellation()
                logger.warning("could not find out which APIs are served", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    func refresh() async throws {
        let found = try await discover(types)
        let before = current.withLock { current in
            let before = current ?? []
            current = found
            return before
        }
        guard before != found else { return }
        let missing = types.filter { !found.contains($0) }.map { "\($0)" }
        logger.info("served APIs have changed", metadata: ["missing": "\(missing.joined(separator: ", "))"])
        for handler in handlers.withLock({ $0 }) { handler() }
    }

    /// A CRD has changed: until the answer has settled it is asked for more often. Call it before the next `reconcile`.
    public func expectChange() { coming.withLock { $0 = Self.intervalsAfterChange } }

    /// As a reconcile, whatever its key.
    public func reconcile() async throws -> ReconcileResult {
        try await refresh()
        let next = coming.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return .requeue(after: next ?? Self.interval)
    }
}
