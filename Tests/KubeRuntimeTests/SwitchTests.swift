import KubeRuntime
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("Switched services", .timeLimit(.minutes(1)))
struct SwitchTests {
    @Test("handlers hear of changes only")
    func changes() {
        let condition = Switch()
        let heard = Mutex<[Bool]>([])
        condition.onChange { heard.withLock { $0.append(condition.isOn) } }
        for isOn in [false, true, true, false] { condition.set(isOn) }
        #expect(heard.withLock { $0 } == [true, false])
        #expect(!condition.isOn)
    }

    @Test("run while the switch is on, again and again, and end with their task")
    func running() async throws {
        let condition = Switch()
        let probe = Probe()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SwitchedService([probe, Failing()], while: condition).run() }
            for round in 1...3 {
                condition.set(true)
                _ = try await eventually("round \(round) to start") { probe.starts == round ? true : nil }
                condition.set(false)
                _ = try await eventually("round \(round) to end") { probe.isRunning ? nil : true }
            }
            condition.set(true)
            _ = try await eventually("the last round") { probe.isRunning ? true : nil }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(probe.starts == 4 && !probe.isRunning)
    }

    @Test("what counts is where the switch stands, not which change is told last")
    func lateNews() async throws {
        let condition = Switch()
        // Switches it off again before the service hears that it was on.
        condition.onChange { condition.set(false) }
        let probe = Probe()
        let second = Probe()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let service = SwitchedService([probe], while: condition)
            group.addTask { try await service.run() }
            condition.set(true)
            // Follows a switch of its own, and so has started when the first one has had its chance.
            let other = Switch(isOn: true)
            group.addTask { try await SwitchedService([second], while: other).run() }
            _ = try await eventually("the other service") { second.isRunning ? true : nil }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(!condition.isOn)
        #expect(probe.starts == 0)
    }

    @Test("a change between making the service and running it counts")
    func early() async throws {
        let condition = Switch()
        let probe = Probe()
        let service = SwitchedService([probe], while: condition)
        condition.set(true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            _ = try await eventually("the service to start") { probe.isRunning ? true : nil }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(probe.starts == 1)
    }
}

private final class Probe: Service {
    private let state = Mutex((starts: 0, running: 0))
    var starts: Int { state.withLock { $0.starts } }
    var isRunning: Bool { state.withLock { $0.running > 0 } }

    func run() async throws {
        state.withLock { $0 = ($0.starts + 1, $0.running + 1) }
        // Until it is cancelled.
        let never = AsyncStream<Never> { _ in }
        for await _ in never {}
        state.withLock { $0.running -= 1 }
    }
}

private struct Failing: Service {
    func run() async throws { throw CancellationError() }
}
