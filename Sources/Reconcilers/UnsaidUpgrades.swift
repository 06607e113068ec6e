import KubeModel
import Synchronization
import Upgrade

/// What upgrades changed in resources whose status could not be written afterwards: the next try finds the resource
/// upgraded, and would say that nothing had to be changed.
///
/// Memory is bounded by the collectors whose status could not be written. A process that starts meanwhile knows nothing of
/// it; the Event tells the change all the same.
final class UnsaidUpgrades: Sendable {
    private struct Entry {
        var uid: String
        var from: String
        var remarks: [CollectorUpgrade.Remark]
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    func remember(_ remarks: [CollectorUpgrade.Remark], of resource: KubeObject, from version: String) {
        let earlier = self.remarks(of: resource, from: version)
        let all = earlier + remarks.filter { !earlier.contains($0) }
        entries.withLock { $0[resource.key] = Entry(uid: resource.uid, from: version, remarks: all) }
    }

    /// In the order in which they were made; empty when the resource is another, or was upgraded from elsewhere.
    func remarks(of resource: KubeObject, from version: String) -> [CollectorUpgrade.Remark] {
        entries.withLock { entries in
            guard let entry = entries[resource.key], entry.uid == resource.uid, entry.from == version else { return [] }
            return entry.remarks
        }
    }

    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }
}
