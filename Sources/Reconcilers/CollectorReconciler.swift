import Document
public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging
import OperatorAPI
public import Rendering

/// Brings the objects of an OpenTelemetryCollector to what the resource says.
///
/// Expected flow: render → apply what differs → prune what is no longer wanted → status → Event.
///
/// - Guarantees: level-based; a second reconcile of the same state writes nothing. One object that fails does not keep the
///   others from being applied. Nothing is pruned unless all was rendered and applied.
/// - Assumptions: only the leader reconciles, and one worker has a key at a time.
/// - Errors: those of the API server, together; they stand in the `Ready` condition and in an Event too.
public final class CollectorReconciler: Sendable {
    private let api: any KubeAPI
    private let collectors: Store<KubeObject>
    private let owned: OwnedObjects
    private let applier: ObjectApplier
    private let renderer: @Sendable () -> CollectorRenderer
    private let collectorVersion: String
    private let events: EventRecorder
    private let timestamp: @Sendable () -> Timestamp
    let logger: Logger
    let clusterScope: ClusterScope
    private let writtenStatus = WrittenStatus()

    /// How soon to look again at names that others have: their objects are not followed.
    static let foreignInterval = Duration.seconds(120)

    /// - Parameters:
    ///   - renderer: made anew for each reconcile, as what the cluster serves may change.
    ///   - collectorVersion: goes into the status of collectors that have no version yet.
    public init(
        api: any KubeAPI, collectors: Store<KubeObject>, owned: OwnedObjects,
        renderer: @escaping @Sendable () -> CollectorRenderer, collectorVersion: String, events: EventRecorder,
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
        let applier = ObjectApplier(api: api, known: { owned.known($0) })
        self.applier = applier
        clusterScope = ClusterScope(api: api, applier: applier, index: owned.index)
        owned.onDeleted { applier.forget($0) }
    }

    public func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let stored = collectors[key] else {
            writtenStatus.forget(key)
            return .done
        }
        var resource = writtenStatus.completing(stored)
        if resource.isBeingDeleted {
            try await release(resource)
            return .done
        }
        if resource.json[path: "spec", "managementState"] == "unmanaged" { return .done }

        let renderer = renderer()
        let rendered = renderer.render(resource.json)
        var problems: [ObjectProblem] = []
        if rendered.isComplete {
            problems = await apply(rendered.objects.filter(\.type.isNamespaced), of: resource)
            problems += await applyClusterScoped(rendered.objects.filter { !$0.type.isNamespaced }, of: &resource)
            if problems.isEmpty {
                problems = await prune(rendered.objects, of: resource, available: renderer.options.availableAPIs)
                if renderer.options.canGrantAccess, rendered.objects.allSatisfy(\.type.isNamespaced) {
                    problems += await pruneClusterScoped(of: &resource)
                }
            }
        }
        let isNew = try await report(resource, rendered, problems, options: renderer.options)
        if problems.isEmpty { return .done }
        let error = CollectorError(problems: problems)
        if error.isTransient { throw error }
        if isNew {
            logger.warning("collector incomplete", metadata: ["collector": "\(resource.key)", "error": "\(error)"])
        }
        return .requeue(after: Self.foreignInterval)
    }

    // MARK: - Objects

    func apply(_ objects: [RenderedObject], of resource: KubeObject) async -> [ObjectProblem] {
        var problems: [ObjectProblem] = []
        for rendered in objects {
            let reference = TypedKey(type: rendered.type, key: rendered.object.key)
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

    private func prune(
        _ objects: [RenderedObject], of resource: KubeObject, available: AvailableAPIs
    ) async -> [ObjectProblem] {
        var problems: [ObjectProblem] = []
        // An API that was just not found may be back in a moment, and then what was made with it is wanted again.
        let owned = owned.index.objects(ownedBy: resource.uid)
            .filter { !AvailableAPIs.optional.contains($0.key.type) || available.serves($0.key.type) }
        let unwanted = PrunePlan.unwanted(
            owned: owned,
            wanted: Set(objects.map { TypedKey(type: $0.type, key: $0.object.key) }),
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

    // MARK: - Telling

    /// - Returns: whether there was anything new to say.
    private func report(
        _ resource: KubeObject, _ rendered: Rendered, _ problems: [ObjectProblem], options: RenderingOptions
    ) async throws(KubeError) -> Bool {
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
            return false
        }
        do throws(KubeError) {
            _ = try await api.patch(.openTelemetryCollector, resource.key, .merge(patch), subresource: "status")
            writtenStatus.remember(patch["status"] ?? [:], of: resource)
        } catch {
            if error.status?.isNotFound == true { return false }
            throw error
        }
        let notices = CollectorNotice.notices(
            from: resource["status"], to: patch["status"] ?? [:], findings: rendered.findings)
        for notice in notices {
            record(notice.isWarning ? .warning : .normal, resource, notice.reason, notice.note)
        }
        if let unread { throw unread }
        return true
    }

    private static let workloads: Set<ResourceType> = [.deployment, .statefulSet, .daemonSet]

    /// The workload as it is, for its replicas; `nil` when there is none of ours.
    private func readWorkload(_ rendered: Rendered, of resource: KubeObject) async throws(KubeError) -> KubeObject? {
        guard let desired = rendered.objects.first(where: { Self.workloads.contains($0.type) }) else { return nil }
        do throws(KubeError) {
            let object = try await api.get(desired.type, desired.object.key)
            return object.controller?.uid == resource.uid ? object : nil
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }

    func record(_ type: EventRecorder.EventType, _ resource: KubeObject, _ reason: String, _ note: String) {
        events.record(
            type, regarding: ObjectReference(.openTelemetryCollector, resource), reason: reason, note: note)
    }

    func log(_ verb: String, _ reference: TypedKey, _ resource: KubeObject) {
        logger.info("\(verb)", metadata: ["object": "\(reference)", "collector": "\(resource.key)"])
    }
}
