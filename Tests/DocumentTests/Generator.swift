import Document
import TestSupport

/// Random values from a seed.
struct Generator: RandomNumberGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func below(_ end: Int) -> Int { Int.random(in: 0..<end, using: &self) }

    mutating func value(depth: Int = 4) -> JSONValue {
        switch below(depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .number(JSONNumber(validText: number()))
        case 3...5: return .string(text())
        case 6, 7:
            var object = JSONObject()
            for _ in 0..<below(chance(5) ? 40 : 6) { object[text()] = value(depth: depth - 1) }
            return .object(object)
        default: return .array((0..<below(6)).map { _ in value(depth: depth - 1) })
        }
    }

    mutating func number() -> String {
        let whole = pick([
            "0", "1", "-1", "-0", "7", "42", "4317", "-9223372036854775808", "18446744073709551616", "123456",
        ])
        let fraction = chance(30) ? pick([".0", ".5", ".25", ".10", ".000001"]) : ""
        let exponent = chance(20) ? pick(["e0", "E5", "e+10", "e-7", "e21"]) : ""
        return whole + fraction + exponent
    }

    private static let words: [String] = [
        "", "a", "b", "name", "spec", "metadata", "true", "True", "y", "n", "no", "NO", "on", "off", "null", "~", "1",
        "01", "0x1F", "0o7", "1e3", "1_000",
        ".5", "5.", ".inf", "-.INF", ".nan", "<<", "=", "1:30", "12:30:45", "2001-12-14", "2001-12-14T21:59:43Z",
        "1.2.3", "10.0.0.1", "-", "--", "---",
        "...", "- a", "a: b", "a:", ":a", "#", "# a", "a #b", "a#b", "&a", "*a", "!a", "!!str", "|", ">", "%a", "@a",
        "`a", "{", "}", "[", "]", "{}", "[]", ",",
        "?", "? a", "'", "\"", "'a'", "\"a\"", "\\", "\\n", " ", " a", "a ", "  ", "\t", "a\tb", "\n", "a\n", "a\nb",
        "a\nb\n", "a\n\nb\n\n", "\na", " a\nb",
        "a\n b", "a \nb", "a\n---\nb", "a\n...\n", "a\r\nb", "\r", "\u{0}", "\u{7}", "\u{1b}", "\u{7f}", "\u{85}",
        "\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}",
        "é", "e\u{301}", "한국어", "😀", "a/b", "a~b", "~0", "~1", "/", "0", "-1", "+1", "00", "08", "0777", "0b11", "0b",
        "1e", "e1", "1e999", "-0", "+", ".",
        "..", "a.b", "$(POD_NAME)", "${env:X}", "http://collector:4317", "k8s.v1.cni.cncf.io/networks", "512Mi", "100m",
        "5s", "Yes please", "key with spaces",
        "#!/bin/sh\nset -e\necho \"$HOME\" # done\n", "{\"json\": [1, 2]}", "line one\n\n  indented\n\nlast",
        "\u{10FFFF}", "\u{FFFE}",
        "x y: z\n# no comment\n- item\n", "longer than fifteen bytes of text", "12345678901234567890",
        "1234567890.1234567890e+10", "0x", "0xg",
        String(repeating: "long ", count: 60),
    ]

    mutating func text() -> String {
        if chance(60) { return pick(Self.words) }
        if chance(50) { return pick(Self.words) + pick(Self.words) }
        return String(String.UnicodeScalarView((0..<below(12)).map { _ in scalar() }))
    }

    private mutating func scalar() -> Unicode.Scalar {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0...0x1F, 0x7F...0xFF, 0x100...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        return Unicode.Scalar(UInt32.random(in: pick(ranges), using: &self)) ?? "x"
    }

    /// The value with something changed somewhere.
    mutating func mutated(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(var object) where !object.isEmpty && chance(85):
            let key = pick(object.keys)
            switch below(5) {
            case 0: object[key] = nil
            case 1: object[text()] = self.value(depth: 1)
            default: object[key] = object[key].map { mutated($0) }
            }
            return .object(object)
        case .array(var elements) where !elements.isEmpty && chance(85):
            let index = below(elements.count)
            switch below(6) {
            case 0: elements.remove(at: index)
            case 1: elements.insert(self.value(depth: 1), at: index)
            case 2: elements.append(self.value(depth: 1))
            case 3: elements.swapAt(index, below(elements.count))
            default: elements[index] = mutated(elements[index])
            }
            return .array(elements)
        default: return self.value(depth: 2)
        }
    }
}
