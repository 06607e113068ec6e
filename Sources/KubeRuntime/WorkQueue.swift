public import KubeModel
public import Metrics
import Synchronization

/// Hands out keys for reconciling, each to one worker at a time.
///
/// - Guarantees: an added key is handed out at least once after the call, even if it is being worked on now. A key that is
///   added many times before it is handed out is handed out once. Keys that are ready come out in the order they were added.
/// - Assumptions: reconciling a key twice does no harm. Every key from `next()` is given back with `done(_:)`.
///   `run()` runs in some task; without it delayed keys never come.
/// - Caveats: after `shutDown()` nothing is handed out, not even what was added before: the next start lists everything.
///
/// Memory is bounded by the number of distinct keys.
///
/// Source: client-go `util/workqueue`.
public final class WorkQueue: Sendable {
    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<ObjectKey?, Never>
    }

    private struct Guarded {
        var state: State
        var waiters: [Waiter] = []
        var nextID = 0
        /// What `run()` sleeps until; `nil` while it sleeps without an end.
        var alarm: Duration?
    }

    public let name: String
    private let guarded: Mutex<Guarded>
    private let clock: RuntimeClock
    private let alarmChanged = Signal()
    private let shutdown = Latch()
    private let metrics: QueueMetrics

    /// - Parameters:
    ///   - name: for metrics.
    ///   - baseDelay: before the first retry of a key; doubles with each failure.
    ///   - maximumDelay: the longest delay between two retries of a key.
    public init(
        name: String, baseDelay: Duration = .milliseconds(5), maximumDelay: Duration = .seconds(1000),
        clock: any Clock<Duration> = ContinuousClock(), metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.name = name
        self.clock = RuntimeClock(clock)
        guarded = Mutex(Guarded(state: State(baseDelay: baseDelay, maximumDelay: maximumDelay)))
        metrics = QueueMetrics(queue: name, factory: factory)
    }

    /// Adds a key, now or later.
    ///
    /// - Parameter delay: time from now; an earlier time already set for `key` wins. Zero means at once.
    public func add(_ key: ObjectKey, after delay: Duration = .zero) {
        let now = clock.now()
        guard delay > .zero else { return addNow(key, at: now) }
        let deadline = now + delay
        let isEarlier = guarded.withLock { guarded in
            guarded.state.add(key, at: now, deadline: deadline)
            guard let next = guarded.state.nextDeadline() else { return false }
            return guarded.alarm.map { next < $0 } ?? true
        }
        if isEarlier { alarmChanged.notify() }
    }

    /// Adds a key after a delay that doubles each time, until `forget(_:)`.
    public func addRateLimited(_ key: ObjectKey) {
        metrics.retries.increment()
        add(key, after: guarded.withLock { $0.state.nextDelay(of: key) })
    }

    /// Reconciling the key succeeded: its next retry is quick again.
    public func forget(_ key: ObjectKey) { guarded.withLock { $0.state.forget(key) } }

    /// How often the key was added rate limited since it was last forgotten.
    public func failureCount(of key: ObjectKey) -> Int { guarded.withLock { $0.state.failureCount(of: key) } }

    /// Waits for a key. Workers that wait are served in turn.
    ///
    /// - Returns: `nil` after `shutDown()`, or when the task is cancelled.
    public func next() async -> ObjectKey? {
        let id = guarded.withLock { guarded in
            guarded.nextID += 1
            return guarded.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<ObjectKey?, Never>) in
                enum Outcome { case taken(ObjectKey, Duration), nothing, waiting }
                let outcome = guarded.withLock { guarded -> Outcome in
                    // Marked as cancelled before `onCancel` runs: asking under the lock misses no cancellation.
                    if guarded.state.isShutDown || Task.isCancelled { return .nothing }
                    if let (key, waited) = guarded.state.take(at: clock.now()) { return .taken(key, waited) }
                    guarded.waiters.append(Waiter(id: id, continuation: continuation))
                    return .waiting
                }
                switch outcome {
                case .taken(let key, let waited):
                    metrics.queueDuration.recordNanoseconds(waited.inNanoseconds)
                    continuation.resume(returning: key)
                case .nothing: continuation.resume(returning: nil)
                case .waiting: break
                }
            }
        } onCancel: {
            let waiter = guarded.withLock { guarded -> Waiter? in
                guard let index = guarded.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return guarded.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// Gives back a key that `next()` handed out. If it was added meanwhile, it is handed out again.
    public func done(_ key: ObjectKey) {
        let now = clock.now()
        let duration = guarded.withLock { $0.state.done(key, at: now) }
        if let duration { metrics.workDuration.recordNanoseconds(duration.inNanoseconds) }
        serveWaiters(at: now)
    }

    /// Hands out nothing any more and ends all waiting.
    public func shutDown() {
        let waiters = guarded.withLock { guarded in
            guarded.state.shutDown()
            defer { guarded.waiters = [] }
            return guarded.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
        shutdown.open()
        alarmChanged.notify()
    }

    /// Returns when `shutDown()` has been called.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilShutDown() async throws { try await shutdown.wait() }

    /// Moves delayed keys to the ready ones when their time comes, until the task is cancelled or the queue shut down.
    ///
    /// - Assumptions: runs once at a time.
    public func run() async {
        while !Task.isCancelled {
            let now = clock.now()
            let (isShutDown, due, alarm) = guarded.withLock { guarded in
                let due = guarded.state.addDue(at: now)
                guarded.alarm = guarded.state.nextDeadline()
                return (guarded.state.isShutDown, due, guarded.alarm)
            }
            if isShutDown { return }
            if due > 0 {
                metrics.adds.increment(by: due)
                serveWaiters(at: now)
            }
            await alarmChanged.wait(until: alarm, on: clock)
        }
    }

    /// Keys that are ready and that nobody works on.
    public var depth: Int { guarded.withLock { $0.state.depth } }

    /// Values to show at `/metrics`.
    public var gauges: [ObservedGauge] {
        let labels = [("name", name), ("controller", name)]
        return [
            // One priority: the label is there because dashboards group by it.
            ObservedGauge(
                name: "workqueue_depth", help: "Current depth of workqueue",
                labels: labels + [("priority", "0")], read: { Double(self.depth) }),
            ObservedGauge(
                name: "workqueue_unfinished_work_seconds",
                help: "Seconds of work in progress that workqueue_work_duration_seconds does not show yet",
                labels: labels,
                read: { self.guarded.withLock { $0.state.unfinishedWork(at: self.clock.now()) }.inSeconds }),
            ObservedGauge(
                name: "workqueue_longest_running_processor_seconds",
                help: "Seconds that the longest running worker has been busy with its key", labels: labels,
                read: { self.guarded.withLock { $0.state.longestRunning(at: self.clock.now()) }.inSeconds }),
        ]
    }

    private func addNow(_ key: ObjectKey, at now: Duration) {
        let isNew = guarded.withLock { $0.state.add(key, at: now) }
        guard isNew else { return }
        metrics.adds.increment()
        serveWaiters(at: now)
    }

    /// Gives ready keys to waiting workers.
    private func serveWaiters(at now: Duration) {
        while true {
            let served = guarded.withLock { guarded -> (Waiter, ObjectKey, Duration)? in
                guard !guarded.waiters.isEmpty, let (key, waited) = guarded.state.take(at: now) else { return nil }
                return (guarded.waiters.removeFirst(), key, waited)
            }
            guard let (waiter, key, waited) = served else { return }
            metrics.queueDuration.recordNanoseconds(waited.inNanoseconds)
            waiter.continuation.resume(returning: key)
        }
    }
}
