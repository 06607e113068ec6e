import Document
import Testing

@Suite("YAML as the collector reads it")
struct YAMLCoreSchemaTests {
    private func read(_ text: String) throws -> JSONValue { try YAML.parseFirst(text, schema: .core) }

    @Test(
        "words that YAML 1.1 takes for booleans are strings",
        arguments: ["y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"])
    func words(word: String) throws {
        #expect(try read("a: \(word)") == ["a": .string(word)])
        #expect(try read("\(word): a") == [word: "a"])
        #expect(try YAML.parse("a: \(word)")["a"]?.boolValue != nil)
    }

    @Test(
        "other plain text means what it means to Kubernetes",
        arguments: [
            ("true", true), ("True", true), ("FALSE", false), ("~", .null), ("null", .null), ("Null", .null),
            ("", .null),
            ("0644", 420), ("0o17", 15), ("0x10", 16), ("0b11", 3), ("1_000", 1000), ("-5", -5), ("1.0", 1),
            ("1.5e+06", 1_500_000), ("1e3", 1000), ("1e+06", 1_000_000),
            ("2020-01-01", "2020-01-01"), ("2020-01-01T10:00:00Z", "2020-01-01T10:00:00Z"), ("12:30:45", "12:30:45"),
            ("08", "08"), ("09_1", "09_1"), ("1.2.3", "1.2.3"), ("30s", "30s"), ("0.0.0.0:4317", "0.0.0.0:4317"),
        ] as [(String, JSONValue)])
    func scalars(text: String, value: JSONValue) throws {
        #expect(try read("a: \(text)") == ["a": value])
    }

    @Test(
        "a tag of one's own says nothing",
        arguments: [
            ("!mine 5", 5), ("!mine text", "text"), ("!mine '5'", "5"), ("!mine [1]", [1]), ("!!str 5", "5"),
        ] as [(String, JSONValue)])
    func tags(text: String, value: JSONValue) throws {
        #expect(try read("a: \(text)") == ["a": value])
    }

    @Test("integers keep all digits")
    func integers() throws {
        #expect(try read("9007199254740993").serializedString() == "9007199254740993")
        #expect(try read("123456789012345678901234567890").serializedString() == "123456789012345678901234567890")
    }

    @Test("anchors, aliases and merges are expanded")
    func merges() throws {
        let text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n"
        #expect(try read(text) == ["a": ["x": 1, "y": 2], "b": ["x": 1, "y": 3], "c": ["x": 1, "y": 2]])
    }

    @Test("of several documents the first is read, and what follows may be anything")
    func firstDocument() throws {
        #expect(try read("a: 1\n---\nb: [unfinished\n") == ["a": 1])
        #expect(try read("# nothing but a comment\n") == .null)
        #expect(throws: DocumentError.self) { try YAML.parse("a: 1\n---\nb: 2\n") }
    }

    @Test(
        "a key that occurs twice, an infinite number and a broken text are errors",
        arguments: ["a: 1\na: 2", "a: .inf", "a: [", "\ta: 1"])
    func errors(text: String) {
        #expect(throws: DocumentError.self) { try read(text) }
    }

    @Test("the limits hold for aliases of aliases")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: DocumentError.self) { try read(text) }
        #expect(error?.message.contains("means more than") == true)
    }
}
