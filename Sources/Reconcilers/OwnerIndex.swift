import KubeModel
import KubeRuntime
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

    /// By owner reference. An object of another namespace, or one that names another owner with the same uid, is none of
    /// the resource's: anybody who may write an object can put any uid there.
    func objects(ownedBy resource: KubeObject, of type: ResourceType) -> [TypedKey: OwnedObject] {
        claims(of: resource.uid).filter { reference, object in
            reference.key.namespace == resource.namespace && object.owner?.name == resource.name
                && object.owner?.refers(to: type) == true
        }
    }

    /// All that name that uid, wherever they are.
    func claims(of uid: String) -> [TypedKey: OwnedObject] { references.withLock { $0[.uid(uid)] ?? [:] } }

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
