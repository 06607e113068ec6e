public import Document
public import KubeModel
import OperatorAPI

/// Says on an OpenTelemetryCollector how it stands.
///
/// `Ready` is the reference's condition. `Complete` is ours and there only when something is to be said: what was asked
/// for and is missing, and why.
///
/// Source: opentelemetry-operator v0.158; Kubernetes API conventions, "Typical status properties".
public struct CollectorStatus: Sendable {
    public enum Outcome: Sendable, Equatable {
        case reconciled
        /// Objects could not be applied or pruned: the reasons.
        case failed(String)
        /// The workload could not be read.
        case workloadUnknown(String)
    }

    /// The collector version that a new resource is at.
    public var collectorVersion: String
    public var options: RenderingOptions

    public init(collectorVersion: String, options: RenderingOptions = RenderingOptions()) {
        self.collectorVersion = collectorVersion
        self.options = options
    }

    /// A merge patch for the `status` subresource, `nil` when nothing changes.
    ///
    /// - Parameters:
    ///   - resource: the OpenTelemetryCollector as it is in the cluster.
    ///   - workload: what runs its pods, as it is in the cluster; `nil` when there is none yet.
    public func patch(
        for resource: JSONValue, workload: JSONValue?, rendered: Rendered, outcome: Outcome, now: Timestamp
    ) -> JSONValue? {
        let current = resource["status"] ?? [:]
        var status = current
        let outcome = rendered.failure ?? outcome
        let generation = KubeObject(resource).generation
        if generation > 0 { status["observedGeneration"] = .int(generation) }
        status["conditions"] = conditions(
            replacing: current["conditions"]?.arrayValue ?? [], outcome, rendered.findings, generation, now)
        if outcome == .reconciled { observe(workload, of: resource, into: &status) }
        let changed = status.objectValue?.members.filter { current[$0.key] != $0.value } ?? []
        return changed.isEmpty ? nil : ["status": .object(JSONObject(members: changed))]
    }

    private func observe(_ workload: JSONValue?, of resource: JSONValue, into status: inout JSONValue) {
        if status["version"]?.stringValue ?? "" == "" { status["version"] = .string(collectorVersion) }
        // A sidecar has no replicas of its own.
        guard let collector = try? OpenTelemetryCollector(resource), collector.spec.mode != .sidecar else { return }
        // The labels that the pods really have: with the reference's, a label filter leaves an autoscaler without pods.
        let labels = Labels(collector: collector, filter: options.labelsFilter)
            .standard(Names(collector: collector.name).workload, filtered: true)
        let selector = labels.map { "\($0.key)=\($0.value)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let isDaemonSet = collector.spec.mode == .daemonset
        let counts = workload?["status"]
        let replicas = counts?[isDaemonSet ? "desiredNumberScheduled" : "replicas"]?.intValue ?? 0
        let ready = counts?[isDaemonSet ? "numberReady" : "readyReplicas"]?.intValue ?? 0
        status["scale"] = [
            "replicas": .int(replicas), "selector": .string(selector.joined(separator: ",")),
            "statusReplicas": .string("\(ready)/\(replicas)"),
        ]
        if let image = workload?[path: "spec", "template", "spec", "containers"]?[0]?["image"] {
            status["image"] = image
        }
    }

    // MARK: - Conditions

    private static let ready = "Ready"
    private static let complete = "Complete"

    /// The conditions with ours made new; those of others stay.
    private func conditions(
        replacing current: [JSONValue], _ outcome: Outcome, _ findings: [Finding], _ generation: Int, _ now: Timestamp
    ) -> JSONValue {
        var conditions = [readiness(outcome, generation)]
        if let completeness = completeness(findings, generation) { conditions.append(completeness) }
        let others = current.filter { ![Self.ready, Self.complete].contains($0["type"]?.stringValue) }
        return .array(
            conditions.map { condition in
                let previous = current.first { $0["type"]?.stringValue == condition.type }
                return condition.json(replacing: previous, now: now.rfc3339)
            } + others)
    }

    private func readiness(_ outcome: Outcome, _ generation: Int) -> Condition {
        let (status, reason, message): (Condition.State, String, String) =
            switch outcome {
            case .reconciled: (.true, "Reconciled", "Successfully reconciled")
            case .failed(let message): (.false, "ReconcileError", message)
            case .workloadUnknown(let message):
                (.false, "StatusUpdateFailed", "could not update the status fields: \(message)")
            }
        return Condition(
            type: Self.ready, status: status, reason: reason, message: Self.bounded(message),
            observedGeneration: generation)
    }

    /// An object that nobody asked for and this cluster cannot have is no news: clients that compare the whole list of
    /// conditions, as the reference's own tests do, see what they see of the reference.
    private func completeness(_ findings: [Finding], _ generation: Int) -> Condition? {
        let findings = findings.filter { $0.severity != .information || $0.reason != .apiUnavailable }
        guard let worst = findings.max(by: { $0.severity < $1.severity }) else { return nil }
        let sorted =
            findings.filter { $0.severity == worst.severity } + findings.filter { $0.severity != worst.severity }
        return Condition(
            type: Self.complete, status: worst.severity == .information ? .true : .false,
            reason: (sorted.first ?? worst).reason.rawValue,
            message: Self.bounded(sorted.map(\.message).joined(separator: "; ")), observedGeneration: generation)
    }

    /// The API accepts 32,768 characters.
    public static func bounded(_ message: String) -> String {
        message.utf8.count <= 32_000 ? message : message.prefix(8000) + "…"
    }
}

extension Rendered {
    /// What stands in the way of rendering at all.
    var failure: CollectorStatus.Outcome? {
        let errors = findings.filter { $0.severity == .error }
        return errors.isEmpty ? nil : .failed(errors.map(\.message).joined(separator: "; "))
    }
}
