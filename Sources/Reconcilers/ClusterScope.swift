import Document
import KubeClient
import KubeModel
import Rendering

/// The cluster-scoped objects of a collector, which no garbage collector takes away with it, and the finalizer that makes
/// the collector wait until we have.
///
/// - Guarantees: the finalizer is there before the first such object, and goes after the last. Only the collector's own
///   objects are deleted.
struct ClusterScope: Sendable {
    let api: any KubeAPI
    let applier: ObjectApplier
    let index: OwnerIndex

    /// What became of the objects of a collector.
    struct Removal: Sendable, Equatable {
        var deleted: [TypedKey] = []
        /// Those that the operator has no right to read or delete, each with the reason.
        var left: [ObjectProblem] = []
    }

    /// Whether the collector may have such objects, as far as can be told without asking.
    func mayHaveObjects(_ resource: KubeObject) -> Bool {
        Self.hasFinalizer(resource) || !index.clusterObjects(of: resource.key).isEmpty
    }

    /// Whether the cluster has no such collector.
    func isGone(_ collector: ObjectKey) async throws(KubeError) -> Bool {
        do throws(KubeError) {
            _ = try await api.get(.openTelemetryCollector, collector)
            return false
        } catch {
            guard error.status?.isNotFound == true else { throw error }
            return true
        }
    }

    /// Deletes the objects of the collector, the binding first.
    ///
    /// - Throws: an error that may pass.
    func removeObjects(of collector: ObjectKey) async throws(KubeError) -> Removal {
        var removal = Removal()
        for reference in references(of: collector) {
            do throws(KubeError) {
                let live = try await api.get(reference.type, reference.key)
                guard ClusterObjects.isOwned(live, by: collector), live.controller == nil else { continue }
                try await applier.delete(reference, uid: live.uid)
                removal.deleted.append(reference)
            } catch {
                if error.status?.isNotFound == true { continue }
                guard error.status?.isForbidden == true else { throw error }
                removal.left.append(ObjectProblem(reference, "could not delete", error))
            }
        }
        return removal
    }

    /// Those that it should have, and those that say that they are its own.
    private func references(of collector: ObjectKey) -> [TypedKey] {
        let expected = ClusterObjects.references(of: collector)
            .map { TypedKey(type: $0.type, key: ObjectKey(name: $0.name)) }
        return expected + index.clusterObjects(of: collector).keys.filter { !expected.contains($0) }.sorted()
    }

    // MARK: - The finalizer

    static func hasFinalizer(_ resource: KubeObject) -> Bool { finalizers(resource).contains(ClusterObjects.finalizer) }

    private static func finalizers(_ resource: KubeObject) -> [String] {
        (resource.metadata["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// - Returns: the resource as it is then; `nil` when it is gone.
    func addFinalizer(to resource: KubeObject) async throws(KubeError) -> KubeObject? {
        try await changeFinalizers(of: resource) {
            $0.contains(ClusterObjects.finalizer) ? $0 : $0 + [ClusterObjects.finalizer]
        }
    }

    /// - Returns: the resource as it is then; `nil` when it is gone.
    func removeFinalizer(from resource: KubeObject) async throws(KubeError) -> KubeObject? {
        try await changeFinalizers(of: resource) { $0.filter { $0 != ClusterObjects.finalizer } }
    }

    /// Over that version of the resource only, as others change finalizers too; a few times, when it has moved on.
    private func changeFinalizers(
        of resource: KubeObject, _ change: ([String]) -> [String]
    ) async throws(KubeError) -> KubeObject? {
        var current = resource
        var attempts = 0
        while true {
            let finalizers = Self.finalizers(current)
            let wanted = change(finalizers)
            if wanted == finalizers { return current }
            attempts += 1
            do throws(KubeError) {
                return try await api.patch(
                    .openTelemetryCollector, resource.key,
                    .merge([
                        "metadata": [
                            "finalizers": wanted.isEmpty ? .null : .strings(wanted), "uid": .string(resource.uid),
                            "resourceVersion": .string(current.resourceVersion),
                        ]
                    ]), subresource: nil)
            } catch {
                if error.status?.isNotFound == true { return nil }
                guard error.status?.isConflict == true, attempts < 3 else { throw error }
            }
            do throws(KubeError) {
                current = try await api.get(.openTelemetryCollector, resource.key)
            } catch {
                if error.status?.isNotFound == true { return nil }
                throw error
            }
            if current.uid != resource.uid { return nil }
        }
    }
}
