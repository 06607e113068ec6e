import DequeModule
import Synchronization

/// What other threads ask of libcurl's thread.
enum TransportCommand: Sendable {
    case start(TransferID, TransferRequest, TransferDelivery)
    /// Closes the stream, at whatever point it is.
    case cancel(TransferID)
    /// The reader took what it had: go on.
    case resume(TransferID)
    case stop
}

struct TransferID: Hashable, Sendable { let number: UInt64 }

/// Where an answer goes.
enum TransferDelivery: Sendable {
    /// To one waiting task, whole.
    case whole(CheckedContinuation<Result<Response, KubeError>, Never>)
    case stream(BodyStream)

    /// Ends a transfer that never got anywhere.
    func fail(_ error: KubeError) {
        switch self {
        case .whole(let continuation): continuation.resume(returning: .failure(error))
        case .stream(let stream): stream.finished(.failure(error))
        }
    }
}

/// The commands on their way to libcurl's thread, and how to wake it.
///
/// - Guarantees: a transfer that is posted is answered exactly once, also when the thread has stopped.
final class TransportMailbox: Sendable {
    private struct State {
        var commands: Deque<TransportCommand> = []
        var lastID: UInt64 = 0
        /// There while the thread's handle lives.
        var waker: MultiWaker?
        var isClosed = false
        var onClose: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func newID() -> TransferID {
        state.withLock {
            $0.lastID += 1
            return TransferID(number: $0.lastID)
        }
    }

    func post(_ command: TransportCommand) {
        let isPosted = state.withLock { state in
            if state.isClosed { return false }
            state.commands.append(command)
            // Under the lock, so that the handle cannot go in between.
            state.waker?.wake()
            return true
        }
        if !isPosted, case .start(_, _, let delivery) = command { delivery.fail(.cancelled) }
    }

    /// Returns when the thread is done with everything.
    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.onClose.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    // MARK: - libcurl's thread

    func attach(_ waker: MultiWaker?) {
        state.withLock {
            $0.waker = waker
            // What was posted while there was no handle woke nobody.
            if !$0.commands.isEmpty { waker?.wake() }
        }
    }

    func takeCommands() -> Deque<TransportCommand> {
        state.withLock {
            var commands: Deque<TransportCommand> = []
            swap(&commands, &$0.commands)
            return commands
        }
    }

    /// Takes no more commands; those that are still here fail.
    func close() {
        let (commands, waiting) = state.withLock {
            state -> (Deque<TransportCommand>, [CheckedContinuation<Void, Never>]) in
            state.isClosed = true
            state.waker = nil
            defer {
                state.commands = []
                state.onClose = []
            }
            return (state.commands, state.onClose)
        }
        for case .start(_, _, let delivery) in commands { delivery.fail(.cancelled) }
        for continuation in waiting { continuation.resume() }
    }
}
