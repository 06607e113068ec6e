import Document
import OperatorAPI

extension PodDraft {
    /// What the level `restricted` refuses of this pod; `nil` when that is nothing, and when the other one, from which this
    /// one was made, is refused already: its author is told by the API server, whatever we add.
    func violations(since other: PodDraft) -> [String]? {
        guard RestrictedLevel.violations(of: other.pod()["spec"] ?? [:]).isEmpty else { return nil }
        let violations = RestrictedLevel.violations(of: pod()["spec"] ?? [:])
        return violations.isEmpty ? nil : violations
    }
}
