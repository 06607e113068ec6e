import Document
import Testing

@Suite("JSON Patch")
struct JSONPatchTests {
    @Test("applies", arguments: applied)
    func applies(_ sample: PatchSample) throws {
        #expect(
            try JSONPatch(json: JSONValue(parsing: sample.patch)).applied(to: JSONValue(parsing: sample.document))
                == JSONValue(parsing: sample.result))
    }

    @Test("says why it cannot be applied", arguments: impossible)
    func fails(_ sample: PatchSample) throws {
        let patch = try JSONPatch(json: JSONValue(parsing: sample.patch))
        let document = try JSONValue(parsing: sample.document)
        let error = #expect(throws: DocumentError.self) { try patch.applied(to: document) }
        #expect(error?.message == sample.result)
    }

    @Test(
        "says what is wrong with a patch",
        arguments: [
            ("{}", "a JSON patch must be a list, found an object"),
            ("[1]", "operation 0 of the JSON patch: expected an object, found a number"),
            (#"[{"path":"/a"}]"#, "operation 0 of the JSON patch: \"op\" is missing or not a string"),
            (
                #"[{"op":"test","path":"","value":1},{"op":"spam","path":"/a"}]"#,
                "operation 1 of the JSON patch: \"op\" is \"spam\", expected add, remove, replace, move, copy or test"
            ),
            (#"[{"op":"remove"}]"#, "operation 0 of the JSON patch: \"path\" is missing or not a string"),
            (#"[{"op":"add","path":"/a"}]"#, "operation 0 of the JSON patch: \"value\" is missing"),
            (#"[{"op":"move","path":"/a"}]"#, "operation 0 of the JSON patch: \"from\" is missing or not a string"),
            (
                #"[{"op":"remove","path":"a"}]"#,
                "operation 0 of the JSON patch: the JSON pointer \"a\" does not start with '/'"
            ),
            (
                #"[{"op":"ADD","path":"/a","value":1}]"#,
                "operation 0 of the JSON patch: \"op\" is \"ADD\", expected add, remove, replace, move, copy or test"
            ),
        ])
    func refuses(patch: String, message: String) throws {
        let json = try JSONValue(parsing: patch)
        #expect(throws: DocumentError(message)) { try JSONPatch(json: json) }
    }

    @Test("copies that double a value again and again are stopped")
    func copyBomb() throws {
        var operations: [JSONPatch.Operation] = [.add(try JSONPointer("/a"), [1, 2, 3, 4])]
        for index in 0..<60 {
            operations.append(.copy(from: .root, to: JSONPointer(tokens: ["c\(index)"])))
        }
        let error = #expect(throws: DocumentError.self) { try JSONPatch(operations).applied(to: [:]) }
        #expect(error?.message.contains("copies more values than allowed") == true)
    }

    @Test("copies that nest a value into itself are stopped")
    func deepCopies() throws {
        let operations = try (0..<20).map { _ in
            JSONPatch.Operation.copy(from: .root, to: try JSONPointer("/a"))
        }
        let value = try JSONPatch(operations).applied(to: ["a": 1])
        #expect(value != ["a": 1])
        // The depth doubles when the copy goes to the bottom.
        var bottom = JSONPointer.root
        var doubling: [JSONPatch.Operation] = []
        for exponent in 0..<10 {
            bottom = JSONPointer(tokens: Array(repeating: "a", count: 1 << exponent))
            doubling.append(.copy(from: .root, to: bottom))
        }
        let error = #expect(throws: DocumentError.self) { try JSONPatch(doubling).applied(to: ["a": 1]) }
        #expect(error?.message.contains("nested deeper than 128 levels") == true)
    }

    @Test("too many operations are refused")
    func operationLimit() {
        let patch = JSONPatch(Array(repeating: .add(.root, 1), count: 3))
        #expect(throws: DocumentError("the JSON patch has 3 operations, more than the 2 allowed")) {
            try patch.applied(to: .null, limits: .init(maxOperations: 2))
        }
    }

    @Test("a failed test does not say which value there is")
    func secret() {
        let patch = JSONPatch([.test(JSONPointer(tokens: ["password"]), "guess")])
        let error = #expect(throws: DocumentError.self) { try patch.applied(to: ["password": "hunter2"]) }
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.description.contains("guess") == false)
    }
}

struct PatchSample: Sendable, CustomTestStringConvertible {
    var document: String
    var patch: String
    /// What comes out: a JSON text, or the message.
    var result: String
    init(_ document: String, _ patch: String, _ result: String) {
        (self.document, self.patch, self.result) = (document, patch, result)
    }
    var testDescription: String { "\(patch) on \(document)" }
}

private let applied: [PatchSample] = [
    // The kinds of examples of RFC 6902, appendix A.
    .init(#"{"pod":"web"}"#, #"[{"op":"add","path":"/node","value":"n1"}]"#, #"{"node":"n1","pod":"web"}"#),
    .init(#"{"args":["a","b"]}"#, #"[{"op":"add","path":"/args/1","value":"x"}]"#, #"{"args":["a","x","b"]}"#),
    .init(#"{"a":1,"b":2}"#, #"[{"op":"remove","path":"/a"}]"#, #"{"b":2}"#),
    .init(#"{"args":["a","x","b"]}"#, #"[{"op":"remove","path":"/args/1"}]"#, #"{"args":["a","b"]}"#),
    .init(#"{"a":1,"b":2}"#, #"[{"op":"replace","path":"/a","value":[1]}]"#, #"{"a":[1],"b":2}"#),
    .init(
        #"{"from":{"x":1,"y":2},"to":{"z":3}}"#, #"[{"op":"move","from":"/from/x","path":"/to/w"}]"#,
        #"{"from":{"y":2},"to":{"z":3,"w":1}}"#),
    .init(
        #"{"args":["a","b","c","d"]}"#, #"[{"op":"move","from":"/args/1","path":"/args/3"}]"#,
        #"{"args":["a","c","d","b"]}"#),
    .init(
        #"{"a":"x","b":["y",2]}"#, #"[{"op":"test","path":"/a","value":"x"},{"op":"test","path":"/b/1","value":2.0}]"#,
        #"{"a":"x","b":["y",2]}"#),
    .init(#"{"a":1}"#, #"[{"op":"add","path":"/child","value":{"grand":{}}}]"#, #"{"a":1,"child":{"grand":{}}}"#),
    .init(#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2,"comment":"not needed"}]"#, #"{"a":1,"b":2}"#),
    .init(#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
    .init(#"{"a":["x"]}"#, #"[{"op":"add","path":"/a/-","value":["y","z"]}]"#, #"{"a":["x",["y","z"]]}"#),
    // More.
    .init(#"{"a":1}"#, "[]", #"{"a":1}"#),
    .init(#"{"a":1}"#, #"[{"op":"add","path":"","value":[1]}]"#, "[1]"),
    .init(#"{"a":1}"#, #"[{"op":"replace","path":"","value":null}]"#, "null"),
    .init(#"{"a":1}"#, #"[{"op":"add","path":"/a","value":null}]"#, #"{"a":null}"#),
    .init(#"{"a":null}"#, #"[{"op":"test","path":"/a","value":null}]"#, #"{"a":null}"#),
    .init(#"{"a":1}"#, #"[{"op":"add","path":"/","value":2}]"#, #"{"a":1,"":2}"#),
    .init(#"[1,2]"#, #"[{"op":"add","path":"/2","value":3}]"#, "[1,2,3]"),
    .init(#"[]"#, #"[{"op":"add","path":"/0","value":3}]"#, "[3]"),
    .init(#"[1]"#, #"[{"op":"copy","from":"/0","path":"/-"},{"op":"copy","from":"","path":"/-"}]"#, "[1,1,[1,1]]"),
    .init(#"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/a/c"}]"#, #"{"a":{"b":1,"c":{"b":1}}}"#),
    .init(#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
    .init(#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a/b","path":"/a"}]"#, #"{"a":1}"#),
    .init(#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":""}]"#, #"{"b":1}"#),
    .init(
        #"{"a":{"1":1}}"#, #"[{"op":"replace","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":3}]"#,
        #"{"a":{"1":2,"-":3}}"#),
    .init(
        #"{"a":[{"b":[1]}]}"#, #"[{"op":"add","path":"/a/0/b/0","value":0},{"op":"remove","path":"/a/0/b/1"}]"#,
        #"{"a":[{"b":[0]}]}"#),
    .init(#"{"a":{"x":1,"y":2}}"#, #"[{"op":"test","path":"/a","value":{"y":2,"x":1}}]"#, #"{"a":{"x":1,"y":2}}"#),
]

private let impossible: [PatchSample] = [
    .init(
        #"{"a":1}"#, #"[{"op":"remove","path":"/b"}]"#,
        "could not remove \"/b\" (operation 0 of the JSON patch): there is no member \"b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"replace","path":"/b","value":1}]"#,
        "could not replace \"/b\" (operation 0 of the JSON patch): there is no member \"b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"add","path":"/b/c","value":1}]"#,
        "could not add \"/b/c\" (operation 0 of the JSON patch): there is no member \"b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"add","path":"/a/c","value":1}]"#,
        "could not add \"/a/c\" (operation 0 of the JSON patch): \"c\" would be inside of a number"),
    .init(
        "[1]", #"[{"op":"add","path":"/2","value":1}]"#,
        "could not add \"/2\" (operation 0 of the JSON patch): the index 2 is behind the end of the list"),
    .init(
        "[1]", #"[{"op":"add","path":"/01","value":1}]"#,
        "could not add \"/01\" (operation 0 of the JSON patch): \"01\" is no index of a list"),
    .init(
        "[1]", #"[{"op":"add","path":"/x","value":1}]"#,
        "could not add \"/x\" (operation 0 of the JSON patch): \"x\" is no index of a list"),
    .init(
        "[1]", #"[{"op":"remove","path":"/1"}]"#,
        "could not remove \"/1\" (operation 0 of the JSON patch): the index 1 is behind the end of the list"),
    .init(
        "[1]", #"[{"op":"remove","path":"/-"}]"#,
        "could not remove \"/-\" (operation 0 of the JSON patch): \"-\" is no index of a list"),
    .init(
        "[1]", #"[{"op":"replace","path":"/-","value":2}]"#,
        "could not replace \"/-\" (operation 0 of the JSON patch): \"-\" is no index of a list"),
    .init(
        "[[1]]", #"[{"op":"add","path":"/-/0","value":2}]"#,
        "could not add \"/-/0\" (operation 0 of the JSON patch): \"-\" is no index of a list"),
    .init(
        "[1]", #"[{"op":"remove","path":""}]"#,
        "could not remove \"\" (operation 0 of the JSON patch): the whole document cannot be removed"),
    .init(
        #"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#,
        "could not move \"/a/b\" (operation 0 of the JSON patch): a value cannot move into itself"),
    .init(
        #"{"a":1}"#, #"[{"op":"move","from":"/b","path":"/a"}]"#,
        "could not move \"/a\" (operation 0 of the JSON patch): there is no value at \"/b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"move","from":"/b","path":"/b"}]"#,
        "could not move \"/b\" (operation 0 of the JSON patch): there is no value at \"/b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"copy","from":"/b","path":"/a"}]"#,
        "could not copy \"/a\" (operation 0 of the JSON patch): there is no value at \"/b\""),
    .init(
        #"{"a":"1"}"#, #"[{"op":"test","path":"/a","value":1}]"#,
        "could not test \"/a\" (operation 0 of the JSON patch): the value is not the expected one"),
    .init(
        #"{"~1":"10"}"#, #"[{"op":"test","path":"/~01","value":10}]"#,
        "could not test \"/~01\" (operation 0 of the JSON patch): the value is not the expected one"),
    .init(
        #"{"a":1}"#, #"[{"op":"test","path":"/b","value":null}]"#,
        "could not test \"/b\" (operation 0 of the JSON patch): there is no value at \"/b\""),
    .init(
        #"{"a":1}"#, #"[{"op":"add","path":"/b","value":1},{"op":"test","path":"/a","value":2}]"#,
        "could not test \"/a\" (operation 1 of the JSON patch): the value is not the expected one"),
]
