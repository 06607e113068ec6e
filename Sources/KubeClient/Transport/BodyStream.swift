import Synchronization

/// The body of a running answer between libcurl's thread, which fills it, and the one task that reads it.
///
/// - Guarantees: what a slow reader can pile up is bounded, and no other request waits for it.
///   On a connection of its own (HTTP/1.1) the transfer pauses at ``capacity`` bytes, and goes on when the reader has taken
///   what there is: TCP makes the server wait. On a shared connection (HTTP/2) a pause would let the server go on until
///   the stream's window is used up, which is 32 MiB in libcurl; there the stream is cut at ``cutLimit`` bytes instead.
///   The reader gets what came before the cut, and then the end.
final class BodyStream: Sendable {
    /// What becomes of bytes that arrived.
    enum Acceptance: Equatable, Sendable {
        case taken
        /// To be offered again after a resume.
        case pause
        /// Nothing more is wanted of this stream.
        case cut
    }

    /// What the reader has to tell libcurl's thread after taking bytes.
    enum Demand: Sendable { case nothing, resume }

    private struct State {
        var head: ResponseHead?
        var bytes: [UInt8] = []
        var isPaused = false
        var isCut = false
        /// Set once, when nothing more will come.
        var end: Result<Void, KubeError>?
        var reader: CheckedContinuation<Void, Never>?

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    let capacity: Int
    let cutLimit: Int
    private let state = Mutex(State())

    /// - Parameter cutLimit: at least the largest unit that the reader needs to get anywhere; `nil` is no limit.
    init(capacity: Int, cutLimit: Int? = nil) {
        self.capacity = capacity
        self.cutLimit = cutLimit ?? .max
    }

    /// Whether the end is ours: the reader was too slow for a shared connection.
    var isCut: Bool { state.withLock { $0.isCut } }

    // MARK: - libcurl's thread

    func received(head: ResponseHead) {
        state.withLock {
            $0.head = head
            return $0.takeReader()
        }?.resume()
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> Acceptance {
        let (acceptance, reader) = state.withLock { state -> (Acceptance, CheckedContinuation<Void, Never>?) in
            if state.head?.isMultiplexed == true {
                guard bytes.count <= cutLimit - state.bytes.count else {
                    state.isCut = true
                    state.end = .success(())
                    return (.cut, state.takeReader())
                }
            } else if state.bytes.count >= capacity {
                state.isPaused = true
                return (.pause, nil)
            }
            state.bytes.append(contentsOf: bytes)
            return (.taken, state.takeReader())
        }
        reader?.resume()
        return acceptance
    }

    func finished(_ end: Result<Void, KubeError>) {
        state.withLock {
            if $0.end == nil { $0.end = end }
            return $0.takeReader()
        }?.resume()
    }

    // MARK: - The reader

    /// Waits for status line and headers. An answer that already failed throws.
    func head() async throws(KubeError) -> ResponseHead {
        while true {
            let (head, end) = state.withLock { ($0.head, $0.end) }
            if let head { return head }
            if let end {
                try end.get()
                throw .transport("the answer ended before it began")
            }
            await wait { $0.head != nil || $0.end != nil }
        }
    }

    /// Waits for bytes and takes all that are there. `nil` at the orderly end.
    func next() async throws(KubeError) -> (bytes: [UInt8], demand: Demand)? {
        while true {
            let (bytes, demand, end) = state.withLock { state -> ([UInt8], Demand, Result<Void, KubeError>?) in
                if state.bytes.isEmpty { return ([], .nothing, state.end) }
                var bytes: [UInt8] = []
                swap(&bytes, &state.bytes)
                let demand: Demand = state.isPaused ? .resume : .nothing
                state.isPaused = false
                return (bytes, demand, nil)
            }
            if !bytes.isEmpty { return (bytes, demand) }
            if let end {
                try end.get()
                return nil
            }
            await wait { !$0.bytes.isEmpty || $0.end != nil }
        }
    }

    /// Sleeps until something arrives. libcurl's thread always ends a stream, also after a cancellation, so this returns.
    private func wait(until isReady: @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { (reader: CheckedContinuation<Void, Never>) in
            let isWaiting = state.withLock { state in
                if isReady(state) { return false }
                assert(state.reader == nil, "a body has one reader")
                state.reader = reader
                return true
            }
            if !isWaiting { reader.resume() }
        }
    }
}
