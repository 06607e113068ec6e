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

    /// The documents in their order, with what was injected, and a report on each object that has pods, and on each
    /// Namespace that cannot ask as it does.
    ///
    /// - Parameter others: manifests that the surroundings are made of, too, and that are not to be in the output.
    func run(_ manifests: [Manifest], others: [Manifest] = []) -> (documents: [JSONValue], report: InjectionReport) {
        let source = surroundings.instrumentationSource
        var report = InjectionReport()
        let documents = manifests.map { manifest in
            ManifestObject.map(manifest.document) { object in
                guard let outcome = outcome(of: object, source) else { return object.json }
                report.objects.append(outcome.report(object, in: manifest.source, namespace: namespace))
                return outcome.json
            }
        }
        for manifest in others {
            for object in ManifestObject.all(in: manifest.document) where object.isOf(.namespace) {
                guard let outcome = outcome(of: object, source) else { continue }
                report.objects.append(outcome.report(object, in: manifest.source, namespace: namespace))
            }
        }
        return (documents, report)
    }

    /// `nil` for an object that there is nothing to say about: it has no pods.
    private func outcome(of object: ManifestObject, _ source: InstrumentationSource) -> ObjectOutcome? {
        if object.isOf(.namespace) {
            return ObjectOutcome(unquotedIn: object.json["metadata"], of: object)
        }
        guard let kind = WorkloadKind(object) else {
            guard let template = object.foreignTemplate else { return nil }
            if let outcome = ObjectOutcome(unquotedIn: template["metadata"], of: object) { return outcome }
            guard Self.asks(template) else { return nil }
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
        if let outcome = ObjectOutcome(unquotedIn: pod["metadata"], of: object) { return outcome }
        let namespace = workload.object.namespace.isEmpty ? namespace : workload.object.namespace
        let annotations = surroundings.namespaceAnnotations[namespace] ?? [:]
        let plan = injector.plan(
            pod, namespace: namespace, namespaceAnnotations: annotations,
            enforcesRestrictedPods: surroundings.restrictedNamespaces.contains(namespace), instrumentations: source,
            sidecars: sidecars)
        // The object that would be looked up is the one in the manifest.
        let owners = plan.ownerLookup.map { OwnerFacts(owner: $0, owners: workload.object.ownerReferences) }
        let result = plan.result(owners: owners)
        var outcome = ObjectOutcome(json: object.json, findings: Finding.all(of: result))
        switch result.outcome {
        case .injected(let injected): outcome.json = workload.replacing(pod: injected.pod())
        case .skipped(.notRequested):
            let misplaced = AnnotationSlip.misplaced(in: workload)
            outcome.findings = [misplaced ?? Finding(.notAsked, SkipReason.notRequested.sentence)]
        case .skipped: break
        }
        return outcome
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

    init(json: JSONValue, findings: [Finding]) {
        self.json = json
        self.findings = findings
    }

    /// An object that is left as it is for annotations that the API server would refuse; `nil` when there are none.
    init?(unquotedIn metadata: JSONValue?, of object: ManifestObject) {
        let findings = AnnotationSlip.unquoted(in: metadata)
        if findings.isEmpty { return nil }
        self.init(json: object.json, findings: findings)
    }

    func report(_ object: ManifestObject, in source: String, namespace: String) -> ObjectReport {
        let kubeObject = object.object
        let hasNamespace = !object.isOf(.namespace)
        let generated = kubeObject.metadata["generateName"]?.stringValue ?? ""
        return ObjectReport(
            source: source, kind: object.kind,
            namespace: kubeObject.namespace.isEmpty && hasNamespace ? namespace : kubeObject.namespace,
            isNamespaceAssumed: kubeObject.namespace.isEmpty && hasNamespace,
            name: kubeObject.name.isEmpty ? generated + "*" : kubeObject.name, before: object.json, after: json,
            findings: findings)
    }
}
