import Glibc

/// Steps over JSON without building anything. It checks the structure of what it reads (strings end, brackets match) and
/// not every rule of JSON inside a value that it skips.
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

    /// Calls `body` for each member of the object that starts here, with the cursor at its value, which `body` must pass.
    /// `false` when there is no object or `body` says so.
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
                && memcmp(slice.bytes.baseAddress ?? UnsafeRawPointer(name.utf8Start), name.utf8Start, slice.bytes.count)
                    == 0
        }
    }

    /// The string that starts here.
    private mutating func string() -> StringSlice? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\""), let base = bytes.baseAddress else { return nil }
        let start = index + 1
        var from = start
        var hasEscape = false
        while let found = memchr(base + from, Int32(UInt8(ascii: "\"")), bytes.count - from) {
            let quote = UnsafeRawPointer(found) - base
            // A quote ends the string unless an odd number of backslashes stands before it.
            var slash = quote
            while slash > start, bytes[slash - 1] == UInt8(ascii: "\\") { slash -= 1 }
            if (quote - slash).isMultiple(of: 2) {
                index = quote + 1
                let inside = UnsafeRawBufferPointer(rebasing: bytes[start..<quote])
                hasEscape = hasEscape || memchr(base + start, Int32(UInt8(ascii: "\\")), quote - start) != nil
                return StringSlice(bytes: inside, hasEscape: hasEscape)
            }
            hasEscape = true
            from = quote + 1
        }
        return nil
    }

    /// Reads a string that may occur once. `false` when it is a second one, no string, or one with escapes, which none of
    /// the members read here ever has.
    mutating func string(into text: inout String?) -> Bool {
        guard text == nil, let slice = string(), !slice.hasEscape else { return false }
        text = String(decoding: slice.bytes, as: UTF8.self)
        return true
    }

    /// Steps over the value that starts here.
    mutating func skipValue() -> Bool {
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
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                if string() == nil { return false }
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
