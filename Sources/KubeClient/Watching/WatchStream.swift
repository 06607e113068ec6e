/// Watch events, read at the reader's pace. Tests can make one from whatever gives events.
///
/// - Guarantees: an event is taken from the server only when there is room for it: a slow reader slows the server down
///   instead of filling memory. After the end or an error it stays ended.
/// - Assumptions: one task reads. Iterators made from one stream share it; they do not start it again.
/// - Errors: ``KubeError`` when the watch is refused, the connection fails, or the reading task is cancelled.
public struct WatchStream: AsyncSequence, Sendable {
    public typealias Element = WatchEvent
    public typealias Failure = any Error

    private let read: @Sendable () async throws -> WatchEvent?

    /// A stream that reads from `next` until it gives `nil` or throws.
    public init(next: @escaping @Sendable () async throws -> WatchEvent?) { read = next }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let read: @Sendable () async throws -> WatchEvent?
        fileprivate var isEnded = false

        public mutating func next() async throws -> WatchEvent? {
            if isEnded { return nil }
            do {
                guard let event = try await read() else {
                    isEnded = true
                    return nil
                }
                return event
            } catch {
                isEnded = true
                throw error
            }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(read: read) }
}
