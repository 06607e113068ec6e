public import KubeClient
public import KubeModel
public import Logging
import Metrics

/// Follows the objects of one resource: lists them, then watches, for as long as its task lives.
///
/// - Guarantees: what it reports, applied in order, is the server's state at some moment not long ago; after a gap in the
///   watch everything is listed again. It never gives up: every failure ends in another try, after a back-off.
/// - Assumptions: objects are told apart by namespace and name.
/// - Caveats: changes that follow each other quickly may be seen as one. A resource that is not served is asked for again
///   quietly, so a CRD that is installed later is picked up. An object that cannot be read is left out, and told.
///
/// Source: Kubernetes API concepts, "Efficient detection of changes"; client-go `tools/cache`.
public struct Watcher: Sendable {
    public enum Change: Sendable {
        /// A list begins. What is reported until `listCompleted` is all there is.
        case listStarted
        case listed([KubeObject])
        case listCompleted
        /// The object was added or has changed.
        case applied(KubeObject)
        case deleted(KubeObject)
        /// The server does not serve the resource (any more). Reported once until it does.
        case notServed
        /// A list failed; it is tried again.
        case listFailed
    }

    public let type: ResourceType
    /// `nil` for all namespaces, or for a cluster-scoped resource.
    public let namespace: String?
    private let api: any KubeAPI
    private let options: ListOptions
    private let projection: Projection
    private let clock: RuntimeClock
    private let backOff: BackOff
    private let logger: Logger
    private let metrics: WatchMetrics
    private let nudged = Signal()

    /// - Parameter options: the selectors count; limit, token and version are the watcher's own affair.
    public init(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        projection: Projection = .full, api: any KubeAPI, clock: any Clock<Duration> = ContinuousClock(),
        backOff: BackOff = .watching(), logger: Logger
    ) {
        self.type = type
        self.namespace = namespace
        self.api = api
        self.options = options
        self.projection = projection
        self.clock = RuntimeClock(clock)
        self.backOff = backOff
        var logger = logger
        logger[metadataKey: "resource"] = "\(type)"
        if let namespace { logger[metadataKey: "namespace"] = "\(namespace)" }
        self.logger = logger
        metrics = WatchMetrics(resource: type.description)
    }

    /// Reports changes until the task is cancelled.
    public func run(_ report: (Change) -> Void) async {
        var state = WatchState(backOff: backOff)
        var isFailing = false
        while !Task.isCancelled {
            switch state.next() {
            case .wait(let delay):
                let deadline = clock.now() + delay
                await nudged.wait(until: deadline, on: clock)
                if clock.now() < deadline { state.nudged() }
            case .list(let token, let limit):
                do throws(KubeError) {
                    if token == nil { report(.listStarted) }
                    let page = try await list(continueToken: token, limit: limit)
                    report(.listed(page.items))
                    page.unreadable.forEach(tell)
                    if state.listed(resourceVersion: page.resourceVersion, continueToken: page.continueToken) {
                        report(.listCompleted)
                    }
                    if isFailing { logger.info("listing works again") }
                    isFailing = false
                } catch {
                    if Task.isCancelled { return }
                    isFailing = true
                    listFailed(error, state: &state, report)
                }
            case .watch(let version):
                let start = clock.now()
                let failure = await watch(from: version, state: &state, report)
                if Task.isCancelled { return }
                state.watchEnded(failure, after: clock.now() - start)
            }
        }
    }

    /// Ends a pause between two tries: the reason for the failures may be gone.
    func nudge() { nudged.notify() }

    /// Without a resource version: a consistent read, which never goes back in time, in pages that keep memory small.
    private func list(continueToken: String?, limit: Int) async throws(KubeError) -> ObjectList {
        var options = options
        options.limit = limit
        options.continueToken = continueToken
        options.resourceVersion = nil
        metrics.lists.increment()
        return try await api.list(type, namespace: namespace, options: options, projection: projection)
    }

    private func listFailed(_ error: KubeError, state: inout WatchState, _ report: (Change) -> Void) {
        metrics.failures.increment()
        let before = state.availability
        state.listFailed(WatchState.Failure(error))
        switch (before, state.availability) {
        case (.notServed, .notServed):
            logger.debug("the resource is still not served")
        case (_, .notServed):
            logger.info("the resource is not served; asking again from time to time")
            report(.notServed)
        default:
            logger.warning("could not list", metadata: ["error": "\(error)"])
            report(.listFailed)
        }
    }

    /// What was known of the object, if anything was, stays until the next list.
    private func tell(_ object: UnreadableObject) {
        metrics.unreadable.increment()
        logger.warning(
            "could not read an object; going on without it",
            metadata: ["object": "\(object.key)", "error": "\(object.reason)"])
    }

    /// Reads one watch to its end.
    private func watch(
        from version: String, state: inout WatchState, _ report: (Change) -> Void
    ) async -> WatchState.Failure? {
        metrics.watches.increment()
        do {
            let events = api.watch(
                type, namespace: namespace, from: version, options: options, projection: projection)
            for try await event in events {
                switch event {
                case .added(let object), .modified(let object):
                    report(.applied(object))
                    state.advanced(to: object.resourceVersion)
                case .deleted(let object):
                    report(.deleted(object))
                    state.advanced(to: object.resourceVersion)
                case .unreadable(let object):
                    tell(object)
                    state.advanced(to: object.resourceVersion)
                case .bookmark(let version):
                    state.advanced(to: version)
                case .error(let status):
                    return failed(WatchState.Failure(status), KubeError.api(status))
                }
            }
            logger.debug("the server ended the watch")
            return nil
        } catch {
            return failed(WatchState.Failure(error), error)
        }
    }

    private func failed(_ failure: WatchState.Failure, _ error: any Error) -> WatchState.Failure {
        guard !Task.isCancelled else { return failure }
        metrics.failures.increment()
        switch failure {
        case .expired, .notServed:
            logger.debug("the watch is over; listing again", metadata: ["error": "\(error)"])
        case .unavailable, .rejected, .tooLarge:
            logger.warning("the watch failed; trying again", metadata: ["error": "\(error)"])
        }
        return failure
    }
}
