import Document
import KubeClient
import KubeModel
import KubeRuntime
import Synchronization

/// An Event as a user reads it.
struct RecordedEvent: Equatable {
    var type: String
    var reason: String
    var note: String

    var summary: String { "\(type) \(reason) \(note)" }
}

extension EventRecorder {
    private static let probes = Atomic(0)

    /// The Events that were recorded since the last call. They are written in order, so a last one of our own shows the end.
    func recorded(in cluster: FakeCluster) async -> [RecordedEvent] {
        let probe = "probe \(Self.probes.wrappingAdd(1, ordering: .relaxed).newValue)"
        record(
            .normal, regarding: ObjectReference(.configMap, ObjectKey(namespace: "ns", name: probe)), reason: "Probe",
            note: probe)
        return await withTaskGroup(of: [RecordedEvent]?.self) { group in
            group.addTask {
                try? await self.run()
                return nil
            }
            group.addTask {
                var seen: [RecordedEvent] = []
                for await event in cluster.events {
                    let text = { event[$0]?.stringValue ?? "" }
                    if text("note") == probe { break }
                    seen.append(RecordedEvent(type: text("type"), reason: text("reason"), note: text("note")))
                }
                return seen
            }
            var result: [RecordedEvent] = []
            for await seen in group {
                if let seen {
                    result = seen
                    group.cancelAll()
                }
            }
            return result
        }
    }
}
