/// Finds one text in bytes, looking at about one byte in as many as the text has.
///
/// Source: R. N. Horspool, "Practical fast searching in strings", 1980.
struct ByteSearch: Sendable {
    private let needle: [UInt8]
    /// How far to go on when a byte stands under the needle's last place.
    private let shift: [Int]

    /// - Precondition: the text is not empty.
    init(_ text: String) {
        needle = Array(text.utf8)
        precondition(!needle.isEmpty)
        var shift = Array(repeating: needle.count, count: 256)
        for (index, byte) in needle.dropLast().enumerated() { shift[Int(byte)] = needle.count - 1 - index }
        self.shift = shift
    }

    func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        var end = needle.count - 1
        while end < bytes.count {
            let last = bytes[end]
            if last == needle[needle.count - 1] {
                var back = 1
                while back < needle.count, bytes[end - back] == needle[needle.count - 1 - back] { back += 1 }
                if back == needle.count { return true }
            }
            end += shift[Int(last)]
        }
        return false
    }
}
