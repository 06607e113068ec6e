/// What the text of a YAML scalar means. The table is at ``YAML``.
enum YAMLScalar: Equatable {
    case null
    case bool(Bool)
    /// Decimal digits, `-` before them when negative.
    case integer(String)
    /// A number with point or exponent, valid JSON.
    case float(String)
    /// `.inf`, `-.inf` or `.nan`.
    case noNumber(String)
    case timestamp
    case string

    /// By the rules for a plain scalar without a tag.
    init(resolving text: String, _ schema: YAMLSchema = .kubernetes) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": self = schema == .core ? .string : .bool(true)
        case "n", "N", "no", "No", "NO", "off", "Off", "OFF": self = schema == .core ? .string : .bool(false)
        case ".nan", ".NaN", ".NAN": self = .noNumber(".nan")
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .noNumber(".inf")
        case "-.inf", "-.Inf", "-.INF": self = .noNumber("-.inf")
        case _ where schema == .core && Self.isNoOctal(text): self = .string
        default: self = Self.number(text)
        }
    }

    /// Digits that start with 0 and so should be octal, but have an 8 or a 9: `08`.
    private static func isNoOctal(_ text: String) -> Bool {
        var digits = text.utf8[...]
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        return digits.first == UInt8(ascii: "0")
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_") }
            && digits.contains { $0 == UInt8(ascii: "8") || $0 == UInt8(ascii: "9") }
    }

    private static func number(_ text: String) -> YAMLScalar {
        guard let first = text.utf8.first else { return .string }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            if isTimestamp(text) { return .timestamp }
            let plain = Array(text.utf8).filter { $0 != UInt8(ascii: "_") }
            return integer(plain[...]) ?? float(plain[...]) ?? .string
        case UInt8(ascii: "."): return float(Array(text.utf8)[...]) ?? .string
        default: return .string
        }
    }

    // MARK: - Integers

    private static func integer(_ text: ArraySlice<UInt8>) -> YAMLScalar? {
        var digits = text
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        var base = 10
        if digits.first == UInt8(ascii: "0") && digits.count > 1 {
            digits.removeFirst()
            switch digits.first.map({ $0 | 0x20 }) {
            case UInt8(ascii: "x"): base = 16
            case UInt8(ascii: "b"): base = 2
            case UInt8(ascii: "o"): base = 8
            default: base = 0  // octal without a letter
            }
            if base != 0 { digits.removeFirst() } else { base = 8 }
        }
        guard !digits.isEmpty else { return nil }
        var values: [UInt8] = []
        for digit in digits {
            guard let value = JSONStringEscapes.hexValue(digit), value < base else { return nil }
            values.append(value)
        }
        let decimal = base == 10 ? String(decoding: digits, as: UTF8.self) : decimal(values, base: base)
        return .integer(isNegative && decimal != "0" ? "-" + decimal : decimal)
    }

    /// The digits of a number of any size in base 10.
    private static func decimal(_ digits: [UInt8], base: Int) -> String {
        var small = 0
        var large: [UInt32] = []  // nine decimal digits each, the lowest first; used when `small` would overflow
        for digit in digits {
            if large.isEmpty && small < Int.max / 32 {
                small = small * base + Int(digit)
                continue
            }
            if large.isEmpty {
                while small > 0 {
                    large.append(UInt32(small % 1_000_000_000))
                    small /= 1_000_000_000
                }
            }
            var carry = Int(digit)
            for index in large.indices {
                carry += Int(large[index]) * base
                large[index] = UInt32(carry % 1_000_000_000)
                carry /= 1_000_000_000
            }
            if carry > 0 { large.append(UInt32(carry)) }
        }
        guard let highest = large.last else { return String(small) }
        return large.dropLast().reversed().reduce(into: String(highest)) { text, part in
            let digits = String(part)
            text += String(repeating: "0", count: 9 - digits.utf8.count) + digits
        }
    }

    // MARK: - Floats

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, as JSON would write it.
    private static func float(_ text: ArraySlice<UInt8>) -> YAMLScalar? {
        var rest = text
        var json: [UInt8] = []
        if rest.first == UInt8(ascii: "-") { json.append(UInt8(ascii: "-")) }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = takeDigits(&rest)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        json += significant.isEmpty ? [UInt8(ascii: "0")] : significant
        if !fraction.isEmpty { json += [UInt8(ascii: ".")] + fraction }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            json.append(mark)
            rest.removeFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                json.append(sign)
                rest.removeFirst()
            }
            let exponent = takeDigits(&rest)
            guard !exponent.isEmpty else { return nil }
            json += exponent
        }
        let result = String(decoding: json, as: UTF8.self)
        guard rest.isEmpty, Double(result)?.isFinite == true else { return nil }
        return .float(result)
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    // MARK: - Timestamps

    /// Whether the text has the form of a date, or of a date and a time: `2001-1-2`, `2001-12-14t21:59:43.1Z`.
    static func isTimestamp(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest.removeFirst()
            return true
        }
        func number(_ lengths: ClosedRange<Int>, upTo greatest: Int) -> Bool {
            let digits = takeDigits(&rest)
            guard lengths.contains(digits.count) else { return false }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= greatest
        }
        guard number(4...4, upTo: 9999), take(UInt8(ascii: "-")), number(1...2, upTo: 12), take(UInt8(ascii: "-")),
            number(1...2, upTo: 31)
        else { return false }
        if rest.isEmpty { return true }
        let hasZone = !take(UInt8(ascii: " "))
        if hasZone { guard take(UInt8(ascii: "T")) || take(UInt8(ascii: "t")) else { return false } }
        guard number(1...2, upTo: 23), take(UInt8(ascii: ":")), number(1...2, upTo: 59), take(UInt8(ascii: ":")),
            number(1...2, upTo: 59)
        else { return false }
        if take(UInt8(ascii: ".")) && takeDigits(&rest).isEmpty { return false }
        guard hasZone else { return rest.isEmpty }
        if take(UInt8(ascii: "Z")) { return rest.isEmpty }
        guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")) else { return false }
        return number(2...2, upTo: 23) && take(UInt8(ascii: ":")) && number(2...2, upTo: 59) && rest.isEmpty
    }
}
