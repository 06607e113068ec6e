/// A text to look for in bytes, prepared once: a search looks only at every n-th byte of most texts, n being its
/// length.
///
/// Source: R. N. Horspool, "Practical fast searching in strings", 1980.
public struct TextPattern: Sendable, ExpressibleByStringLiteral {
    private let bytes: [UInt8]
    /// How far to move on when the window ends in that byte.
    private let skips: [UInt8]

    public init(_ text: String) {
        let bytes = Array(text.utf8)
        var skips = [UInt8](repeating: UInt8(clamping: bytes.count), count: 256)
        for (index, byte) in bytes.dropLast().enumerated() {
            skips[Int(byte)] = UInt8(clamping: bytes.count - 1 - index)
        }
        self.bytes = bytes
        self.skips = skips
    }

    public init(stringLiteral text: String) { self.init(text) }

    func occurs(in text: UnsafeRawBufferPointer) -> Bool {
        guard let last = bytes.last else { return true }
        return bytes.withUnsafeBufferPointer { bytes in
            skips.withUnsafeBufferPointer { skips in
                var end = bytes.count - 1
                while end < text.count {
                    let byte = text[end]
                    if byte == last, matches(bytes, text, at: end - bytes.count + 1) { return true }
                    end += Int(skips[Int(byte)])
                }
                return false
            }
        }
    }

    private func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        for index in bytes.indices where text[start + index] != bytes[index] { return false }
        return true
    }
}
