/// Writes JSON into a growing buffer of bytes: whole values, or a text piece by piece, whose form is then up to the caller.
public struct JSONWriter: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    /// - Parameter bytes: a guess at the size of the text, more than 0.
    public init(expecting bytes: Int) {
        base = .allocate(capacity: bytes)
        capacity = bytes
    }

    deinit { base.deallocate() }

    // MARK: - The result

    public borrowing func bytes() -> [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    borrowing func string() -> String {
        String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    borrowing func append(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    // MARK: - Values

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write("null" as StaticString)
        case .bool(let flag): write(flag ? "true" : "false" as StaticString)
        case .number(let number): write(raw: number.text)
        case .string(let text): write(quoted: text)
        case .array(let elements):
            write(byte: UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { write(byte: UInt8(ascii: ",")) }
                isFirst = false
                write(element)
            }
            write(byte: UInt8(ascii: "]"))
        case .object(let object):
            write(byte: UInt8(ascii: "{"))
            var isFirst = true
            for member in object.members {
                if !isFirst { write(byte: UInt8(ascii: ",")) }
                isFirst = false
                write(quoted: member.key)
                write(byte: UInt8(ascii: ":"))
                write(member.value)
            }
            write(byte: UInt8(ascii: "}"))
        }
    }

    mutating func writePretty(_ value: JSONValue, indent: Int) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            write(byte: UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { write(byte: UInt8(ascii: ",")) }
                newLine(indent: indent + 1)
                writePretty(element, indent: indent + 1)
            }
            newLine(indent: indent)
            write(byte: UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            write(byte: UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { write(byte: UInt8(ascii: ",")) }
                newLine(indent: indent + 1)
                write(quoted: member.key)
                write(": " as StaticString)
                writePretty(member.value, indent: indent + 1)
            }
            newLine(indent: indent)
            write(byte: UInt8(ascii: "}"))
        default: write(value)
        }
    }

    private mutating func newLine(indent: Int) {
        reserve(1 + 2 * indent)
        base[count] = UInt8(ascii: "\n")
        (base + count + 1).initialize(repeating: UInt8(ascii: " "), count: 2 * indent)
        count += 1 + 2 * indent
    }

    // MARK: - Bytes

    /// Makes room for so many bytes more.
    @inline(__always)
    private mutating func reserve(_ bytes: Int) {
        if capacity - count < bytes { grow(bytes) }
    }

    @inline(never)
    private mutating func grow(_ bytes: Int) {
        let enough = max(capacity * 2, count + bytes)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: enough)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = enough
    }

    @inline(__always)
    private mutating func write(byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    /// Writes a piece of a text that is JSON already.
    public mutating func write(json text: StaticString) { write(text) }

    @inline(__always)
    private mutating func write(_ word: StaticString) {
        copy(from: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    @inline(__always)
    private mutating func copy(from source: UnsafePointer<UInt8>, count length: Int) {
        reserve(length)
        (base + count).initialize(from: source, count: length)
        count += length
    }

    private mutating func write(raw text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let start = bytes.baseAddress { copy(from: start, count: bytes.count) }
        }
    }

    /// Writes a string with its quotes.
    public mutating func write(quoted text: String) {
        write(byte: UInt8(ascii: "\""))
        write(escaping: text)
        write(byte: UInt8(ascii: "\""))
    }

    /// Writes what stands between the quotes of a string.
    public mutating func write(escaping text: String) {
        let bytes = text.utf8
        let written: Void? = bytes.withContiguousStorageIfAvailable { write(escaping: $0) }
        if written == nil { Array(bytes).withUnsafeBufferPointer { write(escaping: $0) } }
    }

    private mutating func write(escaping bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        write(escaping: start, to: start + bytes.count)
    }

    /// Writes the digits of an integer.
    public mutating func write(_ number: Int) { write(raw: String(number)) }

    @inline(__always)
    private mutating func write(escaping start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) {
        var cursor = start
        while cursor < end {
            let run = cursor
            skipPlain(&cursor, before: end)
            copy(from: run, count: cursor - run)
            if cursor < end {
                write(escape: cursor.pointee)
                cursor += 1
            }
        }
    }

    /// Goes to the next byte that needs an escape.
    @inline(__always)
    private func skipPlain(_ cursor: inout UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) {
        while end - cursor >= 8 {
            let special = PlainRun.escaped(at: cursor)
            if special != 0 {
                cursor += special.trailingZeroBitCount / 8
                return
            }
            cursor += 8
        }
        while cursor < end {
            let byte = cursor.pointee
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            cursor += 1
        }
    }

    private mutating func write(escape byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"" as StaticString)
        case UInt8(ascii: "\\"): write("\\\\" as StaticString)
        case 0x08: write("\\b" as StaticString)
        case 0x09: write("\\t" as StaticString)
        case 0x0A: write("\\n" as StaticString)
        case 0x0C: write("\\f" as StaticString)
        case 0x0D: write("\\r" as StaticString)
        default:
            write("\\u00" as StaticString)
            let digits: StaticString = "0123456789abcdef"
            write(byte: digits.utf8Start[Int(byte >> 4)])
            write(byte: digits.utf8Start[Int(byte & 0xF)])
        }
    }
}
