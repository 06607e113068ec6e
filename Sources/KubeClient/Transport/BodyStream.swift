import Synchronization

/// The body of a running answer between libcurl's thread, which fills it, and the one task that reads it.
///
/// - Guarantees: it never holds more than ``capacity`` bytes and one chunk of libcurl's (16 KiB). When it is full the
///   transfer pauses, and goes on when the reader has taken what there is.
final class BodyStream: Sendable {
    /// What the reader has to tell libcurl's thread after taking bytes.
    enum Demand: Sendable { case nothing, resume }

    private struct State {
        var head: ResponseHead?
        var bytes: [UInt8] = []
        var isPaused = false
        /// Set once, when nothing more will come.
        var end: Result<Void, KubeError>?
        var reader: CheckedContinuation<Void, Never>?

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    // MARK: - libcurl's thread

    func received(head: ResponseHead) {
        state.withLock {
            $0.head = head
            return $0.takeReader()
        }?.resume()
    }

    /// - Returns: whether the bytes were taken; otherwise the transfer has to pause and offer them again.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, reader) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.bytes.count < capacity else {
                state.isPaused = true
                return (false, nil)
            }
            state.bytes.append(contentsOf: bytes)
            return (true, state.takeReader())
        }
        reader?.resume()
        return isTaken
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
