import Glibc
import Synchronization

/// Lets threads of a scenario wait for a moment that the test chooses. Opens once.
public final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let ends: (read: Int32, write: Int32)

    public init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "a test needs a pipe")
        self.ends = (ends[0], ends[1])
    }

    deinit {
        close(ends.read)
        if !state.withLock({ $0.isOpen }) { close(ends.write) }
    }

    public func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            if !state.isOpen { close(ends.write) }
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Blocks the thread: for the threads of a fake server, not for tasks.
    public func waitBlocking() {
        var descriptor = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, -1) < 0 && errno == EINTR {}
    }

    public func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
