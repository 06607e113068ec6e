import Document
import OperatorAPI

extension CollectorDraft {
    /// The pod as the namespace admits it.
    ///
    /// Where the level `restricted` is enforced, a pod that does not name the restrictions is refused, though a collector
    /// lives well with them: it is rendered with them. Where that would not be enough, the pod stays as its author wrote it,
    /// and the finding says why none will start.
    func admittedPodSpec() -> (spec: JSONValue, findings: [Finding]) {
        let written = podSpec()
        guard options.enforcesRestrictedPods else { return (written, []) }
        // The collector's own container is the first; the others are the author's.
        var containers = written["containers"]?.arrayValue ?? []
        containers[0] = RestrictedLevel.completed(container: containers[0], in: written["securityContext"])
        var completed = written
        completed["containers"] = .array(containers)
        let violations = RestrictedLevel.violations(of: completed)
        guard !violations.isEmpty else { return (completed, []) }
        return (
            written,
            [
                Finding(
                    .warning, .podSecurity,
                    "namespace \(collector.namespace) enforces the Pod Security level restricted, which refuses this "
                        + "collector's pods: \(violations.joined(separator: "; "))")
            ]
        )
    }
}
