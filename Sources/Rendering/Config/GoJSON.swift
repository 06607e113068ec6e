import Document

/// Compact JSON exactly as Go's `encoding/json` writes it, since the reference hashes that text.
///
/// Numbers are doubles there; `<`, `>`, `&` and the two Unicode line separators are escaped. Members come in the order
/// in which they are given.
///
/// Source: Go `encoding/json`, `Marshal`.
struct GoJSON {
    private(set) var bytes: [UInt8] = []

    init(_ value: JSONValue) { write(value) }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let number): bytes += Self.text(number.doubleValue).utf8
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.key)
                bytes.append(UInt8(ascii: ":"))
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += #"\""#.utf8
            case "\\": bytes += #"\\"#.utf8
            case "\n": bytes += #"\n"#.utf8
            case "\r": bytes += #"\r"#.utf8
            case "\t": bytes += #"\t"#.utf8
            case "\u{8}": bytes += #"\b"#.utf8
            case "\u{c}": bytes += #"\f"#.utf8
            case "<", ">", "&", "\u{0}"..<" ", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                bytes += "\\u\(String(repeating: "0", count: 4 - hex.utf8.count))\(hex)".utf8
            default: bytes += String(scalar).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Plain up to 21 digits, else with an exponent that has no leading zeros. A number too large for a double has no
    /// text in Go; it cannot come from an API server.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let decimal = ShortestDecimal(value)
        let isPlain = value == 0 || (value.magnitude >= 1e-6 && value.magnitude < 1e21)
        return isPlain ? decimal.plain : decimal.scientific(width: decimal.exponent < 0 ? 1 : 2)
    }
}
