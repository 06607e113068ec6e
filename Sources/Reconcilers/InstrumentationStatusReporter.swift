import Document
public import Injection
public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging
import OperatorAPI
import Synchronization

/// Keeps `status.pods` of every Instrumentation: how many pods asked for it, were injected, were refused, are outdated.
///
/// Expected flow of a pass: list Instrumentations → list the metadata of pods, page by page → ``InstrumentationCensus`` →
/// read single pods to learn why they have no agent → write the statuses that changed.
///
/// - Guarantees: pods are never watched and nothing of them is kept. A pass that finds nothing new writes nothing. Passes
///   take a twentieth of the time at most. Without Instrumentations there is no pass.
/// - Assumptions: only the leader runs it, one pass at a time.
/// - Caveats: a status is about a minute behind. Why pods without a record have no agent is learnt from one pod an owner,
///   ``podsPerPass`` a pass: with very many owners the counts of refused pods become complete after some passes. With more
///   owners than explanations are kept (4,096) they stay incomplete: the pods of the others count as requested alone.
/// - Errors: a pass that fails is logged, and the next one is a full one.
public final class InstrumentationStatusReporter: Sendable {
    /// From the end of a pass to the next one.
    static let interval = Duration.seconds(60)
    /// After an Instrumentation has changed: more changes often follow.
    static let debounce = Duration.seconds(2)
    /// How many times its own length a pass is followed by a pause.
    static let pauseFactor = 19
    /// To begin with. A pod's annotations may have 256 KiB, and managed fields come with them.
    static let podsPerPage = 100
    static let instrumentationsPerPage = 100
    static let podsPerPass = 20

    private struct State {
        var explanations: AgentExplanations
        var podsPerPage = InstrumentationStatusReporter.podsPerPage
        var notBefore: Duration?
        var totals = Totals()
    }

    private struct Totals {
        var requested = 0
        var injected = 0
        var refused = 0
        var outdated = 0
    }

    private let api: any KubeAPI
    private let injector: Injector
    private let instrumentations: Store<InstrumentationSource.Lookup>
    private let source: InstrumentationSource
    private let namespaceAnnotations: @Sendable (String) -> [String: String]
    private let enforcesRestrictedPods: @Sendable (String) -> Bool
    private let now: @Sendable () -> Duration
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - injector: the webhook's.
    ///   - namespaceAnnotations: those of a namespace that ask for injection.
    ///   - enforcesRestrictedPods: whether a namespace admits only pods of the level `restricted`.
    ///   - maximumExplanations: of how many owners it is remembered why their pods have no agent.
    ///   - now: the time since some moment.
    public init(
        api: any KubeAPI, injector: Injector, instrumentations: Store<InstrumentationSource.Lookup>,
        namespaceAnnotations: @escaping @Sendable (String) -> [String: String],
        enforcesRestrictedPods: @escaping @Sendable (String) -> Bool = { _ in false }, maximumExplanations: Int = 4096,
        now: @escaping @Sendable () -> Duration = InstrumentationStatusReporter.monotonicTime, logger: Logger
    ) {
        self.api = api
        self.injector = injector
        self.instrumentations = instrumentations
        source = InstrumentationSource(
            instrumentation: { instrumentations[$0] },
            instrumentations: { instrumentations.values(inNamespace: $0) })
        self.namespaceAnnotations = namespaceAnnotations
        self.enforcesRestrictedPods = enforcesRestrictedPods
        self.now = now
        self.logger = logger
        state = Mutex(State(explanations: AgentExplanations(capacity: maximumExplanations)))
    }

    private static let origin = ContinuousClock.now
    public static let monotonicTime: @Sendable () -> Duration = { origin.duration(to: .now) }

    /// The key under which a controller reconciles this.
    public static let key = ObjectKey(name: "pods")

    /// Has a controller make passes, sooner when an Instrumentation changes.
    public func follow(_ reflector: Reflector<InstrumentationSource.Lookup>, with queue: WorkQueue) {
        reflector.onChange { change in
            // Our own writes change nothing that is kept.
            if change.old != change.new { queue.add(Self.key, after: Self.debounce) }
        }
    }

    /// Makes a pass, unless the last one was too expensive to have another so soon.
    public func reconcile() async throws -> ReconcileResult {
        if instrumentations.count == 0 {
            reset()
            return .done
        }
        let start = now()
        if let notBefore = state.withLock({ $0.notBefore }), start < notBefore {
            return .requeue(after: notBefore - start)
        }
        do throws(KubeError) {
            try await pass()
        } catch {
            if error == .cancelled || Task.isCancelled { throw error }
            logger.warning("could not count the pods of instrumentations", metadata: ["error": "\(error)"])
        }
        let end = now()
        let pause = (end - start) * Self.pauseFactor
        state.withLock { $0.notBefore = end + pause }
        return .requeue(after: max(Self.interval, pause))
    }

    /// Who no longer leads has nothing to show.
    public func reset() { state.withLock { $0.totals = Totals() } }

    /// The sums over all Instrumentations, as the last pass found them; zero on replicas that do not lead.
    public var gauges: [ObservedGauge] {
        let states: [(String, any KeyPath<Totals, Int> & Sendable)] = [
            ("requested", \.requested), ("injected", \.injected), ("refused", \.refused), ("outdated", \.outdated),
        ]
        return states.map { name, path in
            ObservedGauge(
                name: "otel_operator_instrumentation_pods",
                help: "Number of pods that Instrumentations are about, by what became of them",
                labels: [("state", name)],
                read: { Double(self.state.withLock { $0.totals[keyPath: path] }) })
        }
    }

    // MARK: - A pass

    private func pass() async throws(KubeError) {
        let statuses = try await readStatuses()
        var census = try await countPods()
        // Only after the whole list: a pass that failed has not met them all.
        state.withLock { $0.explanations.forget(allBut: census.explained) }
        for (id, group) in census.unexplained.prefix(Self.podsPerPass) {
            // What cannot be remembered would be read again in each pass.
            if state.withLock({ $0.explanations.isFull }) { break }
            guard let explanation = try await explain(group) else { continue }
            census.explain(id, explanation)
            state.withLock { _ = $0.explanations.remember(explanation, of: id) }
        }
        try await write(census.counts, over: statuses)
    }

    /// Lists all pods, with fewer a page from now on when an answer is too large.
    private func countPods() async throws(KubeError) -> InstrumentationCensus {
        while true {
            let size = state.withLock { $0.podsPerPage }
            do throws(KubeError) {
                return try await countPods(perPage: size)
            } catch {
                guard case .tooLarge = error, size > 1 else { throw error }
                logger.notice("pods have large metadata; listing fewer at once", metadata: ["limit": "\(size / 2)"])
                state.withLock { $0.podsPerPage = size / 2 }
            }
        }
    }

    /// All pages have the same size: a continue token is good for the query that it came from.
    private func countPods(perPage size: Int) async throws(KubeError) -> InstrumentationCensus {
        var census = InstrumentationCensus(
            injector: injector, instrumentations: source, namespaceAnnotations: namespaceAnnotations,
            explanations: state.withLock { $0.explanations })
        // What has ended needs no agent, and only the server can tell it from the rest.
        var options = ListOptions(fieldSelector: "status.phase!=Succeeded,status.phase!=Failed", limit: size)
        repeat {
            let page = try await api.list(.pod, namespace: nil, options: options, projection: .metadata)
            for pod in page.items { census.add(pod) }
            options.continueToken = page.continueToken
        } while options.continueToken != nil
        return census
    }

    /// The status of each Instrumentation; nothing else of them is kept.
    private func readStatuses() async throws(KubeError) -> [(key: ObjectKey, status: JSONValue?)] {
        var result: [(ObjectKey, JSONValue?)] = []
        var options = ListOptions(limit: Self.instrumentationsPerPage)
        repeat {
            let page = try await api.list(.instrumentation, namespace: nil, options: options, projection: .full)
            result += page.items.map { ($0.key, $0["status"]) }
            options.continueToken = page.continueToken
        } while options.continueToken != nil
        return result
    }

    /// `nil` when the pod is gone, or has ended.
    private func explain(_ group: InstrumentationCensus.Group) async throws(KubeError) -> AgentExplanation? {
        let pod: KubeObject
        do throws(KubeError) {
            pod = try await api.get(.pod, group.representative)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
        let phase = pod.json[path: "status", "phase"]?.stringValue
        if pod.isBeingDeleted || phase == "Succeeded" || phase == "Failed" { return nil }
        let result = injector.inject(
            pod.json, namespace: pod.namespace, namespaceAnnotations: namespaceAnnotations(pod.namespace),
            enforcesRestrictedPods: enforcesRestrictedPods(pod.namespace), instrumentations: source)
        return AgentExplanation(result, languages: Set(group.missing.values.joined()))
    }

    private func write(
        _ counts: [ObjectKey: InstrumentationPods], over statuses: [(key: ObjectKey, status: JSONValue?)]
    ) async throws(KubeError) {
        var totals = Totals()
        for (key, status) in statuses {
            let pods = counts[key] ?? InstrumentationPods()
            totals.requested += pods.requested
            totals.injected += pods.injected
            totals.refused += pods.refused
            totals.outdated += pods.outdated
            guard let patch = pods.patch(for: status) else { continue }
            do throws(KubeError) {
                _ = try await api.patch(.instrumentation, key, .merge(patch), subresource: "status")
            } catch {
                // One that cannot be written does not keep the others from being right.
                if error == .cancelled { throw error }
                if error.status?.isNotFound == true { continue }
                logger.warning(
                    "could not write the status of an instrumentation",
                    metadata: ["instrumentation": "\(key)", "error": "\(error)"])
            }
        }
        let sums = totals
        state.withLock { $0.totals = sums }
    }
}
