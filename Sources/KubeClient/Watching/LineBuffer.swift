/// Cuts a stream of bytes into lines, none longer than a limit. Pure.
struct LineBuffer {
    enum Failure: Error, Equatable { case lineTooLong }

    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to here there is no line break after `start`.
    private var searched = 0

    /// - Parameter limit: bytes of a line, without its break.
    init(limit: Int) { self.limit = limit }

    /// Whether a line has begun and not ended.
    var hasPartialLine: Bool { start < bytes.count }

    mutating func append(_ more: [UInt8]) {
        if hasPartialLine {
            bytes.removeFirst(start)
            searched -= start
            bytes.append(contentsOf: more)
        } else {
            bytes = more
            searched = 0
        }
        start = 0
    }

    /// The next line without its break; `nil` until more bytes come. Empty lines are skipped.
    mutating func next() throws(Failure) -> ArraySlice<UInt8>? {
        while let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[start..<end]
            start = end + 1
            searched = start
            guard line.count <= limit else { throw .lineTooLong }
            if !line.isEmpty { return line }
        }
        searched = bytes.count
        guard bytes.count - start <= limit else { throw .lineTooLong }
        return nil
    }
}
