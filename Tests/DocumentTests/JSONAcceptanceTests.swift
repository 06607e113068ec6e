import Document
import Testing

/// The three kinds of texts of the public JSON test suites, in our own words: what every reader must accept, what none
/// may accept, and what a reader may decide for itself.
@Suite("JSON texts")
struct JSONAcceptanceTests {
    @Test("what RFC 8259 allows is read", arguments: accepted)
    func accepts(_ sample: Sample) throws {
        let value = try JSONValue(parsing: sample.bytes)
        if let expected = sample.value { #expect(value == expected) }
        // What we write is read as the same again.
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.serializedPretty()) == value)
    }

    @Test("what RFC 8259 forbids is refused with a position", arguments: refused)
    func refuses(_ sample: Sample) {
        let error = #expect(throws: DocumentError.self) { try JSONValue(parsing: sample.bytes) }
        #expect(error?.position != nil)
        #expect((error?.position?.offset ?? 0) <= sample.bytes.count)
    }

    /// Ours is the strict side: what has no exact meaning as text is refused, any number's text is kept.
    @Test("where a reader may choose, the choice is this", arguments: chosen)
    func chooses(_ choice: Choice) {
        let value = try? JSONValue(parsing: choice.sample.bytes)
        #expect((value != nil) == choice.isAccepted)
        if choice.isAccepted { #expect(value?.serialized() == choice.sample.bytes) }
    }
}

struct Sample: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var value: JSONValue?

    init(_ text: String, _ value: JSONValue? = nil) {
        bytes = Array(text.utf8)
        self.value = value
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    var testDescription: String { String(String(decoding: bytes, as: UTF8.self).prefix(60)) }
}

struct Choice: Sendable, CustomTestStringConvertible {
    var sample: Sample
    var isAccepted: Bool
    var testDescription: String { "\(isAccepted ? "accepts" : "refuses") \(sample.testDescription)" }
}

/// A string with these bytes between quotes.
private func quoted(_ bytes: UInt8...) -> Sample { Sample(bytes: [0x22] + bytes + [0x22]) }

private func number(_ text: String) -> JSONValue { .number(JSONNumber(validText: text)) }

/// A string of one scalar that Unicode keeps for internal use.
private func noncharacter(_ value: UInt32) -> String { "\"\(Unicode.Scalar(value).map(String.init) ?? "")\"" }

private let accepted: [Sample] = [
    // Scalars at the top.
    Sample("null", .null as JSONValue?), Sample("true", true), Sample("false", false), Sample("0", 0), Sample("-1", -1),
    Sample("\"\"", ""), Sample("\"a\"", "a"), Sample(" \t\r\n7 \t\r\n", 7),
    // Lists.
    Sample("[]", []), Sample("[ ]", []), Sample("[\n]", []), Sample("[[]]", [[]]), Sample("[[],[[]]]", [[], [[]]]),
    Sample("[null]", [.null]), Sample("[1,2]", [1, 2]), Sample("[1 ,2 , 3]", [1, 2, 3]), Sample("[\"\"]", [""]),
    Sample("[false]", [false]), Sample("[1]\n", [1]), Sample(" [1]", [1]),
    Sample("[null, 1, \"1\", {}]", [.null, 1, "1", [:]]),
    Sample("[1,null,null,null,2]", [1, .null, .null, .null, 2]), Sample("[[[[[[[[[[1]]]]]]]]]]"),
    // Objects.
    Sample("{}", [:]), Sample("{ }", [:]), Sample("{\"a\":1}", ["a": 1]),
    Sample("{\"a\" : 1 , \"b\" : 2}", ["a": 1, "b": 2]),
    Sample("{\"\":0}", ["": 0]), Sample("{\"a\":{\"a\":{}}}", ["a": ["a": [:]]]), Sample("{\"a\":[]}", ["a": []]),
    Sample("{\n\"a\":\n\"b\"\n}", ["a": "b"]), Sample("{\"a\\u0000b\":1}", ["a\0b": 1]),
    Sample("{\"A\":1,\"a\":2}", ["A": 1, "a": 2]),
    Sample("{\"min\":-1.0e+28,\"max\":1.0e+28}"), Sample("{\"\\u0061\":1}", ["a": 1]),
    Sample("{\"\u{e9}\":1,\"e\u{301}\":2}"),  // the same to a reader of text, two keys to JSON
    // Numbers.
    Sample("-0", 0), Sample("0.0", 0), Sample("0.5", number("5e-1")), Sample("1.5", number("15e-1")), Sample("10", 10),
    Sample("1e1", 10), Sample("1E1", 10), Sample("1e+1", 10), Sample("1E+1", 10), Sample("1e-1", number("0.1")),
    Sample("1E-2", number("0.01")), Sample("0e1", 0), Sample("0e+1", 0), Sample("0E0", 0), Sample("1.25e2", 125),
    Sample("-1.5"),
    Sample("-0.0", 0), Sample("1234567890", 1_234_567_890), Sample("9223372036854775807", .int(.max)),
    Sample("-9223372036854775808", .int(.min)), Sample("[4 ]", [4]),
    Sample("0.000000000000000000000000000000000000000000001"),
    Sample("123.456e78"), Sample("20e1", 200), Sample("-123", -123),
    // Strings.
    Sample("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{c}\n\r\t"), Sample("\"\\u0041\"", "A"),
    Sample("\"\\u00e9\"", "é"),
    Sample("\"\\u00E9\"", "é"), Sample("\"\\u20ac\"", "€"), Sample("\"\\ud83d\\ude00\"", "😀"),
    Sample("\"\\uD83D\\uDE00\"", "😀"),
    Sample("\"\\u0000\"", "\0"), Sample("\"\\u001f\"", "\u{1f}"), Sample("\"\\u007f\"", "\u{7f}"),
    Sample("\"\u{7f}\"", "\u{7f}"),
    Sample("\"\\uFFFF\"", "\u{FFFF}"), Sample("\"\\uFFFE\"", "\u{FFFE}"), Sample("\"\\uDBFF\\uDFFF\"", "\u{10FFFF}"),
    Sample("\"\\uD800\\uDC00\"", "\u{10000}"), Sample("\"\\\\u0041\"", "\\u0041"), Sample("\"\\\\\"", "\\"),
    Sample("\"\\\"\"", "\""),
    Sample("\"a/b\"", "a/b"), Sample("\"/*not a comment*/\"", "/*not a comment*/"), Sample("\"'\"", "'"),
    Sample("\"é\"", "é"),
    Sample("\"€\"", "€"), Sample("\"😀\"", "😀"), Sample("\"\u{2028}\u{2029}\"", "\u{2028}\u{2029}"),
    Sample("\"\u{FEFF}\"", "\u{FEFF}"),
    Sample("\"\u{10FFFF}\"", "\u{10FFFF}"), Sample("\"\u{FFFF}\"", "\u{FFFF}"), Sample("\"\u{80}\"", "\u{80}"),
    Sample("\" \"", " "),
    Sample("\"한국어\"", "한국어"), Sample("\"12345678\\n12345678\"", "12345678\n12345678"),
    Sample("\"1234567\\n\"", "1234567\n"),
    Sample("\"exactly eight bytes, then é and more than eight\"", "exactly eight bytes, then é and more than eight"),
    Sample("\"new\\u000Aline\"", "new\nline"), Sample("\"\\u0060\\u012a\\u12AB\"", "`\u{12A}\u{12AB}"),
]

private let refused: [Sample] = [
    // Nothing, or something else.
    Sample(""), Sample(" "), Sample("\n\n"), Sample("nul"), Sample("nulls"), Sample("NULL"), Sample("True"),
    Sample("tru"), Sample("fals"),
    Sample("nan"), Sample("NaN"), Sample("Infinity"), Sample("-Infinity"), Sample("undefined"), Sample("a"),
    Sample("'a'"), Sample("*"),
    Sample("<null>"), Sample("é"), Sample("\u{FEFF}{}"), Sample("\u{FEFF}"), Sample("{}\u{FEFF}"), Sample("\0"),
    Sample("1\0"),
    // Lists.
    Sample("["), Sample("]"), Sample("[1"), Sample("[1,"), Sample("[1,]"), Sample("[,1]"), Sample("[1,,2]"),
    Sample("[,]"), Sample("[1 2]"),
    Sample("[\"a\" \"b\"]"), Sample("[1:2]"), Sample("[\"a\":1]"), Sample("[1]]"), Sample("[1}"), Sample("[[]"),
    Sample("[\"a"), Sample("[\"a\""),
    Sample("[1\n,\n1"), Sample("[{}"), Sample("[x"), Sample("[1,\u{0B}2]"), Sample("[\u{0C}]"), Sample("[\u{A0}]"),
    Sample("[\u{2060}]"),
    Sample("[3[4]]"), Sample("[1];"), Sample("[]1"), Sample("[][]"), Sample("[1]x"), Sample("[1,2\"]"), Sample("[\\n]"),
    Sample("[*]"),
    // Objects.
    Sample("{"), Sample("}"), Sample("{]"), Sample("{\"a\""), Sample("{\"a\":"), Sample("{\"a\":1"),
    Sample("{\"a\":1,"), Sample("{\"a\":1,}"),
    Sample("{,\"a\":1}"), Sample("{\"a\":1,,\"b\":2}"), Sample("{\"a\" 1}"), Sample("{\"a\",1}"), Sample("{\"a\"::1}"),
    Sample("{\"a\":}"),
    Sample("{:1}"), Sample("{a:1}"), Sample("{'a':1}"), Sample("{1:1}"), Sample("{null:1}"), Sample("{[1]:1}"),
    Sample("{\"a\":1 \"b\":2}"),
    Sample("{\"a\":1;\"b\":2}"), Sample("{\"a\":1}}"), Sample("{\"a\":1}#"), Sample("{\"a\":1}//"),
    Sample("{\"a\":/*x*/1}"), Sample("{/**/}"),
    Sample("{\"a\":1}{"), Sample("{\"a\":\"b\""), Sample("{\"a"), Sample("{\"a\"=1}"), Sample("{ \"a\" : truth }"),
    Sample("{}}"), Sample("{\"a\":[}"),
    // Numbers.
    Sample("+1"), Sample("01"), Sample("-01"), Sample("00"), Sample("-"), Sample("--1"), Sample("-a"), Sample(".5"),
    Sample("-.5"), Sample("5."),
    Sample("5.e1"), Sample("1e"), Sample("1e+"), Sample("1e-"), Sample("1E"), Sample("1.5e"), Sample("1.e"),
    Sample("1eE2"), Sample("1e1.5"),
    Sample("1.2.3"), Sample("0x10"), Sample("0b1"), Sample("0o7"), Sample("1_000"), Sample("1 000"), Sample("1a"),
    Sample("1-1"), Sample("-1-"),
    Sample("0e"), Sample("0.e1"), Sample("0.3e"), Sample("0.3e+"), Sample("1f"), Sample("- 1"), Sample("１"),
    Sample("-NaN"), Sample("++1"),
    Sample("1e１"), Sample("[-]"), Sample("[1.]"), Sample("[012]"),
    // Strings.
    Sample("\""), Sample("\"a"), Sample("a\""), Sample("\"\\"), Sample("\"\\\""), Sample("\"\\x41\""),
    Sample("\"\\a\""), Sample("\"\\'\""),
    Sample("\"\\0\""), Sample("\"\\v\""), Sample("\"\\U0041\""), Sample("\"\\u\""), Sample("\"\\u0\""),
    Sample("\"\\u00\""), Sample("\"\\u004\""),
    Sample("\"\\u004g\""), Sample("\"\\u00 1\""), Sample("\"\\u+041\""), Sample("\"\\ud83d\\u\""),
    Sample("\"\\ud83d\\ud\""), Sample("\"\\😀\""),
    Sample("\"a\nb\""), Sample("\"a\tb\""), Sample("\"\0\""), Sample("\"\u{1f}\""), Sample("\"a\rb\""),
    Sample("\"12345678\t\""), Sample("\"\\é\""),
    Sample("\"a\"b"), Sample("\"\"\""), Sample("\\u0022a\""), Sample("\"\\\\\\\""), Sample("\"\\u0041"),
    // Not UTF-8.
    quoted(0x80), quoted(0xBF), quoted(0xFF), quoted(0xFE), quoted(0xC0, 0xAF), quoted(0xC1, 0x81), quoted(0xC3),
    quoted(0xC3, 0x28),
    quoted(0xE2, 0x82), quoted(0xE2, 0x28, 0xA1), quoted(0xE0, 0x80, 0xAF), quoted(0xE0, 0x9F, 0xBF),
    quoted(0xED, 0xA0, 0x80),
    quoted(0xED, 0xBF, 0xBF), quoted(0xF0, 0x9F, 0x98), quoted(0xF0, 0x80, 0x80, 0xAF), quoted(0xF4, 0x90, 0x80, 0x80),
    quoted(0xF5, 0x80, 0x80, 0x80), quoted(0xF8, 0x88, 0x80, 0x80, 0x80), quoted(0x61, 0x62, 0x63, 0xE9),
    Sample(bytes: [0xFF]),
    Sample(bytes: [0x5B, 0xFF, 0x5D]), Sample(bytes: [0x22, 0xE2, 0x82]), Sample(bytes: [0x22, 0x5C, 0xE9, 0x22]),
    // UTF-16.
    Sample(bytes: [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00]), Sample(bytes: [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D]),
    Sample(bytes: [0x5B, 0x00, 0x5D, 0x00]),
]

private let chosen: [Choice] =
    [
        "1e9999", "-1e9999", "1e-9999", "100000000000000000000", "-100000000000000000000", "0.1e999999999999999999999",
        "-0", "1.0",
        "123456789012345678901234567890.123456789", "1E400", "9007199254740993", noncharacter(0xFDD0),
        noncharacter(0x1FFFE),
    ].map { Choice(sample: Sample($0), isAccepted: true) }
    + [
        "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDFFF\"", "\"\\uDBFF\"", "\"\\uD83Dx\"", "\"\\uD83D\\n\"",
        "\"\\uD83D\\u0041\"", "\"\\uD800\\uD800\"",
        "\"\\uDE00\\uD83D\"", "\"\\uD83D\\uD83D\\uDE00\"", "\"\\ud83d\"", "{\"\\uD800\":1}", "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}", "{\"\":1,\"\":2}",
    ].map { Choice(sample: Sample($0), isAccepted: false) }
    + [
        Choice(
            sample: Sample(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)), isAccepted: true),
        Choice(
            sample: Sample(String(repeating: "[", count: 129) + String(repeating: "]", count: 129)), isAccepted: false),
    ]
