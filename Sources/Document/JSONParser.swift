/// One reading of one JSON text: recursive descent, a single pass over the bytes.
///
/// - Assumptions: the bytes stay where they are as long as the parser lives; ``read(_:limits:)`` sees to it.
struct JSONParser: ~Copyable {
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var cursor: UnsafePointer<UInt8>
    private let limits: JSONLimits
    /// The places to leave out that are still ahead, the next one last, and where it is; `end` when there is none.
    private var omitted: [Range<Int>]
    private var nextOmitted: UnsafePointer<UInt8>
    private var depth = 0
    private var values = MoveStack<JSONValue>(capacity: 64)
    private var members = MoveStack<JSONObject.Member>(capacity: 64)

    /// Objects with more members than this find repeated keys with a ``KeyTable``, smaller ones by comparing.
    private static let fewMembers = 16

    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits, omitting omitted: [Range<Int>] = []
    ) throws(DocumentError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else {
            throw DocumentError("the text has \(bytes.count) bytes, more than the \(limits.maxBytes) allowed")
        }
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            throw DocumentError(
                "expected a JSON value, found the end of the text", at: .init(line: 1, column: 1, offset: 0))
        }
        var parser = JSONParser(start: base, count: bytes.count, limits: limits, omitting: omitted)
        do throws(JSONFailure) {
            return try parser.document()
        } catch {
            throw error.documentError(in: bytes)
        }
    }

    private init(start: UnsafePointer<UInt8>, count: Int, limits: JSONLimits, omitting omitted: [Range<Int>]) {
        self.start = start
        self.end = start + count
        self.cursor = start
        self.limits = limits
        self.omitted = omitted.reversed()
        nextOmitted = start + (omitted.first?.lowerBound ?? count)
    }

    private mutating func document() throws(JSONFailure) -> JSONValue {
        skipSpace()
        let value = try value()
        skipSpace()
        guard cursor == end else { throw expected("the end of the text after the value") }
        return value
    }

    // MARK: - Values

    private mutating func value() throws(JSONFailure) -> JSONValue {
        guard cursor < end else { throw expected("a JSON value") }
        if cursor == nextOmitted { return omittedValue() }
        switch cursor.pointee {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: throw expected("a JSON value")
        }
    }

    @inline(never)
    private mutating func omittedValue() -> JSONValue {
        if let range = omitted.popLast() { cursor = start + range.upperBound }
        nextOmitted = omitted.last.map { start + $0.lowerBound } ?? end
        return .array([])
    }

    private mutating func array() throws(JSONFailure) -> JSONValue {
        try enter()
        let first = values.count
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            leave()
            return .array([])
        }
        while true {
            let element = try value()
            values.push(element)
            skipSpace()
            switch peek() {
            case UInt8(ascii: ","):
                cursor += 1
                skipSpace()
            case UInt8(ascii: "]"):
                leave()
                return .array(values.pop(from: first))
            default: throw expected("',' or ']' after an element of a list")
            }
        }
    }

    private mutating func object() throws(JSONFailure) -> JSONValue {
        try enter()
        let first = members.count
        var table: KeyTable?
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            leave()
            return .object(JSONObject())
        }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw expected("a key between quotes") }
            let keyOffset = cursor - start
            let key = try string()
            let earlier = memberNamed(key, from: first, table: &table)
            if earlier != nil && limits.duplicateKeys == .reject {
                throw JSONFailure(problem: .duplicateKey(key), offset: keyOffset)
            }
            skipSpace()
            guard peek() == UInt8(ascii: ":") else { throw expected("':' after a key") }
            cursor += 1
            skipSpace()
            let value = try value()
            if let earlier {
                members[earlier].value = value
            } else {
                members.push(JSONObject.Member(key: key, value: value))
            }
            skipSpace()
            switch peek() {
            case UInt8(ascii: ","):
                cursor += 1
                skipSpace()
            case UInt8(ascii: "}"):
                leave()
                return .object(JSONObject(members: members.pop(from: first)))
            default: throw expected("',' or '}' after a member of an object")
            }
        }
    }

    /// Where on the stack the object that starts at `first` has a member of that name already.
    @inline(__always)
    private func memberNamed(_ key: String, from first: Int, table: inout KeyTable?) -> Int? {
        if members.count - first <= Self.fewMembers {
            for index in first..<members.count where haveSameText(members[index].key, key) { return index }
            return nil
        }
        return memberNamedOfMany(key, from: first, table: &table)
    }

    @inline(never)
    private func memberNamedOfMany(_ key: String, from first: Int, table: inout KeyTable?) -> Int? {
        if table == nil {
            var filled = KeyTable(expecting: 4 * Self.fewMembers)
            for index in first..<members.count {
                _ = filled.insert(members[index].key, index: index - first) { members[first + $0].key }
            }
            table = filled
        }
        let next = members.count - first
        return table?.insert(key, index: next) { members[first + $0].key }.map { $0 + first }
    }

    private mutating func number() throws(JSONFailure) -> JSONNumber {
        let first = cursor
        if cursor.pointee == UInt8(ascii: "-") { cursor += 1 }
        if peek() == UInt8(ascii: "0") {
            cursor += 1
            if isDigit(peek()) { throw failure(.invalid("a number must not start with 0")) }
        } else {
            try digits("a digit")
        }
        if peek() == UInt8(ascii: ".") {
            cursor += 1
            try digits("a digit after the decimal point")
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { cursor += 1 }
            try digits("a digit of the exponent")
        }
        return JSONNumber(validText: text(from: first, to: cursor))
    }

    @inline(__always)
    private mutating func digits(_ what: StaticString) throws(JSONFailure) {
        guard isDigit(peek()) else { throw expected(what) }
        repeat { cursor += 1 } while isDigit(peek())
    }

    private mutating func literal(_ word: StaticString) throws(JSONFailure) {
        let length = word.utf8CodeUnitCount
        for index in 0..<length {
            guard cursor < end, cursor.pointee == word.utf8Start[index] else { throw expected(word) }
            cursor += 1
        }
    }

    // MARK: - Strings

    /// Reads a string; the cursor is at its opening quote.
    private mutating func string() throws(JSONFailure) -> String {
        cursor += 1
        let first = cursor
        var escapes = false
        while true {
            skipPlain()
            guard cursor < end else { throw expected("'\"' at the end of a string") }
            let byte = cursor.pointee
            if byte == UInt8(ascii: "\"") {
                let last = cursor
                cursor += 1
                return escapes ? JSONStringEscapes.decode(from: first, to: last) : text(from: first, to: last)
            } else if byte == UInt8(ascii: "\\") {
                escapes = true
                try escape()
            } else if byte < 0x20 {
                throw failure(.invalid("a control character in a string must be escaped"))
            } else {
                let length = UTF8Check.sequenceLength(at: cursor, before: end)
                guard length > 0 else { throw failure(.invalid("the text is not valid UTF-8")) }
                cursor += length
            }
        }
    }

    /// Goes to the next byte that ends a run of plain ASCII: a quote, a backslash, a control or a byte above 0x7F.
    @inline(__always)
    private mutating func skipPlain() {
        while end - cursor >= 8 {
            let special = PlainRun.special(at: cursor)
            if special != 0 {
                cursor += special.trailingZeroBitCount / 8
                return
            }
            cursor += 8
        }
        while cursor < end, PlainRun.isPlain(cursor.pointee) { cursor += 1 }
    }

    /// Checks an escape and goes behind it; the cursor is at its backslash.
    private mutating func escape() throws(JSONFailure) {
        cursor += 1
        switch peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            cursor += 1
        case UInt8(ascii: "u"):
            let escapeStart = cursor - 1
            let unit = try hexUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            let pairs =
                unit < 0xDC00 && end - cursor >= 2 && cursor[0] == UInt8(ascii: "\\") && cursor[1] == UInt8(ascii: "u")
            if pairs {
                cursor += 1
                if try hexUnit() & 0xFC00 == 0xDC00 { return }
            }
            throw JSONFailure(
                problem: .invalid("an escape is half of a surrogate pair, which is no character"),
                offset: escapeStart - start)
        default: throw expected("one of \"\\/bfnrtu after '\\'")
        }
    }

    /// Reads four hexadecimal digits; the cursor is at the `u`.
    private mutating func hexUnit() throws(JSONFailure) -> UInt16 {
        cursor += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard cursor < end, let digit = JSONStringEscapes.hexValue(cursor.pointee) else {
                throw expected("four hexadecimal digits after '\\u'")
            }
            unit = unit << 4 | UInt16(digit)
            cursor += 1
        }
        return unit
    }

    // MARK: - Small steps

    /// The next byte, 0 at the end: a NUL is nowhere allowed outside of strings, so the two need no telling apart.
    @inline(__always)
    private func peek() -> UInt8 { cursor < end ? cursor.pointee : 0 }

    @inline(__always)
    private mutating func skipSpace() {
        while cursor < end {
            switch cursor.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: cursor += 1
            default: return
            }
        }
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    private func text(from first: UnsafePointer<UInt8>, to last: UnsafePointer<UInt8>) -> String {
        String(decoding: UnsafeBufferPointer(start: first, count: last - first), as: UTF8.self)
    }

    /// Goes behind the bracket that opens a list or an object.
    @inline(__always)
    private mutating func enter() throws(JSONFailure) {
        depth += 1
        guard depth <= limits.maxDepth else { throw failure(.tooDeep(limits.maxDepth)) }
        cursor += 1
    }

    /// Goes behind the bracket that closes it.
    @inline(__always)
    private mutating func leave() {
        depth -= 1
        cursor += 1
    }

    @inline(never)
    private func expected(_ what: StaticString) -> JSONFailure { failure(.expected(what)) }

    @inline(never)
    private func failure(_ problem: JSONFailure.Problem) -> JSONFailure {
        JSONFailure(problem: problem, offset: cursor - start)
    }
}
