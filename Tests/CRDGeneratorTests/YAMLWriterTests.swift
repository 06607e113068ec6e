import Document
import Testing

@testable import CRDGenerator

@Suite("YAML of schemas")
struct YAMLWriterTests {
    @Test("objects, lists and empty values stand in block style")
    func blocks() {
        let value: JSONValue = ["a": ["b": [["c": 1, "d": [:]], "e", ["f"]]], "g": [], "h": .null]
        #expect(
            YAMLWriter.write(value) == """
                a:
                  b:
                  - c: 1
                    d: {}
                  - e
                  - - f
                g: []
                h: null

                """)
    }

    @Test(
        "what a reader could take for something else is quoted",
        arguments: [
            ("plain text", "plain text"), ("", "''"), ("yes", "'yes'"), ("True", "'True'"), ("null", "'null'"),
            ("1e3", "'1e3'"), (".5", "'.5'"), (".inf", "'.inf'"), (".spec.mode", ".spec.mode"), ("a: b", "'a: b'"),
            ("a #b", "'a #b'"), ("it's", "it's"), ("'a'", "'''a'''"), ("- a", "'- a'"), ("*", "'*'"),
            ("/metrics", "/metrics"), ("a ", "'a '"), ("30s", "'30s'"), ("~", "'~'"),
        ])
    func scalars(text: String, written: String) {
        #expect(YAMLWriter.write(["k": .string(text)]) == "k: \(written)\n")
    }

    @Test("long texts are folded between words")
    func folded() {
        let words = Array(repeating: "word: ", count: 40).joined() + "end"
        let text = YAMLWriter.write(["k": .string(words)])
        let lines = text.split(separator: "\n")
        #expect(lines.first == "k: >-")
        #expect(lines.count > 2)
        #expect(lines.allSatisfy { $0.count <= 112 })
        #expect(lines.dropFirst().map { $0.drop { $0 == " " } }.joined(separator: " ") == words)
    }
}

extension YAMLWriterTests {
    @Test("the written definitions read back as they were declared", arguments: ResourceDefinition.all)
    func roundTrip(definition: ResourceDefinition) throws {
        #expect(try YAML.parse(YAMLWriter.write(definition.json)) == definition.json)
    }
}
