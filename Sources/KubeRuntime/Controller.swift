public import KubeModel
public import Logging
public import Metrics
public import ServiceLifecycle
import Synchronization

/// Reconciles the keys of one kind: takes them from a `WorkQueue`, runs workers, tries failures again.
///
/// A request is a name, never an event: the reconcile reads what is true now and makes the world fit.
///
/// - Guarantees: one key is reconciled by one worker at a time. After a failure the key is tried again after a delay that
///   doubles from 5 ms to a maximum. When the controller is cancelled in the middle of a key, that key is the first of the
///   next run.
/// - Assumptions: a reconcile is idempotent, and ends soon when its task is cancelled.
/// - Errors: each is logged once, here. A `TerminalError` is not tried again.
///
/// `run()` may be called again after it was cancelled, such as when leadership is lost and won again; what changed in
/// between waits in the queue. After a graceful shutdown it may not.
///
/// Source: controller-runtime `pkg/reconcile`.
public final class Controller: Service, Sendable {
    public typealias Reconcile = @Sendable (ObjectKey) async throws -> ReconcileResult

    public let name: String
    public let queue: WorkQueue
    private let workers: Int
    private let shutdownGrace: Duration
    private let clock: RuntimeClock
    private let logger: Logger
    private let metrics: ControllerMetrics
    private let reconcile: Reconcile
    private let reconcileIDs = Atomic<Int>(0)
    private let activeWorkers = Mutex(0)

    /// - Parameters:
    ///   - name: in lower case, for metrics and logs, such as `opentelemetrycollector`.
    ///   - workers: how many keys are reconciled at the same time.
    ///   - maximumDelay: the longest pause between two tries of a key that fails.
    ///   - shutdownGrace: how long running reconciles may go on after a graceful shutdown has begun.
    public init(
        name: String, workers: Int = 1, maximumDelay: Duration = .seconds(1000), shutdownGrace: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger,
        metrics factory: any MetricsFactory = MetricsSystem.factory, reconcile: @escaping Reconcile
    ) {
        precondition(workers > 0, "a controller needs a worker")
        self.name = name
        self.workers = workers
        self.shutdownGrace = shutdownGrace
        self.clock = RuntimeClock(clock)
        self.reconcile = reconcile
        queue = WorkQueue(name: name, maximumDelay: maximumDelay, clock: clock, metrics: factory)
        metrics = ControllerMetrics(controller: name, workers: workers, factory: factory)
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
    }

    /// Reconciles what changes in a store.
    public func watch<Value>(_ reflector: Reflector<Value>, where predicate: Predicate<Value> = .always) {
        watch(reflector, where: predicate) { [$0.key] }
    }

    /// Reconciles the owner of what changes in a store, when it is of that kind.
    ///
    /// - Parameter owner: the controlling owner of a value.
    public func watch<Value>(
        _ reflector: Reflector<Value>, ownedBy type: ResourceType, where predicate: Predicate<Value> = .always,
        owner: @escaping @Sendable (Value) -> OwnerReference?
    ) {
        watch(reflector, where: predicate) { change in
            // Both sides: an object that was handed to another owner matters to both.
            var keys: [ObjectKey] = []
            for value in [change.old, change.new] {
                guard let value, let owner = owner(value), owner.refers(to: type) else { continue }
                let key = owner.key(as: type, ownedIn: change.key.namespace)
                if !keys.contains(key) { keys.append(key) }
            }
            return keys
        }
    }

    /// Reconciles the keys that a change of a store maps to.
    public func watch<Value>(
        _ reflector: Reflector<Value>, where predicate: Predicate<Value> = .always,
        mappedBy map: @escaping @Sendable (StoreChange<Value>) -> [ObjectKey]
    ) {
        reflector.onChange { [queue] change in
            guard predicate.accepts(change) else { return }
            for key in map(change) { queue.add(key) }
        }
    }

    /// Values to show at `/metrics`.
    public var gauges: [ObservedGauge] { queue.gauges }

    /// Works until the task is cancelled or a graceful shutdown begins; then running reconciles are finished first.
    public func run() async throws {
        logger.info("starting workers", metadata: ["workers": "\(workers)"])
        await withGracefulShutdownHandler {
            await runWorkers()
        } onGracefulShutdown: {
            self.queue.shutDown()
        }
        logger.info("all workers finished")
    }

    private func runWorkers() async {
        enum Ended { case worker, timer, grace }
        await withTaskGroup(of: Ended.self) { group in
            for _ in 0..<workers {
                group.addTask {
                    await self.work()
                    return .worker
                }
            }
            group.addTask {
                await self.queue.run()
                return .timer
            }
            group.addTask {
                // Both throw only when cancelled, and then the group is over anyway.
                try? await self.queue.waitUntilShutDown()
                try? await self.clock.sleep(for: self.shutdownGrace)
                return .grace
            }
            var running = workers
            while running > 0, let ended = await group.next() {
                switch ended {
                case .worker: running -= 1
                case .timer: break
                case .grace:
                    // Cancels what still runs; the loop goes on until it has ended.
                    group.cancelAll()
                }
            }
            group.cancelAll()
        }
    }

    private func work() async {
        while let key = await queue.next() {
            changeActiveWorkers(by: 1)
            await process(key)
            changeActiveWorkers(by: -1)
        }
    }

    private func process(_ key: ObjectKey) async {
        defer { queue.done(key) }
        let start = clock.now()
        let result: Result<ReconcileResult, any Error>
        do { result = .success(try await reconcile(key)) } catch { result = .failure(error) }
        metrics.reconcileTime.recordNanoseconds((clock.now() - start).inNanoseconds)
        switch result {
        case .success(.done):
            queue.forget(key)
            metrics.succeeded.increment()
        case .success(.requeue(let delay)):
            queue.forget(key)
            queue.add(key, after: delay)
            metrics.requeuedAfter.increment()
        case .failure(let error):
            failed(key, error)
        }
    }

    private func failed(_ key: ObjectKey, _ error: any Error) {
        if Task.isCancelled {
            // Not the key's fault: whoever runs next starts with it.
            queue.add(key)
            return
        }
        metrics.failed.increment()
        metrics.errors.increment()
        var metadata: Logger.Metadata = [
            "object": "\(key)", "error": "\(error)",
            "reconcileID": "\(reconcileIDs.add(1, ordering: .relaxed).newValue)",
        ]
        if error is TerminalError {
            metrics.terminalErrors.increment()
            queue.forget(key)
            logger.error("could not reconcile; trying again only when it changes", metadata: metadata)
        } else {
            queue.addRateLimited(key)
            metadata["failures"] = "\(queue.failureCount(of: key))"
            logger.error("could not reconcile; trying again", metadata: metadata)
        }
    }

    private func changeActiveWorkers(by difference: Int) {
        // The meter is set under the lock, or an older value could overwrite a newer one.
        activeWorkers.withLock { count in
            count += difference
            metrics.activeWorkers.set(count)
        }
    }
}
