import Glibc

/// Steps over JSON without building anything. It checks the structure of what it reads (strings end, brackets match)
/// and not every rule of JSON inside a value that it skips.
struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == byte.asciiValue else { return false }
        index += 1
        return true
    }

    /// Calls `body` for each member of the object that starts here, with the cursor at its value, which `body` must
    /// pass. `false` when there is no object or `body` says so.
    mutating func members(_ body: (StringSlice, inout JSONCursor) -> Bool) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        while true {
            skipSpace()
            guard let key = string(), take(":") else { return false }
            skipSpace()
            guard body(key, &self) else { return false }
            if take(",") { continue }
            return take("}")
        }
    }

    /// The raw bytes between a string's quotes.
    struct StringSlice {
        let bytes: UnsafeRawBufferPointer
        let hasEscape: Bool

        static func ~= (name: StaticString, slice: StringSlice) -> Bool {
            !slice.hasEscape && slice.bytes.count == name.utf8CodeUnitCount
                && memcmp(
                    slice.bytes.baseAddress ?? UnsafeRawPointer(name.utf8Start), name.utf8Start, slice.bytes.count)
                    == 0
        }
    }

    /// The string that starts here.
    private mutating func string() -> StringSlice? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        let start = index + 1
        guard let hasEscape = passString() else { return nil }
        return StringSlice(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<(index - 1)]), hasEscape: hasEscape)
    }

    /// Moves from a string's opening quote to behind its closing one. Whether there was an escape; `nil` when it does
    /// not end.
    private mutating func passString() -> Bool? {
        var hasEscape = false
        index += 1
        while true {
            skipPlain()
            guard index < bytes.count else { return nil }
            if bytes[index] == UInt8(ascii: "\"") {
                index += 1
                return hasEscape
            }
            hasEscape = true
            index += 2  // the backslash, and what it escapes
        }
    }

    /// Moves to the next quote or backslash, eight bytes at a time, since most of a review is inside strings.
    private mutating func skipPlain() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A byte that is zero after the exclusive or borrows in the subtraction; the lowest such byte is exact.
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5c)
            let found = ((quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes) & (ones &* 0x80)
            if found != 0 {
                index += found.trailingZeroBitCount / 8
                return
            }
            index += 8
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
    }

    /// Reads a string that may occur once. `false` when it is a second one, no string, or one with escapes, which none
    /// of the members read here ever has.
    mutating func string(into text: inout String?) -> Bool {
        guard text == nil, let slice = string(), !slice.hasEscape else { return false }
        text = String(decoding: slice.bytes, as: UTF8.self)
        return true
    }

    /// Steps over the value that starts here.
    mutating func skipValue() -> Bool {
        guard index < bytes.count else { return false }
        switch bytes[index] {
        case UInt8(ascii: "\""): return passString() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
        default: return skipScalar()
        }
    }

    private mutating func skipScalar() -> Bool {
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
                index += 1
            default: return index > start
            }
        }
        return index > start
    }

    /// Brackets are counted, both kinds as one: which of them closes is the parser's business if it comes to that.
    private mutating func skipNested() -> Bool {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                if passString() == nil { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    index += 1
                    return true
                }
            default: break
            }
            index += 1
        }
        return false
    }
}
