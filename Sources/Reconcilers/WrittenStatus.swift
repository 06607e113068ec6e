import Document
import KubeModel
import KubeRuntime
import Synchronization

/// The statuses that we wrote and that the store may not show yet: a reconcile in between would write them again.
final class WrittenStatus: Sendable {
    private struct Entry {
        var uid: String
        /// The version of the resource that the status was computed from.
        var resourceVersion: String
        /// The whole status as it is after the write.
        var status: JSONValue
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// Before the write, since its echo may be faster than its answer.
    ///
    /// - Parameter changes: the members of the status that are written; the others stay.
    func remember(_ changes: JSONValue, of resource: KubeObject) {
        let status = JSONMergePatch(changes).applied(to: resource["status"] ?? [:])
        let entry = Entry(uid: resource.uid, resourceVersion: resource.resourceVersion, status: status)
        entries.withLock { $0[resource.key] = entry }
    }

    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }

    /// The resource with the status that it has by now, as far as we know.
    func completing(_ resource: KubeObject) -> KubeObject {
        let status = entries.withLock { entries -> JSONValue? in
            guard let entry = entries[resource.key] else { return nil }
            if entry.uid == resource.uid, entry.resourceVersion == resource.resourceVersion { return entry.status }
            // The store has moved on.
            entries[resource.key] = nil
            return nil
        }
        guard let status else { return resource }
        var resource = resource
        resource["status"] = status
        return resource
    }

    /// Whether a change is nothing but a status that we have just written. From then on the store shows it, and nothing more
    /// is remembered.
    func isEcho(_ change: StoreChange<KubeObject>) -> Bool {
        guard case .updated(let key, let old, let new) = change else { return false }
        return entries.withLock { entries in
            guard let entry = entries[key], entry.uid == new.uid, entry.status == new["status"],
                Self.metadata(old) == Self.metadata(new)
            else { return false }
            entries[key] = nil
            return true
        }
    }

    /// The spec's changes count in the generation.
    private static func metadata(_ object: KubeObject) -> JSONValue {
        var metadata = object.metadata
        metadata["resourceVersion"] = nil
        metadata["managedFields"] = nil
        return metadata
    }
}
