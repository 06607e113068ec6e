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
        condition.onChange { isOn in heard.withLock { $0.append(isOn) } }
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
}

private final class Probe: Service {
    private let state = Mutex((starts: 0, running: 0))
    var starts: Int { state.withLock { $0.starts } }
    var isRunning: Bool { state.withLock { $0.running > 0 } }

    func run() async throws {
        state.withLock { $0 = ($0.starts + 1, $0.running + 1) }
        // Until it is cancelled.
        try? await Task.sleep(for: .seconds(600))
        state.withLock { $0.running -= 1 }
    }
}

private struct Failing: Service {
    func run() async throws { throw CancellationError() }
}
