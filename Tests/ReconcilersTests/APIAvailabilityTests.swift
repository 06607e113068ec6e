import Document
import KubeModel
import KubeRuntime
import Rendering
import TestSupport
import Testing

@testable import Reconcilers

@Suite("Which APIs are served")
struct APIAvailabilityTests {
    @Test("tells of a change, and keeps the last answer when there is none")
    func changes() async throws {
        struct Down: Error {}
        let answer = Shared<Result<APIAvailability.Answer, Down>>(.success(.init(served: [])))
        let availability = APIAvailability(of: [.azurePodMonitor], logger: quiet) { _ in try answer.current.get() }
        let calls = Shared(0)
        availability.onChange { calls.current += 1 }
        #expect(try await availability.reconcile() == .requeue(after: .seconds(600)))
        #expect(calls.current == 0)
        answer.current = .success(.init(served: [.azurePodMonitor]))
        try await availability.refresh()
        try await availability.refresh()
        #expect(calls.current == 1)
        answer.current = .failure(Down())
        await #expect(throws: Down.self) { try await availability.reconcile() }
        #expect(availability.served == [.azurePodMonitor])
        #expect(calls.current == 1)
    }

    @Test("an API whose server fails is as it was, is asked for again soon, and keeps the others from nothing")
    func silent() async throws {
        let answer = Shared(APIAvailability.Answer(served: [], unknown: [.azurePodMonitor]))
        let availability = APIAvailability(of: [.azurePodMonitor, .podDisruptionBudget], logger: quiet) { _ in
            answer.current
        }
        try await availability.waitUntilKnown(patience: .zero)
        #expect(availability.known == [])
        answer.current = .init(served: [.azurePodMonitor])
        try await availability.refresh()
        answer.current = .init(served: [.podDisruptionBudget], unknown: [.azurePodMonitor])
        #expect(try await availability.reconcile() == .requeue(after: .seconds(30)))
        #expect(availability.served == [.azurePodMonitor, .podDisruptionBudget])
        answer.current = .init(served: [.podDisruptionBudget])
        #expect(try await availability.reconcile() == .requeue(after: .seconds(600)))
        #expect(availability.served == [.podDisruptionBudget])
    }

    @Test("asks more often for a while after a CRD has changed")
    func settling() async throws {
        let availability = APIAvailability(of: [.azurePodMonitor], logger: quiet) { _ in .init(served: []) }
        availability.expectChange()
        for seconds in [1, 3, 10, 600, 600] {
            #expect(try await availability.reconcile() == .requeue(after: .seconds(seconds)))
        }
    }

    @Test("an answer that a later question's has overtaken changes nothing", .timeLimit(.minutes(1)))
    func overtaken() async throws {
        let gate = Gate()
        let asked = Shared(0)
        let answer = Shared(APIAvailability.Answer(served: []))
        let availability = APIAvailability(of: [.azurePodMonitor], logger: quiet) { _ in
            let current = answer.current
            asked.current += 1
            if asked.current == 1 { await gate.wait() }
            return current
        }
        async let first = availability.refresh()
        _ = try await eventually("the first question") { asked.current == 1 ? true : nil }
        answer.current = .init(served: [.azurePodMonitor])
        try await availability.refresh()
        gate.open()
        _ = try await first
        #expect(availability.served == [.azurePodMonitor])
    }
}

@Suite("Which APIs can be used", .timeLimit(.minutes(1)))
struct APIFollowerTests {
    private let cluster = FakeCluster()
    private let served = Shared<Set<ResourceType>>([.azurePodMonitor])
    private let told = Shared(0)
    private let follower: APIFollower
    private let definition = ObjectKey(name: "podmonitors.azmonitoring.coreos.com")

    init() {
        follower = APIFollower(
            [.azurePodMonitor, .podDisruptionBudget], api: cluster,
            discover: { [served] _ in APIAvailability.Answer(served: served.current) }, logger: quiet,
            storesLogger: quiet)
        follower.onChange { [told] in told.current += 1 }
    }

    /// - Parameter isLeaving: whether somebody has asked for its deletion.
    private func putDefinition(isLeaving: Bool = false) {
        var object = KubeObject(.customResourceDefinition, definition)
        if isLeaving { object.json["metadata"]?["deletionTimestamp"] = "2026-01-31T08:05:09Z" }
        cluster.put(.customResourceDefinition, object)
    }

    /// Until the store shows the definition as the cluster has it.
    private func catchUp() async throws {
        let wanted = cluster[.customResourceDefinition, definition].map(\.isBeingDeleted)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await follower.definitions.run() }
            _ = try await eventually("the definition") {
                follower.definitions.isSynced && follower.definitions.store[definition] == wanted ? true : nil
            }
            group.cancelAll()
        }
    }

    private func refresh() async throws { try await follower.availability.refresh() }

    @Test("what is served and stays; a definition on its way out is left alone")
    func leaving() async throws {
        #expect(follower.known == nil && follower.usable == [])
        putDefinition()
        try await catchUp()
        try await refresh()
        #expect(follower.usable == [.azurePodMonitor] && told.current == 1)
        putDefinition(isLeaving: true)
        try await catchUp()
        #expect(follower.usable == [] && follower.known == [.azurePodMonitor])
    }

    @Test("a definition that goes and comes back before anybody sees that its API is not served is a change")
    func remade() async throws {
        putDefinition()
        try await catchUp()
        try await refresh()
        putDefinition(isLeaving: true)
        try await catchUp()
        cluster[.customResourceDefinition, definition] = nil
        try await catchUp()
        try await refresh()
        #expect(follower.usable == [] && told.current == 1)
        putDefinition()
        try await catchUp()
        try await refresh()
        #expect(follower.usable == [.azurePodMonitor] && told.current == 2)
        // Seen as one change.
        putDefinition(isLeaving: true)
        try await catchUp()
        putDefinition()
        try await catchUp()
        try await refresh()
        #expect(follower.usable == [.azurePodMonitor] && told.current == 3)
    }

    @Test("one that is gone for good is known as such when the cluster says so, and may come back without a definition")
    func withdrawn() async throws {
        putDefinition()
        try await catchUp()
        try await refresh()
        cluster[.customResourceDefinition, definition] = nil
        try await catchUp()
        served.current = []
        try await refresh()
        #expect(follower.usable == [] && told.current == 2)
        served.current = [.azurePodMonitor]
        try await refresh()
        #expect(follower.usable == [.azurePodMonitor] && told.current == 3)
    }
}
