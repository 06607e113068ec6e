import Document
import Injection
import KubeModel
import Manifests
import OperatorAPI

/// Injects the pods of manifests as the webhook would when they are created. Pure.
struct ManifestInjection {
    var injector: Injector
    var surroundings: Surroundings
    var sidecars = SidecarSource.none
    /// Of objects that name none.
    var namespace: String

    /// The documents in their order, with what was injected, and a report on each object that has pods.
    func run(_ manifests: [Manifest]) -> (documents: [JSONValue], report: InjectionReport) {
        let source = surroundings.instrumentationSource
        var report = InjectionReport()
        let documents = manifests.map { manifest in
            ManifestObject.map(manifest.document) { object in
                guard let outcome = outcome(of: object, source) else { return object.json }
                report.objects.append(outcome.report(object, in: manifest.source, namespace: namespace))
                return outcome.json
            }
        }
        return (documents, report)
    }

    /// `nil` for an object that has no pods.
    private func outcome(of object: ManifestObject, _ source: InstrumentationSource) -> ObjectOutcome? {
        guard let kind = WorkloadKind(object) else {
            guard let template = object.foreignTemplate, Self.asks(template) else { return nil }
            return ObjectOutcome(
                json: object.json,
                findings: [Finding(.refused, "kind \(object.kind) is not known here: its pods are left to the webhook")]
            )
        }
        guard let workload = Workload(object) else {
            return ObjectOutcome(
                json: object.json, findings: [Finding(.notAsked, "the \(kind.rawValue) has no pod template")])
        }
        let pod = workload.pod()
        let namespace = workload.object.namespace.isEmpty ? namespace : workload.object.namespace
        let annotations = surroundings.namespaceAnnotations[namespace] ?? [:]
        let plan = injector.plan(
            pod, namespace: namespace, namespaceAnnotations: annotations, instrumentations: source, sidecars: sidecars)
        // The object that would be looked up is the one in the manifest.
        let owners = plan.ownerLookup.map { OwnerFacts(owner: $0, owners: workload.object.ownerReferences) }
        let result = plan.result(owners: owners)
        var outcome = ObjectOutcome(json: object.json, findings: Finding.all(of: result, on: pod))
        switch result.outcome {
        case .injected(let injected): outcome.json = workload.replacing(pod: injected.pod())
        case .skipped(.notRequested): outcome.findings = [Self.notAsked(workload)]
        case .skipped: break
        }
        return outcome
    }

    /// The commonest mistake is to annotate the workload in place of its pod template.
    private static func notAsked(_ workload: Workload) -> Finding {
        let misplaced = workload.object.annotations.keys.filter { Injector.mayRequest([$0: ""]) }.sorted().first
        guard workload.kind != .pod, let misplaced else {
            return Finding(.notAsked, SkipReason.notRequested.sentence)
        }
        let place = workload.kind == .cronJob ? "spec.jobTemplate.spec.template" : "spec.template"
        return Finding(
            .notAsked,
            "\(misplaced) is on the \(workload.kind.rawValue) itself; it counts in \(place).metadata.annotations")
    }

    private static func asks(_ template: JSONValue) -> Bool {
        let annotations = KubeObject(template).annotations
        return annotations.contains { Injector.mayRequest([$0.key: ""]) && $0.value.lowercased() != "false" }
    }
}

/// What became of one object.
private struct ObjectOutcome {
    var json: JSONValue
    var findings: [Finding]

    func report(_ object: ManifestObject, in source: String, namespace: String) -> ObjectReport {
        let kubeObject = object.object
        let generated = kubeObject.metadata["generateName"]?.stringValue ?? ""
        return ObjectReport(
            source: source, kind: object.kind,
            namespace: kubeObject.namespace.isEmpty ? namespace : kubeObject.namespace,
            isNamespaceAssumed: kubeObject.namespace.isEmpty,
            name: kubeObject.name.isEmpty ? generated + "*" : kubeObject.name, before: object.json, after: json,
            findings: findings)
    }
}
