import KubeModel
import Rendering
import Synchronization

/// Which objects each custom resource owns. Driven by what the stores report.
final class OwnerIndex: Sendable {
    /// By what an object says of its owner.
    private enum Owner: Hashable {
        case uid(String)
        case cluster(OwnedObject.ClusterOwner)

        init?(_ object: OwnedObject?) {
            guard let object else { return nil }
            if let owner = object.owner {
                self = .uid(owner.uid)
            } else if let owner = object.clusterOwner {
                self = .cluster(owner)
            } else {
                return nil
            }
        }
    }

    private let references = Mutex<[Owner: [TypedKey: OwnedObject]]>([:])

    /// By owner reference.
    func objects(ownedBy uid: String) -> [TypedKey: OwnedObject] {
        references.withLock { $0[.uid(uid)] ?? [:] }
    }

    /// The cluster-scoped objects of a collector: those that say so, and those of the reference with its names.
    func clusterObjects(of collector: ObjectKey) -> [TypedKey: OwnedObject] {
        let names = Set(
            ClusterObjects.references(of: collector).map { TypedKey(type: $0.type, key: ObjectKey(name: $0.name)) })
        return references.withLock { references in
            let marked = references[.cluster(.collector(collector))] ?? [:]
            let unmarked = references[.cluster(.instance(ClusterObjects.instance(of: collector)))] ?? [:]
            return marked.merging(unmarked.filter { names.contains($0.key) && $0.value.isManagedByUs }) { $1 }
        }
    }

    func update(_ reference: TypedKey, from old: OwnedObject?, to new: OwnedObject?) {
        references.withLock { references in
            if let owner = Owner(old) {
                references[owner]?[reference] = nil
                if references[owner]?.isEmpty == true { references[owner] = nil }
            }
            if let new, let owner = Owner(new) { references[owner, default: [:]][reference] = new }
        }
    }
}
