import Document
import OperatorAPI

/// The `spec` of a collector's pods, and what is to be said about it.
struct AdmittedPod {
    var spec: JSONValue
    var findings: [Finding] = []
}

extension CollectorDraft {
    /// The pod as the namespace admits it.
    ///
    /// Where the level `restricted` is enforced, a pod that does not name the restrictions is refused, though a collector
    /// lives well with them: it is rendered with them. Where that would not be enough, the pod stays as its author wrote it,
    /// and the finding says why none will start.
    ///
    /// Where it depends on a version of Kubernetes that is not known, it is rendered with them and nothing is said.
    func admittedPod() -> AdmittedPod {
        let written = podSpec()
        guard let level = options.restrictedLevel else { return AdmittedPod(spec: written) }
        // The collector's own container is the first; the others are the author's.
        var containers = written["containers"]?.arrayValue ?? []
        containers[0] = RestrictedLevel.completed(container: containers[0], in: written["securityContext"])
        var completed = written
        completed["containers"] = .array(containers)
        let annotations = JSONValue.strings(podAnnotations)
        if level.mayAdmit(completed, annotations: annotations) { return AdmittedPod(spec: completed) }
        let violations = level.violations(of: completed, annotations: annotations).map(\.description)
        return AdmittedPod(
            spec: written,
            findings: [
                Finding(
                    .warning, .podSecurity,
                    "namespace \(collector.namespace) enforces the Pod Security level restricted, which refuses this "
                        + "collector's pods: \(violations.joined(separator: "; "))")
            ])
    }
}
