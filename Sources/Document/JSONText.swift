/// Runs of bytes that stand for themselves in a JSON string: printable ASCII but for the quote and the backslash.
enum PlainRun {
    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Looks at eight bytes at once: the lowest bit set is in the first byte that is not plain, 0 when all are.
    ///
    /// Only the lowest bit may be trusted: a borrow of the subtractions runs upwards.
    @inline(__always)
    static func special(at bytes: UnsafePointer<UInt8>) -> UInt64 {
        let word = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
        return (mustEscape(word) | word) & highBits
    }

    /// The same, but bytes above 0x7F count as plain: what a writer has to escape.
    @inline(__always)
    static func escaped(at bytes: UnsafePointer<UInt8>) -> UInt64 {
        mustEscape(UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))) & highBits
    }

    @inline(__always)
    private static func mustEscape(_ word: UInt64) -> UInt64 {
        let quote = word ^ (lowBits &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (lowBits &* UInt64(UInt8(ascii: "\\")))
        let isControl = (word &- lowBits &* 0x20) & ~word
        let isQuote = (quote &- lowBits) & ~quote
        let isBackslash = (backslash &- lowBits) & ~backslash
        return isControl | isQuote | isBackslash
    }

    private static let lowBits: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080
}

/// The well-formed byte sequences of Unicode 15, table 3-7.
enum UTF8Check {
    /// The length of the sequence that starts here, 0 when it is not well-formed.
    static func sequenceLength(at bytes: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> Int {
        let available = end - bytes
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[0] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)  // no surrogates
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: return 0
        }
        guard available >= length, second.contains(bytes[1]) else { return 0 }
        for index in 2..<max(length, 2) where bytes[index] & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// The offset of the first byte that is not part of UTF-8.
    static func firstInvalid(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let start = text.baseAddress else { return nil }
        let end = start + text.count
        var cursor = start
        while cursor < end {
            let length = sequenceLength(at: cursor, before: end)
            if length == 0 { return cursor - start }
            cursor += length
        }
        return nil
    }
}

/// Escapes of JSON strings, RFC 8259 §7.
enum JSONStringEscapes {
    /// Decodes the inside of a string whose escapes the parser has checked.
    static func decode(from first: UnsafePointer<UInt8>, to last: UnsafePointer<UInt8>) -> String {
        // No escape is shorter than what it stands for: 2 bytes for 1, 6 for at most 3, 12 for 4.
        String(unsafeUninitializedCapacity: last - first) { target in
            var read = first
            var written = 0
            func put(_ byte: UInt8) {
                target[written] = byte
                written += 1
            }
            while read < last {
                guard read.pointee == UInt8(ascii: "\\") else {
                    put(read.pointee)
                    read += 1
                    continue
                }
                switch read[1] {
                case UInt8(ascii: "u"):
                    var scalar = UInt32(unit(at: read + 2))
                    read += 6
                    if scalar & 0xFC00 == 0xD800 {
                        scalar = 0x10000 + (scalar & 0x3FF) << 10 + UInt32(unit(at: read + 2)) & 0x3FF
                        read += 6
                    }
                    if scalar < 0x80 {
                        put(UInt8(truncatingIfNeeded: scalar))
                    } else if scalar < 0x800 {
                        put(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
                    } else if scalar < 0x10000 {
                        put(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
                    } else {
                        put(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
                        put(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
                    }
                    continue
                case UInt8(ascii: "b"): put(0x08)
                case UInt8(ascii: "f"): put(0x0C)
                case UInt8(ascii: "n"): put(0x0A)
                case UInt8(ascii: "r"): put(0x0D)
                case UInt8(ascii: "t"): put(0x09)
                default: put(read[1])  // a quote, a backslash or a slash
                }
                read += 2
            }
            return written
        }
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func unit(at digits: UnsafePointer<UInt8>) -> UInt16 {
        var unit: UInt16 = 0
        for index in 0..<4 { unit = unit << 4 | UInt16(hexValue(digits[index]) ?? 0) }
        return unit
    }
}
