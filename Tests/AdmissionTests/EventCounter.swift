import Document
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Synchronization
import TestSupport

@testable import Admission

/// Counts the Events that are written.
final class EventCounter: RefusingAPI {
    private let events = Mutex<[KubeObject]>([])

    var created: [KubeObject] { events.withLock { $0 } }
    var isFinished: Bool { created.contains { $0["reason"] == "Last" } }
    func forgetLast() { events.withLock { $0.removeAll { $0["reason"] == "Last" } } }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        events.withLock { $0.append(object) }
        return object
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        KubeObject(type, key)
    }
}

extension EventCounter {
    /// The Events that a recorder has written when all that it was told is told.
    func written(by recorder: EventRecorder) async throws -> [KubeObject] {
        // Written in order: what comes before this one has come when this one has.
        let last = ObjectReference(apiVersion: "v1", kind: "Namespace", namespace: "last", name: "last")
        recorder.record(.normal, regarding: last, reason: "Last", note: "")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await recorder.run() }
            _ = try await eventually("the last Event") { isFinished ? true : nil }
            group.cancelAll()
        }
        forgetLast()
        return created
    }
}
