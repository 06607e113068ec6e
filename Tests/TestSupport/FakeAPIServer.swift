import Glibc
import Synchronization

/// A server on loopback that does what a scenario says, and keeps what it saw. HTTP/1.1, no TLS, no opinions: it does not
/// check requests and knows nothing of Kubernetes.
///
/// Every connection has a thread, on which ``FakeReply`` blocks as it likes.
///
/// Source of the forms it speaks: RFC 9112; what an API server answers is cited where a scenario says it.
public final class FakeAPIServer: Sendable {
    struct State {
        var seen: [FakeRequest] = []
        var sockets: Set<Int32> = []
        var closedByClient = 0
        var isStopped = false
        var waiting: [(isMet: @Sendable (borrowing State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    /// `http://127.0.0.1:port`.
    public let url: String
    private let listener: Int32
    private let state = Mutex(State())
    private let answer: @Sendable (FakeRequest) -> FakeReply

    /// - Parameter answer: called for every request, on its connection's thread.
    public init(_ answer: @escaping @Sendable (FakeRequest) -> FakeReply) {
        let (listener, port) = Self.listen()
        self.listener = listener
        self.answer = answer
        url = "http://127.0.0.1:\(port)"
        startThread { [weak self] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0, let self, self.add(socket) else {
                    if socket >= 0 { close(socket) }
                    break
                }
                startThread { [weak self] in
                    self?.serve(socket)
                }
            }
            close(listener)
        }
    }

    /// Gives the replies one after the other, whatever is asked; afterwards 500.
    public convenience init(script: [FakeReply]) {
        let next = Mutex(0)
        self.init { _ in
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            return index < script.count ? script[index] : .text(500, "the scenario has no more replies")
        }
    }

    deinit { stop() }

    /// Closes all connections.
    public func stop() {
        state.withLock {
            if $0.isStopped { return }
            $0.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in $0.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// What was asked so far, in the order in which it came.
    public var seen: [FakeRequest] { state.withLock { $0.seen } }

    /// Returns once `count` requests have come.
    public func waitForRequests(_ count: Int) async { await wait { $0.seen.count >= count } }

    /// Returns once the client has closed `count` connections (or parts of scenarios that waited for it, ``FakeConnection/waitUntilClosed()``).
    public func waitForClosedConnections(_ count: Int = 1) async { await wait { $0.closedByClient >= count } }

    private func wait(until isMet: @escaping @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = state.withLock { state in
                if isMet(state) { return true }
                state.waiting.append((isMet, continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            body(&state)
            var met: [CheckedContinuation<Void, Never>] = []
            var left = state.waiting
            left.removeAll { waiter in
                if waiter.isMet(state) { met.append(waiter.continuation) }
                return waiter.isMet(state)
            }
            state.waiting = left
            return met
        }
        for continuation in met { continuation.resume() }
    }

    // MARK: - Connections

    private func add(_ socket: Int32) -> Bool {
        state.withLock {
            if !$0.isStopped { $0.sockets.insert(socket) }
            return !$0.isStopped
        }
    }

    private func serve(_ socket: Int32) {
        let connection = FakeConnection(socket)
        while let request = connection.readRequest() {
            change { $0.seen.append(request) }
            answer(request).play(connection)
            if !connection.isOpen { break }
        }
        let isClosedByClient = connection.isClosedByClient
        change {
            $0.sockets.remove(socket)
            if isClosedByClient { $0.closedByClient += 1 }
        }
        close(socket)
    }

    private static func listen() -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isReady = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        precondition(isReady, "a test needs a port on loopback")
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}

private final class Job: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// A thread that ends by itself, for calls that block.
private func startThread(_ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }, Unmanaged.passRetained(Job(run)).toOpaque())
    precondition(code == 0, "a test needs a thread")
    pthread_detach(thread)
}
