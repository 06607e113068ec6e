import Document
import KubeModel
import Synchronization

/// The statuses that we wrote and that the store may not show yet: a reconcile in between would write them again.
final class WrittenStatus: Sendable {
    private struct Entry {
        var uid: String
        /// The version of the resource that the status was computed from.
        var resourceVersion: String
        var status: JSONValue
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    func remember(_ status: JSONValue, of resource: KubeObject) {
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
}
