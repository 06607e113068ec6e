import Document
public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging
import OperatorAPI
public import Rendering

/// Brings the objects of an OpenTelemetryCollector to what the resource says.
///
/// Expected flow: upgrade → render → apply what differs → prune what is no longer wanted → status → Event.
///
/// - Guarantees: level-based; a second reconcile of the same state writes nothing. One object that fails does not keep the
///   others from being applied, nor from being pruned unless running pods may need them (``PrunePlan``). Nothing is pruned
///   unless all was rendered. A workload is not pointed to a ConfigMap that could not be made. Each problem is one Event,
///   however often it is met again.
/// - Assumptions: only the leader reconciles, and one worker has a key at a time.
/// - Errors: those of the API server, together; they stand in the `Ready` condition and in an Event too.
public final class CollectorReconciler: Sendable {
    private let api: any KubeAPI
    private let collectors: Store<KubeObject>
    private let owned: OwnedObjects
    private let applier: ObjectApplier
    private let renderer: @Sendable (_ namespace: String) -> CollectorRenderer
    private let collectorVersion: String
    private let events: EventRecorder
    private let timestamp: @Sendable () -> Timestamp
    let logger: Logger
    let clusterScope: ClusterScope
    private let upgrader: CollectorUpgrader
    private let writtenStatus = WrittenStatus()
    private let journal = ProblemJournal()
    private let workloads = WorkloadObservations()

    /// The longest pause between two tries of a collector that has a problem: nobody tells us when a quota is raised, a
    /// right is given back, or somebody else's object has gone.
    public static let longestPause = Duration.seconds(120)
    /// The first pause before looking again at a name that somebody else has.
    static let firstForeignPause = Duration.seconds(5)
    /// How long an object may be on its way out before that counts as a problem, in seconds.
    static let leavingPatience = 10
    /// How soon to look again at what is on its way out: what we own is followed, what is left from another is not.
    static let leavingPause = Duration.seconds(2)

    /// - Parameters:
    ///   - renderer: of a namespace; made anew for each reconcile, as what the cluster serves may change.
    ///   - collectorVersion: goes into the status of collectors that have no version yet; older ones are upgraded to it.
    public init(
        api: any KubeAPI, collectors: Store<KubeObject>, owned: OwnedObjects,
        renderer: @escaping @Sendable (_ namespace: String) -> CollectorRenderer, collectorVersion: String,
        events: EventRecorder,
        timestamp: @escaping @Sendable () -> Timestamp = Timestamp.now, logger: Logger
    ) {
        self.api = api
        self.collectors = collectors
        self.owned = owned
        self.renderer = renderer
        self.collectorVersion = collectorVersion
        self.events = events
        self.timestamp = timestamp
        self.logger = logger
        upgrader = CollectorUpgrader(
            api: api, events: events, version: collectorVersion, timestamp: timestamp, logger: logger)
        let applier = ObjectApplier(
            api: api, known: { owned.known($0) }, seen: { [workloads] in workloads.observe($0, $1) })
        self.applier = applier
        clusterScope = ClusterScope(api: api, applier: applier, index: owned.index)
        owned.onDeleted { [workloads] reference in
            applier.forget(reference)
            workloads.forget(reference)
        }
    }

    /// Whether a change of a collector asks for a reconcile. The statuses that we write ourselves do not: a text that differs
    /// from try to try would make us reconcile without a pause.
    public func isWorthReconciling(_ change: StoreChange<KubeObject>) -> Bool { !writtenStatus.isEcho(change) }

    public func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let stored = collectors[key] else {
            writtenStatus.forget(key)
            journal.forget(key)
            upgrader.forget(key)
            return try await removeLeftovers(of: key)
        }
        var resource = writtenStatus.completing(stored)
        if resource.isBeingDeleted {
            try await release(resource)
            return .done
        }
        if resource.json[path: "spec", "managementState"] == "unmanaged" { return .done }

        let upgrade = await upgrader.upgraded(resource)
        resource = upgrade.resource
        var renderer = renderer(key.namespace)
        if upgrade.isPending, let image = resource.json[path: "status", "image"]?.stringValue, !image.isEmpty {
            // A newer collector may not start with what an older one was configured with.
            renderer.options.collectorImage = image
        }
        var rendered = renderer.render(resource.json)
        rendered.findings += upgrade.findings
        for object in rendered.objects { workloads.age(object.reference) }
        var problems: [ObjectProblem] = []
        if rendered.isComplete {
            problems = await apply(rendered.objects.filter(\.type.isNamespaced), of: resource)
            problems += await applyClusterScoped(rendered.objects.filter { !$0.type.isNamespaced }, of: &resource)
            let failed = Set(problems.map(\.reference))
            problems += await prune(
                rendered.objects, of: resource, failed: failed, available: renderer.options.availableAPIs)
            if Self.needsNoRights(rendered, renderer.options), !failed.contains(where: PrunePlan.isNeededByPods) {
                problems += await pruneClusterScoped(of: &resource)
            }
            rendered.findings += omissions(rendered.objects)
        }
        // What was cut short says nothing about the objects.
        try Task.checkCancellation()
        let entry = journal.enter(
            problems, of: resource, message: CollectorNotice.readyMessage(resource["status"]), at: timestamp(),
            patience: Self.leavingPatience)
        if entry.standing.isEmpty, !problems.isEmpty { return .requeue(after: Self.leavingPause) }
        for problem in entry.new where !problem.isFarewell {
            record(.warning, resource, "Error", problem.message)
        }
        try await report(resource, rendered, problems, options: renderer.options)
        if problems.isEmpty {
            if let failure = upgrade.failure { throw failure }
            return .done
        }
        let error = CollectorError(problems: problems)
        if error.isTransient { throw error }
        if !entry.new.isEmpty {
            logger.warning("collector incomplete", metadata: ["collector": "\(resource.key)", "error": "\(error)"])
        }
        return .requeue(after: Self.foreignPause(tries: entry.tries))
    }

    /// Doubles from try to try.
    static func foreignPause(tries: Int) -> Duration {
        min(firstForeignPause * (1 << min(max(tries - 1, 0), 10)), longestPause)
    }

    // MARK: - Objects

    func apply(_ objects: [RenderedObject], of resource: KubeObject) async -> [ObjectProblem] {
        var problems: [ObjectProblem] = []
        for rendered in Self.inOrder(objects) {
            let reference = rendered.reference
            if let index = problems.firstIndex(where: { isMissing($0.reference) }),
                isRunning(reference, of: resource)
            {
                problems[index].message += "; \(reference) stays as it is until then"
                continue
            }
            do throws(KubeError) {
                switch try await applier.apply(reference, rendered.object) {
                case .unchanged: break
                case .created: log("created", reference, resource)
                case .updated: log("updated", reference, resource)
                case .recreated(let field):
                    log("recreated", reference, resource)
                    record(
                        .normal, resource, "Recreated",
                        "\(reference) was deleted and made again, because \(field) cannot be changed")
                case .replacing(let field):
                    log("deleted", reference, resource)
                    record(
                        .normal, resource, "Recreated",
                        "\(reference) was deleted to be made again, because \(field) cannot be changed")
                    problems.append(ObjectProblem(reference, leaving: "is being deleted"))
                case .leaving(let state):
                    problems.append(ObjectProblem(reference, leaving: state))
                case .foreign(let holder):
                    problems.append(ObjectProblem(reference, foreign: holder))
                }
            } catch {
                problems.append(ObjectProblem(reference, "could not apply", error))
            }
        }
        return problems
    }

    /// First what pods start with: a pod that comes before its ConfigMap waits for it for long.
    private static func inOrder(_ objects: [RenderedObject]) -> [RenderedObject] {
        let isFirst: (RenderedObject) -> Bool = { $0.type == .serviceAccount || $0.type == .configMap }
        return objects.filter(isFirst) + objects.filter { !isFirst($0) }
    }

    /// A ConfigMap that failed and is not there: pods that name it could not start.
    private func isMissing(_ reference: TypedKey) -> Bool {
        reference.type == .configMap && owned.known(reference) == nil
    }

    private func isRunning(_ reference: TypedKey, of resource: KubeObject) -> Bool {
        guard WorkloadObservations.types.contains(reference.type) else { return false }
        return owned.known(reference)?.owner?.uid == resource.uid || workloads.isOwned(reference, by: resource.uid)
    }

    /// What this API server's version does not have.
    private func omissions(_ objects: [RenderedObject]) -> [Finding] {
        objects.flatMap { rendered in
            let reference = rendered.reference
            return applier.omitted(from: reference, rendered.object).map {
                Finding(
                    .warning, .apiUnavailable,
                    "this API server does not know \($0) of \(reference), which is without it",
                    type: rendered.type)
            }
        }
    }

    private func prune(
        _ objects: [RenderedObject], of resource: KubeObject, failed: Set<TypedKey>, available: AvailableAPIs
    ) async -> [ObjectProblem] {
        var problems: [ObjectProblem] = []
        // An API that was just not found may be back in a moment, and then what was made with it is wanted again.
        let owned = owned.index.objects(ownedBy: resource, of: .openTelemetryCollector)
            .filter { !$0.value.isBeingDeleted }
            .filter { !AvailableAPIs.optional.contains($0.key.type) || available.serves($0.key.type) }
        let unwanted = PrunePlan.unwanted(
            owned: owned,
            wanted: Set(objects.map(\.reference)), failed: failed,
            configVersions: resource.json[path: "spec", "configVersions"]?.intValue ?? 3)
        for (reference, uid) in unwanted {
            do throws(KubeError) {
                try await applier.delete(reference, uid: uid)
                log("pruned", reference, resource)
            } catch {
                problems.append(ObjectProblem(reference, "could not delete", error))
            }
        }
        return problems
    }

    /// Whether the resource asks for no rights, so that those that it has may go. Rights that are only not granted stay: an
    /// operator that takes over must not stop a collector that works.
    private static func needsNoRights(_ rendered: Rendered, _ options: RenderingOptions) -> Bool {
        guard options.canGrantAccess, rendered.objects.allSatisfy(\.type.isNamespaced) else { return false }
        return switch options.isSeenByWebhooks {
        case true?: true
        case false?: !rendered.findings.contains { $0.reason == .accessRequired }
        case nil: false
        }
    }

    // MARK: - Telling

    private func report(
        _ resource: KubeObject, _ rendered: Rendered, _ problems: [ObjectProblem], options: RenderingOptions
    ) async throws(KubeError) {
        var outcome = problems.isEmpty ? CollectorStatus.Outcome.reconciled : .failed(CollectorError.message(problems))
        var workload: KubeObject?
        var unread: KubeError?
        do throws(KubeError) {
            workload = try await readWorkload(rendered, of: resource)
        } catch {
            if outcome == .reconciled { outcome = .workloadUnknown("\(error)") }
            unread = error
        }
        let patch = CollectorStatus(collectorVersion: collectorVersion, options: options).patch(
            for: resource.json, workload: workload?.json, rendered: rendered, outcome: outcome, now: timestamp())
        guard let patch else {
            // Said already; what could not be read is tried again.
            if let unread { throw unread }
            return
        }
        let status = patch["status"] ?? [:]
        writtenStatus.remember(status, of: resource)
        do throws(KubeError) {
            _ = try await api.patch(.openTelemetryCollector, resource.key, .merge(patch), subresource: "status")
        } catch {
            writtenStatus.forget(resource.key)
            if error.status?.isNotFound == true { return }
            throw error
        }
        let notices = CollectorNotice.notices(
            from: resource["status"], to: status, findings: rendered.findings, hasProblems: !problems.isEmpty)
        for notice in notices {
            record(notice.isWarning ? .warning : .normal, resource, notice.reason, notice.note)
        }
        if let unread { throw unread }
    }

    /// The workload as it is, for its replicas; `nil` when there is none of ours.
    private func readWorkload(_ rendered: Rendered, of resource: KubeObject) async throws(KubeError) -> KubeObject? {
        let isWorkload: (RenderedObject) -> Bool = { WorkloadObservations.types.contains($0.type) }
        guard let desired = rendered.objects.first(where: isWorkload) else { return nil }
        let reference = desired.reference
        if let observed = workloads.current(reference, known: owned.known(reference)) {
            return Self.ours(observed, resource)
        }
        do throws(KubeError) {
            let object = try await api.get(desired.type, desired.object.key)
            workloads.observe(reference, object)
            return Self.ours(object, resource)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }

    private static func ours(_ object: KubeObject, _ resource: KubeObject) -> KubeObject? {
        object.controller?.uid == resource.uid ? object : nil
    }

    func record(_ type: EventRecorder.EventType, _ resource: KubeObject, _ reason: String, _ note: String) {
        events.record(
            type, regarding: ObjectReference(.openTelemetryCollector, resource), reason: reason, note: note)
    }

    func log(_ verb: String, _ reference: TypedKey, _ resource: KubeObject) {
        logger.info("\(verb)", metadata: ["object": "\(reference)", "collector": "\(resource.key)"])
    }
}
