import Document
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Rendering

extension CollectorReconciler {
    /// Takes away what nobody else would, and lets the resource go. The rest is the garbage collector's.
    ///
    /// An operator that has lost the right to do so must not keep the resource for ever: it says what is left.
    func release(_ resource: KubeObject) async throws {
        guard ClusterScope.hasFinalizer(resource) else { return }
        let removal: ClusterScope.Removal
        do throws(KubeError) {
            removal = try await clusterScope.removeObjects(of: resource.key)
        } catch {
            record(.warning, resource, "Error", "could not delete the cluster-scoped objects: \(error)")
            throw error
        }
        for reference in removal.deleted { log("deleted", reference, resource) }
        if !removal.left.isEmpty {
            let message = CollectorError.message(removal.left)
            logger.warning("objects left behind", metadata: ["collector": "\(resource.key)", "error": "\(message)"])
            record(
                .warning, resource, "ObjectsLeft",
                "the collector goes, and what may be left of it must be deleted by hand: \(message)")
        }
        if try await clusterScope.removeFinalizer(from: resource) != nil {
            logger.info("finalizer removed", metadata: ["collector": "\(resource.key)"])
        }
    }

    /// Takes away the cluster-scoped objects of a collector that went without waiting for us: its finalizer was taken off by
    /// hand, or an operator without the right to delete them had to let it go.
    ///
    /// - Parameter key: of a collector that the store does not have.
    func removeLeftovers(of key: ObjectKey) async throws -> ReconcileResult {
        guard !clusterScope.index.clusterObjects(of: key).isEmpty else { return .done }
        // The store may lack what the cluster has: an object that could not be read, or one that was made just now.
        guard try await clusterScope.isGone(key) else { return .done }
        let removal = try await clusterScope.removeObjects(of: key)
        for reference in removal.deleted {
            logger.info(
                "deleted what was left of a collector",
                metadata: ["object": "\(reference)", "collector": "\(key)"])
        }
        if removal.left.isEmpty { return .done }
        logger.warning(
            "objects left behind",
            metadata: ["collector": "\(key)", "error": "\(CollectorError.message(removal.left))"])
        return .requeue(after: Self.longestPause)
    }

    /// Brings the cluster-scoped objects to what was rendered, and the finalizer with them.
    ///
    /// - Parameter resource: gets the version that it has afterwards.
    func applyClusterScoped(
        _ objects: [RenderedObject], of resource: inout KubeObject
    ) async -> [ObjectProblem] {
        guard let first = objects.first else { return [] }
        if !ClusterScope.hasFinalizer(resource) {
            do throws(KubeError) {
                guard let changed = try await clusterScope.addFinalizer(to: resource) else { return [] }
                resource.follow(changed)
            } catch {
                let reference = TypedKey(type: first.type, key: first.object.key)
                return [
                    ObjectProblem(reference, "could not put the finalizer on the collector, and so not make", error)
                ]
            }
        }
        for object in objects {
            let problems = await apply([object], of: resource)
            // Without the ClusterRole there is nothing to bind; one cause is told once.
            if !problems.isEmpty { return problems }
        }
        return []
    }

    /// Deletes the cluster-scoped objects that the resource no longer asks for, and takes the finalizer off.
    ///
    /// - Parameter resource: gets the version that it has afterwards.
    func pruneClusterScoped(of resource: inout KubeObject) async -> [ObjectProblem] {
        guard clusterScope.mayHaveObjects(resource) else { return [] }
        do throws(KubeError) {
            let removal = try await clusterScope.removeObjects(of: resource.key)
            for reference in removal.deleted { log("pruned", reference, resource) }
            if !removal.left.isEmpty { return removal.left }
            if let changed = try await clusterScope.removeFinalizer(from: resource) { resource.follow(changed) }
            return []
        } catch {
            let reference = TypedKey(type: .openTelemetryCollector, key: resource.key)
            return [ObjectProblem(reference, "could not delete the cluster-scoped objects of", error)]
        }
    }
}

extension KubeObject {
    /// Takes over what a change of the finalizers has changed; everything else stays as it was read.
    fileprivate mutating func follow(_ changed: KubeObject) {
        json["metadata"]?["finalizers"] = changed.metadata["finalizers"]
        json["metadata"]?["resourceVersion"] = .string(changed.resourceVersion)
    }
}
