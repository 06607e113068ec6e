public import ServiceLifecycle
import Synchronization

/// A flag that others follow.
public final class Switch: Sendable {
    private struct State {
        var isOn: Bool
        var handlers: [@Sendable (Bool) -> Void] = []
    }

    private let state: Mutex<State>

    public init(isOn: Bool = false) { state = Mutex(State(isOn: isOn)) }

    public var isOn: Bool { state.withLock { $0.isOn } }

    /// Sets the flag, and tells those who follow when that is a change.
    public func set(_ isOn: Bool) {
        let handlers = state.withLock { state in
            guard state.isOn != isOn else { return [@Sendable (Bool) -> Void]() }
            state.isOn = isOn
            return state.handlers
        }
        for handler in handlers { handler(isOn) }
    }

    /// Calls the handler after each change, on the task that made it.
    public func onChange(_ handler: @escaping @Sendable (Bool) -> Void) {
        state.withLock { $0.handlers.append(handler) }
    }
}

/// Runs services while a switch is on: they are cancelled when it goes off, and run again when it is on again.
///
/// - Assumptions: the services can be run again after they were cancelled, as a `Reflector` can.
public struct SwitchedService: Service {
    private let services: [any Service]
    private let changes: AsyncStream<Bool>

    public init(_ services: [any Service], while condition: Switch) {
        self.services = services
        // What was missed in between does not count.
        let (stream, continuation) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield(condition.isOn)
        condition.onChange { continuation.yield($0) }
        changes = stream
    }

    /// Until the task is cancelled or a graceful shutdown begins. To be called once.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var changes = self.changes.makeAsyncIterator()
            var state = await changes.next()
            while let isOn = state {
                guard isOn else {
                    state = await changes.next()
                    continue
                }
                state = await withTaskGroup(of: Void.self) { group in
                    // An error is a service's own affair: the others go on.
                    for service in self.services { group.addTask { try? await service.run() } }
                    let next = await changes.next()
                    group.cancelAll()
                    return next
                }
            }
        }
    }
}
