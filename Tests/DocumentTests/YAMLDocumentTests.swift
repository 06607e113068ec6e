import Document
import Testing

@Suite("YAML documents")
struct YAMLDocumentTests {
    @Test("lists, mappings and scalars of every style are read")
    func styles() throws {
        let value = try YAML.parse(
            """
            %YAML 1.1
            # a comment
            ---
            apiVersion: v1
            list:
            - a   # not indented
            - - b
              - c
            -
            flow: {a: [1, 2], "b": 'it''s', c: }
            literal: |
              one
                two

            kept: |+
              one

            stripped: |-
              one
            folded: >
              one
              two

              three
            double: "tab\\t \\x41 \\u00e9 \\U0001F600 \\
              joined\\/"
            plain: several words
              on two lines
            ? explicit
            : key
            ...
            """)
        #expect(
            value == [
                "apiVersion": "v1", "list": ["a", ["b", "c"], .null], "flow": ["a": [1, 2], "b": "it's", "c": .null],
                "literal": "one\n  two\n", "kept": "one\n\n",
                "stripped": "one", "folded": "one two\nthree\n", "double": "tab\t A é 😀 joined/",
                "plain": "several words on two lines", "explicit": "key",
            ])
        #expect(
            value.objectValue?.keys == [
                "apiVersion", "list", "flow", "literal", "kept", "stripped", "folded", "double", "plain", "explicit",
            ])
    }

    @Test("a byte order mark and Windows line ends do no harm")
    func lineEnds() throws {
        #expect(try YAML.parse("\u{FEFF}a: 1\r\nb:\r\n- c\r\n") == ["a": 1, "b": ["c"]])
    }

    @Test("nothing is null", arguments: ["", "\n", "# only a comment\n", "---\n", "---\n...\n", "~"])
    func empty(text: String) throws {
        #expect(try YAML.parse(text).isNull)
    }

    @Test(
        "a stream has as many documents as it has",
        arguments: [
            ("", []), ("a: 1\n---\nb: 2\n", [["a": 1], ["b": 2]]),
            ("---\na: 1\n---\n---\nb: 2\n...\n", [["a": 1], .null, ["b": 2]]), ("--- 1\n--- 2", [1, 2]),
            ("# comment\n---\n1\n...\n# end\n", [1]), ("&a 1\n---\n&a 2\n", [1, 2]),
        ] as [(String, [JSONValue])])
    func streams(text: String, documents: [JSONValue]) throws {
        #expect(try YAML.parseAll(text) == documents)
    }

    @Test("a second document is an error where one was asked for")
    func secondDocument() {
        #expect(
            throws: DocumentError("expected one YAML document, found another", at: .init(line: 2, column: 1, offset: 5))
        ) {
            try YAML.parse("a: 1\n---\nb: 2")
        }
    }

    @Test(
        "an error names the place",
        arguments: [
            ("a: b: c", "mapping values are not allowed in this context", 1, 5, 4),
            ("a: [1, 2\nb: 3", "did not find expected ',' or ']' while parsing a flow sequence", 2, 2, 10),
            ("é: 1\né: 2", "the key \"é\" occurs twice in one mapping", 2, 1, 6),
            ("a:\n  b: *nowhere", "there is no anchor \"nowhere\" before this alias", 2, 6, 8),
            ("a: \"x\\q\"", "found unknown escape character while parsing a quoted scalar", 1, 6, 5),
            ("a: 'x", "found unexpected end of stream while scanning a quoted scalar", 1, 6, 5),
            ("a:\n\t- b", "found character that cannot start any token while scanning for the next token", 2, 1, 3),
            ("a: @b", "found character that cannot start any token while scanning for the next token", 1, 4, 3),
            ("- a\nb: c", "did not find expected '-' indicator while parsing a block collection", 2, 1, 4),
            ("1: a\n0x1: b", "the key \"1\" occurs twice in one mapping", 2, 1, 5),
        ])
    func positions(text: String, message: String, line: Int, column: Int, offset: Int) {
        #expect(throws: DocumentError(message, at: .init(line: line, column: column, offset: offset))) {
            try YAML.parse(text)
        }
    }

    @Test("bytes that are no UTF-8 are an error at their place")
    func invalidUTF8() {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(Array("a: 1\nb: ".utf8) + [0xFF]) }
        #expect(error?.position == .init(line: 2, column: 4, offset: 8))
        #expect(throws: DocumentError.self) { try YAML.parse([0xFF, 0xFE, 0x61, 0x00] as [UInt8]) }
        #expect(throws: DocumentError.self) { try YAML.parse("a: \u{0}") }
    }

    // MARK: - Aliases and merging

    @Test("aliases repeat what they name, keys too")
    func aliases() throws {
        #expect(
            try YAML.parse("a: &x [1, &y {b: c}]\nd: *x\ne: *y") == [
                "a": [1, ["b": "c"]], "d": [1, ["b": "c"]], "e": ["b": "c"],
            ])
        #expect(try YAML.parse("a: &x k\n*x : 1") == ["a": "k", "k": 1])
        #expect(try YAML.parse("- &x 1\n- *x\n- &x 2\n- *x") == [1, 1, 2, 2])
        #expect(try YAML.parse("a: &x\nb: *x") == ["a": .null, "b": .null])
    }

    @Test("an anchor of one document is unknown in the next")
    func anchorsEnd() {
        #expect(throws: DocumentError.self) { try YAML.parseAll("a: &x 1\n---\nb: *x") }
    }

    @Test(
        "an alias to what holds it is an error",
        arguments: ["&a [*a]", "&a {b: *a}", "a: &x\n  - {b: [*x]}", "&a {<<: *a}"])
    func cycles(text: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text) }
        #expect(error?.message.hasSuffix("contains itself") == true)
    }

    @Test(
        "merging adds what is not there",
        arguments: [
            ("<<: {a: 1, b: 2}\nb: 3", ["a": 1, "b": 3]), ("b: 3\n<<: {a: 1, b: 2}", ["b": 3, "a": 1]),
            ("<<: [{a: 1}, {a: 2, b: 2}]", ["a": 1, "b": 2]),
            ("<<: {a: 1}\n<<: {a: 2, b: 3}", ["a": 1, "b": 3]), ("<<: []\na: 1", ["a": 1]),
            ("\"<<\": {a: 1}", ["<<": ["a": 1]]), ("!!merge \"<<\": {a: 1}", ["a": 1]),
            ("- <<", ["<<"]), ("a: <<", ["a": "<<"]),
        ] as [(String, JSONValue)])
    func merges(text: String, value: JSONValue) throws {
        #expect(try YAML.parse(text) == value)
    }

    @Test("merging keeps the order in which keys came first")
    func mergeOrder() throws {
        let value = try YAML.parse("x: &d {b: 1, a: 2}\nz:\n  c: 0\n  <<: *d\n  a: 3\n")
        #expect(value["z"]?.serializedString() == #"{"c":0,"b":1,"a":3}"#)
    }

    @Test(
        "only mappings merge",
        arguments: ["<<: 1", "<<: [1]", "<<: [[{}]]", "<<:", "<<: {a: 1}\nb: 1\nb: 2", "a: 1\n<<: {a: 2}\na: 3"])
    func mergeErrors(text: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text) }
        #expect(error?.position != nil)
    }

    // MARK: - Limits

    @Test("a billion laughs are a few too many", .timeLimit(.minutes(1)))
    func billionLaughs() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<12 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text) }
        #expect(error?.message == "the text means more than 1000000 values")
        #expect(error?.position?.line == 7)
    }

    @Test("merges of merges count as well", .timeLimit(.minutes(1)))
    func mergeBomb() {
        var text = "a0: &a0 {k0: 1}\n"
        for level in 1..<64 { text += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n" }
        #expect(throws: DocumentError.self) { try YAML.parse(text) }
    }

    @Test("a long text repeated by aliases is too many bytes")
    func longScalars() {
        let text =
            "a: &a \(String(repeating: "x", count: 5000))\nb: ["
            + Array(repeating: "*a", count: 100).joined(separator: ",") + "]"
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text, limits: YAMLLimits(maxBytes: 100_000)) }
        #expect(error?.message == "the text means more than 100000 bytes of scalars")
    }

    @Test("depth counts through aliases")
    func depth() throws {
        let limits = YAMLLimits(maxDepth: 4)
        #expect(try YAML.parse("[[[[1]]]]", limits: limits) == [[[[1]]]])
        #expect(throws: DocumentError.self) { try YAML.parse("[[[[[1]]]]]", limits: limits) }
        #expect(try YAML.parse("a: &a [[1]]\nb: [*a]", limits: limits)["b"] == [[[1]]])
        #expect(throws: DocumentError.self) { try YAML.parse("a: &a [[1]]\nb: [[*a]]", limits: limits) }
    }

    @Test(
        "a hundred thousand open brackets are an error", .timeLimit(.minutes(1)), arguments: ["[", "{a: ", "- ", "? "])
    func deep(open: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(String(repeating: open, count: 100_000)) }
        #expect(error?.message == "lists and mappings are nested deeper than 128 levels")
    }

    @Test("size and number of values are limited")
    func size() {
        #expect(throws: DocumentError("the text has 6 bytes, more than the 5 allowed")) {
            try YAML.parse("[1, 2]", limits: YAMLLimits(maxBytes: 5))
        }
        #expect(throws: DocumentError("the text means more than 2 values", at: .init(line: 1, column: 5, offset: 4))) {
            try YAML.parse("[1, 2]", limits: YAMLLimits(maxNodes: 2))
        }
    }

    @Test("a text of nothing but directives is refused", .timeLimit(.minutes(1)))
    func directives() {
        let text = (0..<100_000).map { "%TAG !a\($0)! b\n" }.joined() + "--- 1\n"
        #expect(throws: DocumentError("the text has more than 1000 directives")) { try YAML.parse(text) }
    }

    @Test("a large mapping is read in linear time", .timeLimit(.minutes(1)))
    func manyKeys() throws {
        let text = (0..<50_000).map { "key\($0): \($0)\n" }.joined()
        #expect(try YAML.parse(text).objectValue?.count == 50_000)
    }
}
