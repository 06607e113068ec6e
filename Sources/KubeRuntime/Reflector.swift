public import KubeClient
public import KubeModel
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a `Store` like the server, and tells handlers what changes.
///
/// - Guarantees: handlers are called after the store has changed, one change at a time and in order for each namespace
///   that is watched. An object that vanished while nobody watched is reported as deleted.
/// - Caveats: changes may be merged, and an object that was deleted and made again between two lists is an update.
///   Handlers run on the watch's own task: they must be quick and must not wait. Adding to a `WorkQueue` is both.
///
/// Source: client-go `tools/cache`, kube-rs `runtime::reflector`.
public final class Reflector<Value: Sendable>: Service, Sendable {
    public typealias Handler = @Sendable (StoreChange<Value>) -> Void

    public let type: ResourceType
    public let store: Store<Value>
    private let writer: Store<Value>.Writer
    private let watchers: [Watcher]
    private let transform: @Sendable (KubeObject) -> Value?
    private let handlers = Mutex<[Handler]>([])
    private let progress: Mutex<Progress>
    private let synced = Latch()
    private let settled = Latch()

    /// How far each watcher is, by namespace (`nil` for all).
    private struct Progress {
        enum State { case unknown, synced, notServed }
        var states: [String?: State]
        var hasBeenSynced: Set<String?> = []
        /// Lists that failed since the last one that did not.
        var failures: [String?: Int] = [:]
    }

    /// - Parameters:
    ///   - namespaces: where to look; `nil` for everywhere, and for cluster-scoped resources.
    ///   - options: the selectors of the objects to follow.
    ///   - transform: makes the value to keep from an object; `nil` keeps nothing of it.
    public init(
        _ type: ResourceType, namespaces: [String]? = nil, options: ListOptions = ListOptions(),
        projection: Projection = .full, api: any KubeAPI, clock: any Clock<Duration> = ContinuousClock(),
        backOff: BackOff = .watching(), logger: Logger, transform: @escaping @Sendable (KubeObject) -> Value?
    ) {
        self.type = type
        self.transform = transform
        let scopes: [String?] = namespaces.map { Set($0).sorted() } ?? [nil]
        watchers = scopes.map {
            Watcher(
                type, namespace: $0, options: options, projection: projection, api: api, clock: clock,
                backOff: backOff, logger: logger)
        }
        progress = Mutex(Progress(states: Dictionary(uniqueKeysWithValues: scopes.map { ($0, .unknown) })))
        writer = Store<Value>.Writer()
        store = writer.store
    }

    /// Calls a handler for each change from now on. Add handlers before running, so that they hear of everything.
    public func onChange(_ handler: @escaping Handler) {
        handlers.withLock { $0.append(handler) }
    }

    /// Whether the server serves the resource; `nil` until it has answered.
    public var isServed: Bool? {
        progress.withLock { progress in
            if progress.states.values.contains(.synced) { return true }
            return progress.states.values.contains(.notServed) ? false : nil
        }
    }

    /// Whether listing has failed more than once in a row.
    public var isFailing: Bool { progress.withLock { $0.failures.values.contains { $0 > 1 } } }

    /// Whether the first list has been read.
    public var isSynced: Bool { synced.isOpen }

    /// Waits until the first list has been read. That may be never, when the resource is not served.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilSynced() async throws { try await synced.wait() }

    /// Waits until the first list has been read, or the server has answered that it does not serve the resource.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilSettled() async throws { try await settled.wait() }

    /// Asks for the resource at once when the server did not serve it the last time: its CRD may have come.
    public func nudge() {
        guard isServed == false else { return }
        for watcher in watchers { watcher.nudge() }
    }

    /// Follows the server until the task is cancelled or a graceful shutdown begins.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for watcher in self.watchers {
                    group.addTask { await self.follow(watcher) }
                }
            }
        }
    }

    /// Values to show at `/metrics`.
    public var gauges: [ObservedGauge] {
        [
            ObservedGauge(
                name: "reflector_items", help: "Number of objects in the store",
                labels: [("resource", type.description)], read: { [store] in Double(store.count) })
        ]
    }

    private func follow(_ watcher: Watcher) async {
        var found: Store<Value>.Entries = [:]
        await watcher.run { change in
            switch change {
            case .listStarted:
                found = [:]
            case .listed(let objects):
                for object in objects {
                    guard let value = transform(object) else { continue }
                    found[object.namespace, default: [:]][object.name] = Store<Value>.Entry(
                        resourceVersion: object.resourceVersion, value: value)
                }
            case .listCompleted:
                let changes = writer.replace(namespace: watcher.namespace, with: found)
                found = [:]
                changes.forEach(notify)
                setState(.synced, of: watcher.namespace)
            case .applied(let object):
                let change = writer.apply(
                    object.key, resourceVersion: object.resourceVersion, transform(object))
                change.map(notify)
            case .deleted(let object):
                writer.remove(object.key).map(notify)
            case .notServed:
                // With the CRD all its objects are gone.
                let changes = writer.replace(namespace: watcher.namespace, with: [:])
                changes.forEach(notify)
                setState(.notServed, of: watcher.namespace)
            case .listFailed:
                progress.withLock { $0.failures[watcher.namespace, default: 0] += 1 }
            }
        }
    }

    private func notify(_ change: StoreChange<Value>) {
        for handler in handlers.withLock({ $0 }) { handler(change) }
    }

    private func setState(_ state: Progress.State, of namespace: String?) {
        let (isSynced, isSettled) = progress.withLock { progress in
            progress.states[namespace] = state
            progress.failures[namespace] = nil
            if state == .synced { progress.hasBeenSynced.insert(namespace) }
            return (
                progress.hasBeenSynced.count == progress.states.count, !progress.states.values.contains(.unknown)
            )
        }
        if isSynced { synced.open() }
        if isSettled { settled.open() }
    }
}
