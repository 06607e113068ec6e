import Synchronization

/// A clock that stands still until a test advances it, so that nothing waits for real time.
///
/// ```swift
/// let clock = TestClock()
/// async let result = poll(every: .seconds(5), clock: clock)
/// await clock.waitForSleepers()
/// clock.advance(by: .seconds(5))
/// ```
///
/// - Guarantees: sleepers are woken in the order of their deadlines; a cancelled sleep throws `CancellationError`.
/// - Caveats: `advance(by:)` makes sleepers runnable but does not wait until they have run. Wait for what they do, or for
///   their next sleep.
public final class TestClock: Clock, Sendable {
    public struct Instant: InstantProtocol {
        /// Since the clock was made.
        public var offset: Duration

        public init(offset: Duration) { self.offset = offset }

        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Observer {
        var sleepers: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextID = 0
        var sleepers: [Sleeper] = []
        var observers: [Observer] = []

        /// Takes out the observers who have waited for no more sleepers than there are.
        mutating func satisfiedObservers() -> [Observer] {
            let count = sleepers.count
            let satisfied = observers.filter { $0.sleepers <= count }
            observers.removeAll { $0.sleepers <= count }
            return satisfied
        }
    }

    private let state = Mutex(State())

    public init() {}

    public var now: Instant { state.withLock { $0.now } }
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// How many tasks are asleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                enum Outcome { case asleep([Observer]), past, cancelled }
                let outcome = state.withLock { state -> Outcome in
                    if Task.isCancelled { return .cancelled }
                    if deadline <= state.now { return .past }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    return .asleep(state.satisfiedObservers())
                }
                switch outcome {
                case .asleep(let observers): for observer in observers { observer.continuation.resume() }
                case .past: continuation.resume()
                case .cancelled: continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the time forward and wakes whoever has slept long enough.
    public func advance(by duration: Duration) {
        let due = state.withLock { state -> [Sleeper] in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.deadline <= state.now }.sorted { $0.deadline < $1.deadline }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns once at least that many tasks are asleep. Not ended by cancellation: give the test a time limit.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isSatisfied = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.observers.append(Observer(sleepers: count, continuation: continuation))
                return false
            }
            if isSatisfied { continuation.resume() }
        }
    }

    /// The time until the first sleeper is due, once at least `count` tasks are asleep.
    public func nextSleep(sleepers count: Int = 1) async -> Duration {
        while true {
            await waitForSleepers(count)
            let delay = state.withLock { state in
                state.sleepers.map(\.deadline).min().map { state.now.duration(to: $0) }
            }
            if let delay { return delay }
        }
    }

    /// Waits until at least `count` tasks are asleep and advances to the first deadline.
    @discardableResult
    public func advanceToNextSleeper(sleepers count: Int = 1) async -> Duration {
        let delay = await nextSleep(sleepers: count)
        advance(by: delay)
        return delay
    }
}
