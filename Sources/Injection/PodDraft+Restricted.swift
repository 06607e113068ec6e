import Document
import OperatorAPI

extension PodDraft {
    /// What the level refuses of what makes this pod of the other one; `nil` when that is nothing.
    ///
    /// What the other one has wrong is not our matter, nor is it when what was added has the same wrong: a webhook after ours
    /// may mend it, and then in all containers. Whatever it does, it does not take out what we added: so that counts also in
    /// a pod that would be refused as it is now.
    func violations(of level: RestrictedLevel, addedTo other: PodDraft) -> [String]? {
        let own = Set(other.violations(of: level).map(\.text))
        let added = violations(of: level).filter { !own.contains($0.text) }
        return added.isEmpty ? nil : added.map(\.description)
    }

    private func violations(of level: RestrictedLevel) -> [RestrictedLevel.Violation] {
        let pod = pod()
        return level.violations(of: pod["spec"] ?? [:], annotations: pod[path: "metadata", "annotations"])
    }
}
