import Glibc

/// Steps over JSON without building anything. It checks the structure of what it reads (strings end, brackets match)
/// and not every rule of JSON inside a value that it skips.
package struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    /// Of the next byte.
    package private(set) var index = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    package var isAtEnd: Bool { index == bytes.count }

    package var isAtObject: Bool { index < bytes.count && bytes[index] == UInt8(ascii: "{") }

    package mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    /// Calls `body` for each member of the object that starts here, with the cursor at its value, which `body` must
    /// pass. `false` when there is no object or `body` says so.
    package mutating func members(_ body: (StringSlice, inout JSONCursor) -> Bool) -> Bool {
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

    package var isAtList: Bool { index < bytes.count && bytes[index] == UInt8(ascii: "[") }

    /// Calls `body` for each element of the list that starts here, with the cursor at the element, which `body` must
    /// pass. `false` when there is no list or `body` says so.
    package mutating func elements(_ body: (inout JSONCursor) -> Bool) -> Bool {
        guard take("[") else { return false }
        if take("]") { return true }
        while true {
            skipSpace()
            guard body(&self) else { return false }
            if take(",") { continue }
            return take("]")
        }
    }

    /// The raw bytes between a string's quotes.
    package struct StringSlice {
        let bytes: UnsafeRawBufferPointer

        var hasEscape: Bool { bytes.contains(UInt8(ascii: "\\")) }

        /// Names have no character that must be escaped, and a name that is written with one is not taken for it.
        package static func ~= (name: StaticString, slice: StringSlice) -> Bool {
            slice.bytes.count == name.utf8CodeUnitCount
                && memcmp(
                    slice.bytes.baseAddress ?? UnsafeRawPointer(name.utf8Start), name.utf8Start, slice.bytes.count)
                    == 0
        }
    }

    /// The string that starts here.
    private mutating func string() -> StringSlice? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\""),
            let end = StringEnd.find(in: bytes, from: index + 1)
        else { return nil }
        let inside = UnsafeRawBufferPointer(rebasing: bytes[(index + 1)..<(end - 1)])
        index = end
        return StringSlice(bytes: inside)
    }

    /// Reads a string that may occur once. `false` when it is a second one, no string, or one with escapes, which none
    /// of the members read here ever has.
    package mutating func string(into text: inout String?) -> Bool {
        guard text == nil, let slice = string(), !slice.hasEscape else { return false }
        text = String(decoding: slice.bytes, as: UTF8.self)
        return true
    }

    /// Steps over the value that starts here.
    package mutating func skipValue() -> Bool {
        guard index < bytes.count else { return false }
        switch bytes[index] {
        case UInt8(ascii: "\""): return string() != nil
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
        let bytes = bytes
        var depth = 0
        var at = index
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                guard let end = StringEnd.find(in: bytes, from: at + 1) else { return false }
                at = end
                continue
            }
            // The two opening brackets differ in this bit alone, and so do the closing ones.
            switch byte | 0x20 {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 {
                    index = at + 1
                    return true
                }
            default: break
            }
            at += 1
        }
        return false
    }
}

/// Finds where a string ends, eight bytes at a time, since most of a review is inside strings.
private enum StringEnd {
    /// The index behind the closing quote of the string whose first character is at `start`.
    @inline(__always)
    static func find(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var at = start
        while bytes.count - at >= 8 {
            let found = quoteOrBackslash(
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            if found == 0 {
                at += 8
                continue
            }
            at += found.trailingZeroBitCount / 8
            if bytes[at] == UInt8(ascii: "\"") { return at + 1 }
            at += 2  // the backslash, and what it escapes
        }
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): return at + 1
            case UInt8(ascii: "\\"): at += 2
            default: at += 1
            }
        }
        return nil
    }

    /// Not 0 when one of the eight bytes is a quote or a backslash; the lowest bit set is in the first one.
    ///
    /// A byte that is zero after the exclusive or borrows in the subtraction. Only the lowest bit may be trusted, as the
    /// borrow runs upwards.
    @inline(__always)
    private static func quoteOrBackslash(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5c)
        return ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
    }
}
