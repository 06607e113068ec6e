import Document
import Testing

@Suite("YAML scalars")
struct YAMLScalarTests {
    @Test("plain text becomes what Kubernetes takes it for", arguments: plain)
    func resolves(text: String, value: JSONValue) throws {
        #expect(try YAML.parse("v: \(text)\n")["v"] == value)
        #expect(try YAML.parse("[\(text)]\n") == (text.isEmpty ? [] : [value]))
    }

    @Test("quotes and blocks make anything a string", arguments: plain.map(\.0))
    func quotes(text: String) throws {
        #expect(try YAML.parse("v: '\(text)'")["v"] == .string(text))
        #expect(try YAML.parse("v: \"\(text)\"")["v"] == .string(text))
        #expect(try YAML.parse("v: !!str \(text)")["v"] == .string(text))
        if !text.isEmpty { #expect(try YAML.parse("v: |-\n  \(text)\n")["v"] == .string(text)) }
    }

    @Test(
        "a number keeps its text as far as JSON has it",
        arguments: [
            ("1.50", "1.50"), ("+1.5", "1.5"), (".5", "0.5"), ("-.5", "-0.5"), ("5.", "5"), ("007.5", "7.5"),
            ("08", "8"), ("1e3", "1e3"), ("1E+3", "1E+3"),
            ("5.e3", "5e3"), ("0x1F", "31"), ("1_000", "1000"), ("-0", "0"), ("-0.0", "-0.0"),
            ("18446744073709551616", "18446744073709551616"),
            ("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
            ("0x100000000000000000000000000000000", "340282366920938463463374607431768211456"),
            ("-0b11", "-3"), ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("0o1777777777777777777777", "18446744073709551615"),
            ("0x8AC7230489E80000", "10000000000000000000"), ("0x152D02C7E14AF6800000", "100000000000000000000000"),
        ])
    func numberText(yaml: String, json: String) throws {
        #expect(try YAML.parse(yaml).serializedString() == json)
    }

    @Test("what is no JSON number is an error", arguments: [".inf", "-.inf", "+.INF", ".nan", ".NaN", "!!float .Inf"])
    func notFinite(text: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse("a:\n  b: \(text)") }
        #expect(error?.message.hasSuffix("is no number that JSON can hold") == true)
        #expect(error?.position?.line == 2)
    }

    @Test(
        "a tag says what the text has to be",
        arguments: [
            ("!!str 1", "1"), ("!!str", ""), ("!!str ~", "~"), ("!!int '3'", 3), ("!!int 0x10", 16), ("!!float 3", 3),
            ("!!bool 'on'", true), ("!!null ''", .null),
            ("!!null ~", .null), ("!!timestamp 2001-12-14", "2001-12-14"), ("!!binary aGVsbG8=", "hello"),
            ("!!binary aGk", .null), ("!!binary 4pyT", "✓"),
            ("!mine 12", "12"), ("!mine", ""), ("!<tag:yaml.org,2002:str> 12", "12"),
            ("!!set {a, b}", ["a": .null, "b": .null]), ("!mine [1]", [1]), ("!!merge x", "x"),
        ] as [(String, JSONValue)])
    func tags(text: String, value: JSONValue) throws {
        if text == "!!binary aGk" {
            #expect(throws: DocumentError.self) { try YAML.parse(text) }  // without its padding
        } else {
            #expect(try YAML.parse(text) == value)
        }
    }

    @Test(
        "a tag that does not fit is an error",
        arguments: [
            "!!int abc", "!!int 1.5", "!!int ''", "!!float abc", "!!bool 1", "!!bool maybe", "!!null 0",
            "!!timestamp soon", "!!binary '*'", "!!binary /w==",
            "!!binary aGk==",
        ])
    func wrongTags(text: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse("a: \(text)") }
        #expect(error?.position == .init(line: 1, column: 4, offset: 3))
    }

    @Test(
        "keys become strings",
        arguments: [
            ("1", "1"), ("0x10", "16"), ("010", "8"), ("1.50", "1.5"), ("1e3", "1000"), ("1e6", "1e+06"),
            ("1234567.0", "1.234567e+06"), ("0.00001", "1e-05"),
            ("0.0001", "0.0001"), ("-2.5", "-2.5"), ("123456.0", "123456"), ("-0.0", "-0"), ("yes", "true"),
            ("on", "true"), ("n", "false"), ("True", "true"),
            ("'on'", "on"), ("!!str 1", "1"), (".inf", ".inf"), ("-.Inf", "-.inf"), ("1e39", ".inf"),
            ("2001-12-14", "2001-12-14"), ("\"\"", ""), ("1e-7", "1e-07"),
            ("18446744073709551616", "18446744073709551616"), ("'<<'", "<<"), ("a b", "a b"), ("0.1", "0.1"),
            ("16777216.5", "1.6777216e+07"),
        ])
    func keys(text: String, key: String) throws {
        #expect(try YAML.parse("\(text): x").objectValue?.keys == [key])
        #expect(try YAML.parse("{? \(text) : x}").objectValue?.keys == [key])
    }

    @Test(
        "null, lists and mappings are no keys",
        arguments: [
            ("~: 1", "a key must not be null"), ("? \n: 1", "a key must not be null"),
            ("? [a]\n: 1", "a key must not be a list or a mapping"),
            ("{a: 1}: 1", "a key must not be a list or a mapping"),
        ])
    func noKeys(text: String, message: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text) }
        #expect(error?.message == message)
    }
}

private func number(_ text: String) -> JSONValue { .number(JSONNumber(validText: text)) }

private typealias Reading = (String, JSONValue)

private let plain: [Reading] = nulls + booleans + numbers + texts

private let nulls: [Reading] = ["", "~", "null", "Null", "NULL"].map { ($0, .null) }

private let booleans: [Reading] =
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map { ($0, true) }
    + ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map { ($0, false) }

private let numbers: [Reading] = [
    ("0", 0), ("7", 7), ("-7", -7), ("+7", 7), ("1_000", 1000), ("1__0_", 10), ("0777", 511), ("-010", -8),
    ("0o17", 15), ("0O17", 15), ("0_7", 7), ("00", 0),
    ("0x1F", 31), ("0X1f", 31), ("-0x10", -16), ("+0x10", 16), ("0x_1F", 31), ("0b101", 5), ("-0B11", -3),
    ("0b1_0", 2), ("9223372036854775808", number("9223372036854775808")),
    ("1.5", number("1.5")), (".5", number("0.5")), ("5.", 5), ("1e3", 1000), ("1.5E-3", number("0.0015")),
    ("-.5e1", -5), ("08", 8), ("09.5", number("9.5")),
    ("1_0.5_0", number("10.5")), ("+.5", number("0.5")), ("0e21", 0), ("-0e2", 0), ("00e1", 0),
    ("1e-400", number("1e-400")),
]

private let texts: [Reading] =
    [
        "nULL", "tRUE", "yES", "yess", "True.", "oN", "none", "nil", "1:30", "1:30:45", "1.2.3", "10.0.0.1", "0x",
        "0xg", "0o8", "0b2", "0o", "1e", "e1", "1e+", ".", "..",
        ".e1", "._5", ".5_0", "_1", "+", "--1", "+-1", "1-1", "1 2", "1e999", "-1e999", "2001-12-14", "2001-1-2",
        "2001-12-14T21:59:43.10Z", "2001-12-14t21:59:43-05:00",
        "2001-12-14 21:59:43", "2001-13-14", "20011-12-14", "512Mi", "100m", "5s", "0644x", "inf", "nan", ".infinity",
        "a: b".replacing(": ", with: ":"), "=", "v1.2",
        "0x1.8p3", "1,000", "１",
    ].filter { !$0.contains(",") }.map { ($0, .string($0)) }
