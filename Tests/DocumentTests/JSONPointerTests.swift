import Document
import Testing

@Suite("JSON Pointer")
struct JSONPointerTests {
    private static let document: JSONValue = [
        "list": ["first", "second"], "": 0, "with/slash": 1, "with%percent": 2, "with^caret": 3, "with|pipe": 4,
        "back\\slash": 5, "quote\"": 6,
        " ": 7, "til~de": 8, "deep": ["0": ["er": [.null]]],
    ]

    @Test(
        "finds every kind of name",
        arguments: [
            ("/list", ["first", "second"]), ("/list/0", "first"), ("/list/1", "second"), ("/", 0), ("/with~1slash", 1),
            ("/with%percent", 2),
            ("/with^caret", 3), ("/with|pipe", 4), ("/back\\slash", 5), ("/quote\"", 6), ("/ ", 7), ("/til~0de", 8),
            ("/deep/0/er/0", .null),
        ] as [(String, JSONValue)])
    func finds(text: String, value: JSONValue) throws {
        #expect(Self.document[try JSONPointer(text)] == value)
        #expect(try JSONPointer(text).description == text)
    }

    @Test("the empty pointer is the whole document")
    func whole() throws {
        #expect(Self.document[try JSONPointer("")] == Self.document)
        #expect(try JSONPointer("") == .root)
    }

    @Test(
        "finds nothing where there is nothing",
        arguments: [
            "/none", "/list/2", "/list/-", "/list/00", "/list/01", "/list/-1", "/list/+1", "/list/1e0", "/list/ 1",
            "/list/", "/list/99999999999999999999",
            "/list/0/0", "//", "/deep/00", "/list/١",
        ])
    func finsNothing(text: String) throws {
        #expect(Self.document[try JSONPointer(text)] == nil)
    }

    @Test(
        "a text that is no pointer is refused", arguments: ["a", "a/b", " /a", "#/a", "/a~", "/a~2", "/~", "/a/b~/c"])
    func refuses(text: String) {
        #expect(throws: DocumentError.self) { try JSONPointer(text) }
    }

    @Test("a tilde before a digit comes back as it was")
    func tildes() throws {
        #expect(try JSONPointer("/~01").tokens == ["~1"])
        #expect(JSONPointer(tokens: ["~1", "/0", ""]).description == "/~01/~10/")
    }

    @Test("pointers are equal and prefixes by their tokens")
    func compares() throws {
        #expect(JSONPointer.root.appending("a").appending(0) == JSONPointer(tokens: ["a", "0"]))
        #expect(
            Set([try JSONPointer("/a/b"), JSONPointer(tokens: ["a", "b"]), JSONPointer(tokens: ["a/b"])]).count == 2)
        #expect(try JSONPointer("/a").isProperPrefix(of: JSONPointer("/a/b")))
        #expect(try !JSONPointer("/a").isProperPrefix(of: JSONPointer("/ab")))
        #expect(try !JSONPointer("/a").isProperPrefix(of: JSONPointer("/a")))
    }
}
