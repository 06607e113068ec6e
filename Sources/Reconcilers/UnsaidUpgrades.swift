import KubeModel
import Synchronization
import Upgrade

/// What upgrades changed in resources whose status could not be written afterwards: the next try finds the resource
/// upgraded, and would say that nothing had to be changed.
///
/// Memory is bounded by the collectors whose status could not be written. A process that starts meanwhile knows nothing of
/// it; the Event tells the change all the same.
final class UnsaidUpgrades: Sendable {
    struct Upgrade: Sendable {
        /// In the order in which they were made.
        var remarks: [CollectorUpgrade.Remark] = []
        /// Whether Events have told them.
        var isTold = false

        func adding(_ others: [CollectorUpgrade.Remark]) -> [CollectorUpgrade.Remark] {
            remarks + others.filter { !remarks.contains($0) }
        }
    }

    private struct Entry {
        var uid: String
        var from: String
        var upgrade: Upgrade
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    func remember(_ upgrade: Upgrade, of resource: KubeObject, from version: String) {
        entries.withLock { $0[resource.key] = Entry(uid: resource.uid, from: version, upgrade: upgrade) }
    }

    /// Empty when the resource is another, or was upgraded from elsewhere.
    func upgrade(of resource: KubeObject, from version: String) -> Upgrade {
        entries.withLock { entries in
            guard let entry = entries[resource.key], entry.uid == resource.uid, entry.from == version else {
                return Upgrade()
            }
            return entry.upgrade
        }
    }

    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }
}
