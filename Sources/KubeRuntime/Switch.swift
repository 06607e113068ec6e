public import ServiceLifecycle
import Synchronization

/// A flag that others follow.
public final class Switch: Sendable {
    private struct State {
        var isOn: Bool
        var handlers: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    public init(isOn: Bool = false) { state = Mutex(State(isOn: isOn)) }

    public var isOn: Bool { state.withLock { $0.isOn } }

    /// Sets the flag, and tells those who follow when that is a change.
    public func set(_ isOn: Bool) {
        let handlers = state.withLock { state in
            guard state.isOn != isOn else { return [@Sendable () -> Void]() }
            state.isOn = isOn
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    /// Calls the handler after each change, on the task that made it. Of two changes at the same time the earlier may be told
    /// last: what counts is ``isOn``.
    public func onChange(_ handler: @escaping @Sendable () -> Void) {
        state.withLock { $0.handlers.append(handler) }
    }
}

/// Runs services while a switch is on: they are cancelled when it goes off, and run again when it is on again.
///
/// - Assumptions: the services can be run again after they were cancelled, as a `Reflector` can.
public struct SwitchedService: Service {
    private let services: [any Service]
    private let condition: Switch
    /// Says only that there was a change, so that none that is late or missed leaves the services in the wrong state.
    private let changes: AsyncStream<Void>

    public init(_ services: [any Service], while condition: Switch) {
        self.services = services
        self.condition = condition
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        condition.onChange { continuation.yield() }
        continuation.yield()
        changes = stream
    }

    /// Until the task is cancelled or a graceful shutdown begins. To be called once.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var changes = self.changes.makeAsyncIterator()
            while await changes.next() != nil {
                guard self.condition.isOn else { continue }
                await withTaskGroup(of: Void.self) { group in
                    // An error is a service's own affair: the others go on.
                    for service in self.services { group.addTask { try? await service.run() } }
                    while self.condition.isOn, await changes.next() != nil {}
                    group.cancelAll()
                }
            }
        }
    }
}
