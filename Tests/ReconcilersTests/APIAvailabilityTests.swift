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
