import Document
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("members keep their order and numbers their text")
    func faithful() throws {
        let text = #"{"b":1.0,"a":[true,false,null,"x\n\"é😀\\"],"c":{},"d":[],"longer than fifteen bytes":-1e+5}"#
        #expect(try JSONValue(parsing: text).serializedString() == text)
    }

    @Test("only quotes, backslashes and control characters are escaped")
    func escapes() {
        let all = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar(UInt8($0)) }))
        let expected =
            #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011"#
            + #"\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f""#
        #expect(JSONValue.string(all).serializedString() == expected)
        #expect(JSONValue.string("\"\\/<>&'\u{7f}\u{2028}é").serializedString() == "\"\\\"\\\\/<>&'\u{7f}\u{2028}é\"")
    }

    @Test("pretty is indented by two spaces, empty lists and objects stay short")
    func pretty() {
        let value: JSONValue = ["a": [1, ["b": .null]], "c": [:], "d": []]
        #expect(
            value.serializedPretty() == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "c": {},
                  "d": []
                }
                """)
    }

    @Test("a buffer is appended to")
    func buffer() {
        var buffer = Array("data: ".utf8)
        (["a": 1] as JSONValue).serialize(into: &buffer)
        #expect(String(decoding: buffer, as: UTF8.self) == #"data: {"a":1}"#)
    }

    @Test("an escape at every place of a word of eight bytes is found", arguments: 0..<24)
    func alignment(place: Int) throws {
        for special in ["\"", "\\", "\n", "é", "\u{1f}", "😀"] {
            let text = String(repeating: "x", count: place) + special + String(repeating: "y", count: 23 - place)
            #expect(try JSONValue(parsing: JSONValue.string(text).serialized()) == .string(text))
        }
    }
}

@Suite("Comparing")
struct ComparisonTests {
    @Test(
        "numbers compare by value and exactly",
        arguments: [
            ("1", "1.0", true), ("1", "10e-1", true), ("100", "1e2", true), ("-0", "0", true), ("0e5", "0", true),
            ("0.10", "0.1", true),
            ("9007199254740992", "9007199254740993", false), ("1", "-1", false), ("1e400", "1e401", false),
            ("1e400", "10e399", true),
            ("0.1", "0.1000000000000000000001", false), ("1e99999999999999999999", "1e99999999999999999998", true),
        ])
    func numbers(left: String, right: String, equal: Bool) {
        #expect((JSONNumber(validText: left) == JSONNumber(validText: right)) == equal)
    }

    @Test(
        "integers are told from other numbers",
        arguments: [
            ("3", 3), ("3.0", 3), ("3e2", 300), ("300e-2", 3), ("3.5", nil), ("9223372036854775807", .max),
            ("9223372036854775808", nil),
            ("-9223372036854775808", .min), ("-9223372036854775808.0", .min), ("-9223372036854775809", nil),
            ("92233720368547758070e-1", .max),
            ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("1e400", nil), ("-0.0", 0),
            ("0e9999999999999999999", 0),
        ] as [(String, Int?)])
    func integers(text: String, value: Int?) {
        #expect(JSONNumber(validText: text).intValue == value)
    }

    @Test("order does not count in objects, and does in lists")
    func order() {
        #expect(["a": 1, "b": 2] as JSONValue == ["b": 2, "a": 1])
        #expect([1, 2] as JSONValue != [2, 1])
        #expect(["a": 1, "b": 2] as JSONValue != ["a": 1, "c": 2])
        #expect(["a": .null] as JSONValue != [:])
    }

    @Test("text is compared scalar by scalar")
    func canonicalEquivalence() {
        let (one, two) = ("\u{e9}", "e\u{301}")
        #expect(one == two)  // what Swift says
        #expect(JSONValue.string(one) != .string(two))
        let object: JSONObject = [one: 1, two: 2]
        #expect(object[two] == 2)
        #expect(JSONPatch.diff(from: .string(one), to: .string(two)).operations.count == 1)
    }

    @Test("what is not there is nil and not null")
    func absent() {
        let value: JSONValue = ["list": [1], "null": .null]
        #expect(value["list"]?[1] == nil as JSONValue?)
        #expect(value["none"].map(\.isNull) == nil)
        #expect(value["list"]?[1].map(\.isNull) == nil)
        #expect(value["list"]?[-1].map(\.isNull) == nil)
        #expect(value[path: "list", "x"].map(\.isNull) == nil)
        #expect(value["null"].map(\.isNull) == true)
    }

    @Test("an infinite double is no JSON number")
    func doubles() {
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(Double.nan) == nil)
        #expect(JSONNumber(0.25)?.text == "0.25")
    }
}
