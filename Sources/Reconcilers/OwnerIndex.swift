import KubeModel
import Synchronization

/// Which objects each custom resource owns, by the resource's uid. Driven by what the stores report.
final class OwnerIndex: Sendable {
    private let references = Mutex<[String: [TypedKey: OwnedObject]]>([:])

    func objects(ownedBy uid: String) -> [TypedKey: OwnedObject] {
        references.withLock { $0[uid] ?? [:] }
    }

    func update(_ reference: TypedKey, from old: OwnedObject?, to new: OwnedObject?) {
        references.withLock { references in
            if let uid = old?.owner?.uid {
                references[uid]?[reference] = nil
                if references[uid]?.isEmpty == true { references[uid] = nil }
            }
            if let new, let uid = new.owner?.uid { references[uid, default: [:]][reference] = new }
        }
    }
}
