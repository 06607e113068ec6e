public import KubeModel
import Rendering

/// What is kept in memory of an object that a custom resource owns. Small, since there are several for each resource; a class,
/// so that the store and the index of owners hold it once.
public final class OwnedObject: Sendable {
    static let instance = "app.kubernetes.io/instance"
    static let managedBy = (key: "app.kubernetes.io/managed-by", value: "opentelemetry-operator")

    let uid: String
    public let owner: OwnerReference?
    /// Of cluster-scoped objects, which nothing can own for the garbage collector.
    let clusterOwner: ClusterOwner?
    let isManagedByUs: Bool
    let isBeingDeleted: Bool
    let creationTimestamp: String
    let resourceVersion: String
    /// Changes whenever somebody may have changed what we apply, and stays when only the status of the object moves.
    let revision: Revision

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
        owner = object.controller.map(OwnedObject.sharingTexts)
        clusterOwner = ClusterOwner(object)
        isManagedByUs = object.label(OwnedObject.managedBy.key) == OwnedObject.managedBy.value
        isBeingDeleted = object.isBeingDeleted
        creationTimestamp = object.creationTimestamp
        resourceVersion = object.resourceVersion
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

    /// The usual owner with texts that all references to such owners share: each has read its own from the wire.
    private static func sharingTexts(_ reference: OwnerReference) -> OwnerReference {
        guard reference.apiVersion == collectorAPIVersion, reference.kind == collectorKind else { return reference }
        var shared = reference
        shared.apiVersion = collectorAPIVersion
        shared.kind = collectorKind
        return shared
    }

    private static let collectorAPIVersion = ResourceType.openTelemetryCollector.apiVersion
    private static let collectorKind = ResourceType.openTelemetryCollector.kind
}
