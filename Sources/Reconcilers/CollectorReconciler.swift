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
    private let logger: Logger

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
        owned.onDeleted { applier.forget($0) }
    }

    public func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        // What a deleted collector owned is the garbage collector's.
        guard let resource = collectors[key], !resource.isBeingDeleted else { return .done }
        if resource.json[path: "spec", "managementState"] == "unmanaged" { return .done }

        let renderer = renderer()
        let rendered = renderer.render(resource.json)
        var problems: [ObjectProblem] = []
        if rendered.isComplete {
            problems = await apply(rendered.objects, of: resource)
            if problems.isEmpty { problems = await prune(rendered.objects, of: resource) }
        }
        try await report(resource, rendered, problems, options: renderer.options)
        if problems.isEmpty { return .done }
        let error = CollectorError(problems: problems)
        throw error.isTransient ? error : TerminalError(error)
    }

    // MARK: - Objects

    private func apply(_ objects: [RenderedObject], of resource: KubeObject) async -> [ObjectProblem] {
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
                case .foreign(let holder):
                    problems.append(ObjectProblem(reference, foreign: holder))
                }
            } catch {
                problems.append(ObjectProblem(reference, "could not apply", error))
            }
        }
        return problems
    }

    private func prune(_ objects: [RenderedObject], of resource: KubeObject) async -> [ObjectProblem] {
        var problems: [ObjectProblem] = []
        let unwanted = PrunePlan.unwanted(
            owned: owned.index.objects(ownedBy: resource.uid),
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

    private func report(
        _ resource: KubeObject, _ rendered: Rendered, _ problems: [ObjectProblem], options: RenderingOptions
    ) async throws {
        var outcome = problems.isEmpty ? CollectorStatus.Outcome.reconciled : .failed(CollectorError.message(problems))
        var workload: KubeObject?
        do throws(KubeError) {
            workload = try await readWorkload(rendered, of: resource)
        } catch {
            if outcome == .reconciled { outcome = .workloadUnknown("\(error)") }
        }
        let patch = CollectorStatus(collectorVersion: collectorVersion, options: options).patch(
            for: resource.json, workload: workload?.json, rendered: rendered, outcome: outcome, now: timestamp())
        guard let patch else { return }
        do throws(KubeError) {
            _ = try await api.patch(.openTelemetryCollector, resource.key, .merge(patch), subresource: "status")
        } catch {
            if error.status?.isNotFound == true { return }
            throw error
        }
        let notices = CollectorNotice.notices(
            from: resource["status"], to: patch["status"] ?? [:], findings: rendered.findings)
        for notice in notices {
            record(notice.isWarning ? .warning : .normal, resource, notice.reason, notice.note)
        }
    }

    /// The Deployment as it is, for its replicas; `nil` when there is none of ours.
    private func readWorkload(_ rendered: Rendered, of resource: KubeObject) async throws(KubeError) -> KubeObject? {
        guard let desired = rendered.objects.first(where: { $0.type == .deployment }) else { return nil }
        do throws(KubeError) {
            let object = try await api.get(desired.type, desired.object.key)
            return object.controller?.uid == resource.uid ? object : nil
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }

    private func record(_ type: EventRecorder.EventType, _ resource: KubeObject, _ reason: String, _ note: String) {
        events.record(
            type, regarding: ObjectReference(.openTelemetryCollector, resource), reason: reason, note: note)
    }

    private func log(_ verb: String, _ reference: TypedKey, _ resource: KubeObject) {
        logger.info("\(verb)", metadata: ["object": "\(reference)", "collector": "\(resource.key)"])
    }
}
