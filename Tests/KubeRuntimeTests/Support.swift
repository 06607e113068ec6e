import Logging
import Synchronization
import Testing

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Always the same bits: all zero for no jitter at all.
struct ConstantGenerator: RandomNumberGenerator, Sendable {
    var bits: UInt64 = 0
    mutating func next() -> UInt64 { bits }
}

/// Collects what happens and lets a test wait for so much of it.
final class Recorder<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var elements: [Element] { state.withLock { $0.elements } }

    func append(_ element: Element) {
        let reached = state.withLock { state in
            state.elements.append(element)
            let count = state.elements.count
            let reached = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            return reached
        }
        for continuation in reached { continuation.resume() }
    }

    /// The elements, once there are at least so many.
    @discardableResult
    func wait(for count: Int) async -> [Element] {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isReached = state.withLock { state in
                if state.elements.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
        return elements
    }
}

/// Runs something in the background for as long as the body takes, then cancels it and waits for its end.
@discardableResult
func whileRunning<Result: Sendable>(
    _ background: @escaping @Sendable () async throws -> Void,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await background() }
        let result: Result
        do { result = try await body() } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
        return result
    }
}

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value { value.withLock { $0 } }

    func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result { value.withLock(body) }
}

/// Compares what a mutating call returned; `#expect` itself does not take such calls apart.
func expect<Value: Equatable>(
    _ actual: Value, is expected: Value, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) {
    #expect(actual == expected, comment, sourceLocation: location)
}
