import Document
import Testing

@Suite("Places in a document")
struct DocumentPlacesTests {
    private let text = """
        # a comment
        kind: A
        ---
        spec:
          list:
          - name: one
          -
            name: two
          "dotted.key/x":
            inner: {a: 1,
              b: 2}
          alias: &here
            deep: 1
          other: *here
        ---

        --- {x: 1}
        """

    @Test("each document has its line, those without content, too")
    func documents() {
        #expect(DocumentPlaces.all(Array(text.utf8)).map(\.line) == [2, 4, 17, 17])
    }

    @Test(
        "a path leads to the line of its last step that is known",
        arguments: [
            ("spec", 4, 1), ("spec.list", 5, 2), ("spec.list[0].name", 6, 4), ("spec.list[1].name", 8, 4),
            ("spec.list[7].name", 5, 2), ("spec.dotted.key/x", 9, 2), ("spec.dotted.key/x.inner.b", 11, 4),
            ("spec.dotted.key/x: left as it is", 9, 2), ("spec.alias.deep", 13, 3), ("spec.other.deep", 14, 2),
            ("spec.missing", 4, 1), ("spec,", 4, 1),
        ])
    func lines(path: String, line: Int, steps: Int) throws {
        let places = DocumentPlaces.all(Array(text.utf8))[1]
        let place = try #require(places.place(of: path))
        #expect(place == (line, steps))
        #expect(places.line(of: path) == line)
    }

    @Test("what is not there has no line", arguments: ["", "specs", "missing.spec", ".", "[0]", "spe"])
    func unknown(path: String) {
        #expect(DocumentPlaces.all(Array(text.utf8))[1].line(of: path) == nil)
    }

    @Test("of a text that cannot be read nothing is known", arguments: ["a: [", "\u{0}", "a: b: c", "%x\n---", "]"])
    func unreadable(text: String) {
        #expect(DocumentPlaces.all(Array(text.utf8)).isEmpty)
    }

    @Test("depth costs no stack")
    func deep() {
        let text = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(DocumentPlaces.all(Array(text.utf8)).count <= 1)
    }
}
