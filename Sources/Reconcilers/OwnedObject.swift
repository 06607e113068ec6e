public import KubeModel
import Rendering

/// What is kept in memory of an object that a custom resource owns. Small, since there are several for each resource.
public struct OwnedObject: Sendable, Equatable {
    static let instance = "app.kubernetes.io/instance"
    static let managedBy = (key: "app.kubernetes.io/managed-by", value: "opentelemetry-operator")

    var uid: String
    public var owner: OwnerReference?
    /// Of cluster-scoped objects, which nothing can own for the garbage collector.
    var clusterOwner: ClusterOwner?
    var isManagedByUs: Bool
    var creationTimestamp: String
    /// Changes whenever somebody may have changed what we apply, and stays when only the status of the object moves.
    var revision: Revision

    enum ClusterOwner: Hashable, Sendable {
        /// Says so itself.
        case collector(ObjectKey)
        /// The reference's: only a label, perhaps cut, tells whose it is.
        case instance(String)

        init?(_ object: KubeObject) {
            guard object.namespace.isEmpty else { return nil }
            if let key = ClusterObjects.owner(of: object) {
                self = .collector(key)
            } else if let instance = object.label(OwnedObject.instance), !ClusterObjects.isMarked(object) {
                self = .instance(instance)
            } else {
                return nil
            }
        }
    }

    /// The collector that a cluster-scoped object says it belongs to.
    public var collector: ObjectKey? {
        if case .collector(let key)? = clusterOwner { key } else { nil }
    }

    enum Revision: Hashable, Sendable {
        /// Kinds that count their generations: the count, and a hash of the metadata that the count leaves out.
        case generation(Int, metadata: Int)
        case resourceVersion(String)
    }

    init(_ object: KubeObject) {
        uid = object.uid
        owner = object.controller
        clusterOwner = ClusterOwner(object)
        isManagedByUs = object.label(Self.managedBy.key) == Self.managedBy.value
        creationTimestamp = object.creationTimestamp
        if object.generation > 0 {
            var hasher = Hasher()
            hasher.combine(object.labels)
            hasher.combine(object.annotations)
            hasher.combine(object.ownerReferences)
            revision = .generation(object.generation, metadata: hasher.finalize())
        } else {
            revision = .resourceVersion(object.resourceVersion)
        }
    }
}
