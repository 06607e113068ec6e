import Document
import KubeModel
import Synchronization

/// What a collector's status says of its workload, from the last time that the workload was read or written.
///
/// Spares a read a reconcile: as long as the store shows the version that was observed, nothing has changed.
final class WorkloadObservations: Sendable {
    private struct Observation {
        var uid: String
        var resourceVersion: String
        /// The workload with nothing but what the status needs.
        var excerpt: KubeObject
        /// Made by the reconcile that is under way: whatever changes after it asks for another one.
        var isFresh: Bool
    }

    static let types: Set<ResourceType> = [.deployment, .statefulSet, .daemonSet]

    private let observations = Mutex<[TypedKey: Observation]>([:])

    func observe(_ reference: TypedKey, _ object: KubeObject) {
        guard Self.types.contains(reference.type) else { return }
        let observation = Observation(
            uid: object.uid, resourceVersion: object.resourceVersion, excerpt: Self.excerpt(object), isFresh: true)
        observations.withLock { $0[reference] = observation }
    }

    /// A reconcile begins: what an earlier one saw counts only as long as the store shows the same.
    func age(_ reference: TypedKey) {
        guard Self.types.contains(reference.type) else { return }
        observations.withLock { $0[reference]?.isFresh = false }
    }

    func forget(_ reference: TypedKey) { observations.withLock { $0[reference] = nil } }

    /// Whether the workload was there and was that owner's when it was last read or written: the store may not show it yet.
    func isOwned(_ reference: TypedKey, by uid: String) -> Bool {
        observations.withLock { $0[reference]?.excerpt.controller?.uid == uid }
    }

    /// - Parameter known: what the store shows.
    /// - Returns: `nil` when the workload has to be read.
    func current(_ reference: TypedKey, known: OwnedObject?) -> KubeObject? {
        observations.withLock { observations in
            guard let observation = observations[reference] else { return nil }
            if observation.isFresh { return observation.excerpt }
            guard let known, known.uid == observation.uid, known.resourceVersion == observation.resourceVersion
            else { return nil }
            return observation.excerpt
        }
    }

    private static func excerpt(_ object: KubeObject) -> KubeObject {
        let image = object.json[path: "spec", "template", "spec", "containers"]?[0]?["image"]
        let counts = ["replicas", "readyReplicas", "desiredNumberScheduled", "numberReady"]
        var status: JSONObject = [:]
        for name in counts { status[name] = object["status"]?[name] }
        let container: JSONValue = .object(compacting: ["image": image])
        return KubeObject([
            "metadata": .object(compacting: ["ownerReferences": object.metadata["ownerReferences"]]),
            "spec": ["template": ["spec": ["containers": [container]]]], "status": .object(status),
        ])
    }
}
