import Document
import Testing

@Suite("The difference of two values")
struct JSONPatchDiffTests {
    @Test("is the patch one would write", arguments: differences)
    func diff(_ sample: DiffSample) throws {
        let from = try JSONValue(parsing: sample.from)
        let to = try JSONValue(parsing: sample.to)
        let patch = JSONPatch.diff(from: from, to: to)
        #expect(patch.json.serializedString() == sample.patch)
        #expect(try patch.applied(to: from) == to)
    }

    @Test("of long lists without names stays correct", arguments: [(100, 100), (100, 3), (3, 100), (200, 0)])
    func longLists(before: Int, after: Int) throws {
        let from = JSONValue.array((0..<before).map { .int($0) })
        let to = JSONValue.array((0..<after).map { .int($0 * 2 + 1) })
        #expect(try JSONPatch.diff(from: from, to: to).applied(to: from) == to)
    }

    @Test(
        "as a merge patch is what RFC 7386 would say",
        arguments: [
            (#"{"a":1}"#, #"{"a":1}"#, "{}"), (#"{"a":1}"#, #"{"a":2}"#, #"{"a":2}"#),
            (#"{"a":1}"#, "{}", #"{"a":null}"#),
            (#"{"b":1,"a":{"x":1,"y":2}}"#, #"{"b":1,"a":{"x":1,"z":3}}"#, #"{"a":{"y":null,"z":3}}"#),
            (#"{"a":[1,2]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"{"a":1}"#, #"{"a":{"b":{}}}"#, #"{"a":{"b":{}}}"#),
            ("[1]", "{}", "{}"),
            (#"{"a":null}"#, #"{"a":null,"b":1}"#, #"{"b":1}"#), ("{}", #"{"a":{"b":[null]}}"#, #"{"a":{"b":[null]}}"#),
            ("1", "2", "2"),
            ("{}", "[]", "[]"), (#"{"a":[]}"#, #"{"a":{}}"#, #"{"a":{}}"#),
        ])
    func mergeDiff(from: String, to: String, patch: String) throws {
        let (from, to) = (try JSONValue(parsing: from), try JSONValue(parsing: to))
        let diff = try JSONMergePatch.diff(from: from, to: to)
        #expect(diff.json.serializedString() == patch)
        #expect(diff.applied(to: from) == to)
    }

    @Test(
        "cannot be a merge patch when a member becomes null",
        arguments: [
            ("{}", #"{"a":null}"#), (#"{"a":1}"#, #"{"a":null}"#), ("{}", #"{"a":{"b":{"c":null}}}"#),
            ("1", #"{"a":null}"#),
        ])
    func mergeDiffWithNull(from: String, to: String) throws {
        let (from, to) = (try JSONValue(parsing: from), try JSONValue(parsing: to))
        #expect(throws: DocumentError.self) { try JSONMergePatch.diff(from: from, to: to) }
    }

    @Test(
        "a merge patch applies",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":1}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            ("[1]", #"{"a":1}"#, #"{"a":1}"#), (#"{"a":1}"#, "[2]", "[2]"), (#"{"a":1}"#, "null", "null"),
            (#"{"a":1}"#, "\"x\"", "\"x\""),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"b":{"c":null}}}"#, #"{"a":{"b":{}}}"#), ("{}", #"{"a":[null]}"#, #"{"a":[null]}"#),
        ])
    func merges(document: String, patch: String, result: String) throws {
        #expect(
            JSONMergePatch(try JSONValue(parsing: patch)).applied(to: try JSONValue(parsing: document))
                == (try JSONValue(parsing: result)))
    }
}

struct DiffSample: Sendable, CustomTestStringConvertible {
    var from: String
    var to: String
    var patch: String
    init(_ from: String, _ to: String, _ patch: String) { (self.from, self.to, self.patch) = (from, to, patch) }
    var testDescription: String { "\(from) → \(to)" }
}

private let differences: [DiffSample] = [
    .init("1", "1", "[]"),
    .init("1", "1.0", "[]"),
    .init(#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, "[]"),
    .init("1", "2", #"[{"op":"replace","path":"","value":2}]"#),
    .init("{}", #"{"b":1,"a":2}"#, #"[{"op":"add","path":"/a","value":2},{"op":"add","path":"/b","value":1}]"#),
    .init(
        #"{"a":1,"c":3,"b":2}"#, #"{"b":9}"#,
        #"[{"op":"remove","path":"/a"},{"op":"replace","path":"/b","value":9},{"op":"remove","path":"/c"}]"#),
    .init(
        #"{"a":{"b":{"c":1,"d":2}}}"#, #"{"a":{"b":{"c":1,"d":3}}}"#, #"[{"op":"replace","path":"/a/b/d","value":3}]"#),
    .init(#"{"a/b":{"c~d":1}}"#, #"{"a/b":{"c~d":2}}"#, #"[{"op":"replace","path":"/a~1b/c~0d","value":2}]"#),
    .init(#"{"a":{"x":1,"y":2}}"#, #"{"a":{"z":1}}"#, #"[{"op":"replace","path":"/a","value":{"z":1}}]"#),
    .init(#"{"a":{}}"#, #"{"a":{"z":1}}"#, #"[{"op":"add","path":"/a/z","value":1}]"#),
    .init(#"{"a":null}"#, #"{}"#, #"[{"op":"remove","path":"/a"}]"#),
    .init(#"{}"#, #"{"a":null}"#, #"[{"op":"add","path":"/a","value":null}]"#),
    // Lists.
    .init("[1,2]", "[1,2,3]", #"[{"op":"add","path":"/-","value":3}]"#),
    .init("[]", "[1,2]", #"[{"op":"add","path":"/-","value":1},{"op":"add","path":"/-","value":2}]"#),
    .init("[1,2,3]", "[1,3]", #"[{"op":"remove","path":"/1"}]"#),
    .init("[1,2,3]", "[0,1,2,3]", #"[{"op":"add","path":"/0","value":0}]"#),
    .init(
        "[1,2,3,4]", "[1,9,8,4]", #"[{"op":"replace","path":"/1","value":9},{"op":"replace","path":"/2","value":8}]"#),
    .init("[1,2,3,4]", "[1,4]", #"[{"op":"remove","path":"/1"},{"op":"remove","path":"/1"}]"#),
    .init(
        "[1,2,3,4,5]", "[0,2,4,6]",
        #"[{"op":"replace","path":"/0","value":0},{"op":"remove","path":"/2"},{"op":"replace","path":"/3","value":6}]"#),
    .init("[1,2]", "[]", #"[{"op":"replace","path":"","value":[]}]"#),
    .init("[[1],[2]]", "[[1],[3]]", #"[{"op":"replace","path":"/1/0","value":3}]"#),
    .init(
        #"[{"port":1,"proto":"TCP"}]"#, #"[{"port":2,"proto":"TCP"}]"#,
        #"[{"op":"replace","path":"/0/port","value":2}]"#),
    // A pod: the same container stays the same container.
    .init(
        #"{"c":[{"name":"app","env":[]}]}"#, #"{"c":[{"name":"init"},{"name":"app","env":[1]}]}"#,
        #"[{"op":"add","path":"/c/0","value":{"name":"init"}},{"op":"add","path":"/c/1/env/-","value":1}]"#),
    .init(
        #"{"c":[{"name":"a"},{"name":"b","x":1}]}"#, #"{"c":[{"name":"b","x":2},{"name":"c"}]}"#,
        #"[{"op":"remove","path":"/c/0"},{"op":"replace","path":"/c/0/x","value":2},{"op":"add","path":"/c/-","value":{"name":"c"}}]"#
    ),
    .init(
        #"[{"name":"a","x":1}]"#, #"[{"name":"b","x":1}]"#,
        #"[{"op":"replace","path":"/0","value":{"name":"b","x":1}}]"#),
]
