import Dispatch
import Document
import Foundation
import Synchronization
import Testing

@Suite("JSON limits and positions")
struct JSONLimitsTests {
    @Test(
        "an error names what was expected, what was found, and where",
        arguments: [
            ("", "expected a JSON value, found the end of the text", 1, 1, 0),
            ("{\"a\": 1,\n \"b\" 2}", "expected ':' after a key, found '2'", 2, 6, 14),
            ("[1, 2", "expected ',' or ']' after an element of a list, found the end of the text", 1, 6, 5),
            ("{\"a\":1 ;", "expected ',' or '}' after a member of an object, found ';'", 1, 8, 7),
            ("{\"a\":1,}", "expected a key between quotes, found '}'", 1, 8, 7),
            ("[1,]", "expected a JSON value, found ']'", 1, 4, 3),
            ("\"é\n\"", "a control character in a string must be escaped", 1, 3, 3),
            ("[\n\n  tru]", "expected true, found ']'", 3, 6, 8),
            ("[01]", "a number must not start with 0", 1, 3, 2),
            ("1.x", "expected a digit after the decimal point, found 'x'", 1, 3, 2),
            ("-", "expected a digit, found the end of the text", 1, 2, 1),
            ("\"\\q\"", "expected one of \"\\/bfnrtu after '\\', found 'q'", 1, 3, 2),
            ("\"\\u12\"", "expected four hexadecimal digits after '\\u', found '\"'", 1, 6, 5),
            ("\"abc", "expected '\"' at the end of a string, found the end of the text", 1, 5, 4),
            ("\"ab\\ud800\"", "an escape is half of a surrogate pair, which is no character", 1, 4, 3),
            ("{} x", "expected the end of the text after the value, found 'x'", 1, 4, 3),
            ("\u{FEFF}{}", "expected a JSON value, found a byte order mark", 1, 1, 0),
            ("{\"a\":1,\n\"a\":2}", "the key \"a\" occurs twice in one object", 2, 1, 8),
            ("[\u{1}]", "expected a JSON value, found byte 0x01", 1, 2, 1),
        ])
    func position(text: String, message: String, line: Int, column: Int, offset: Int) {
        #expect(throws: DocumentError(message, at: .init(line: line, column: column, offset: offset))) {
            try JSONValue(parsing: text)
        }
    }

    @Test("bytes that are no UTF-8 are found where they are")
    func invalidUTF8() {
        #expect(throws: DocumentError("the text is not valid UTF-8", at: .init(line: 1, column: 5, offset: 5))) {
            try JSONValue(parsing: Array("[\"é".utf8) + [0x61, 0xFF])
        }
    }

    @Test("a hundred thousand open brackets are an error", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func deep(open: String) {
        let error = #expect(throws: DocumentError.self) {
            try JSONValue(parsing: String(repeating: open, count: 100_000))
        }
        #expect(error?.message == "lists and objects are nested deeper than 128 levels")
    }

    @Test("the depth limit counts what is open at once, not what there is")
    func depth() throws {
        let limits = JSONLimits(maxDepth: 2)
        #expect(try JSONValue(parsing: "[[1],[2],{\"a\":3}]", limits: limits).arrayValue?.count == 3)
        #expect(throws: DocumentError.self) { try JSONValue(parsing: "[[[1]]]", limits: limits) }
        #expect(throws: DocumentError.self) { try JSONValue(parsing: "{\"a\":[{}]}", limits: limits) }
        #expect(JSONLimits(maxDepth: 1_000_000).maxDepth == JSONLimits.greatestDepth)
    }

    @Test("the greatest depth works on the smallest stack a thread gets", .timeLimit(.minutes(1)))
    func smallStack() {
        let depth = JSONLimits.greatestDepth
        let failures = onThread(stackSize: 512 << 10) {
            var failures: [String] = []
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let text = String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
                guard let value = try? JSONValue(parsing: text) else { return ["\(open) is not read"] }
                guard var other = try? JSONValue(parsing: text) else { return ["\(open) is not read"] }
                if value.sortedByKey() != other { failures.append("not equal") }
                if value.serializedString() != text { failures.append("not written") }
                if value.serializedPretty().isEmpty { failures.append("not written prettily") }
                let changed = text.replacing("0", with: "1")
                guard let target = try? JSONValue(parsing: changed) else { return ["\(open) is not read"] }
                let patch = JSONPatch.diff(from: value, to: target)
                if (try? patch.applied(to: value)) != target { failures.append("not patched") }
                let merge = try? JSONMergePatch.diff(from: value, to: target)
                if merge?.applied(to: value) != target { failures.append("not merged") }
                let yaml = YAML.serialized(value)
                if (try? YAML.parse(yaml)) != value { failures.append("not YAML") }
                other["a"] = nil
            }
            return failures
        }
        #expect(failures == [])
    }

    @Test("a text beyond the size limit is not looked at")
    func size() {
        #expect(throws: DocumentError("the text has 5 bytes, more than the 4 allowed")) {
            try JSONValue(parsing: "[1,2]", limits: JSONLimits(maxBytes: 4))
        }
    }

    @Test("what is left out is an empty list, whatever stands there; the rest is read with its places")
    func omitted() throws {
        let text = #"{"a":{"x":[tru]},"b":[1],"c":"d"}"#
        func range(of part: String) throws -> Range<Int> {
            let range = try #require(text.range(of: part))
            return text.utf8.distance(
                from: text.startIndex, to: range.lowerBound)..<text.utf8.distance(
                    from: text.startIndex, to: range.upperBound)
        }
        func read(_ text: String, without omitted: [Range<Int>]) throws -> JSONValue {
            try Array(text.utf8).withUnsafeBufferPointer { try JSONValue(parsing: $0, omitting: omitted) }
        }
        let first = try range(of: #"{"x":[tru]}"#)
        let last = try range(of: #""d""#)
        #expect(try read(text, without: [first]).serializedString() == #"{"a":[],"b":[1],"c":"d"}"#)
        #expect(try read(text, without: [first, last]).serializedString() == #"{"a":[],"b":[1],"c":[]}"#)
        let error = #expect(throws: DocumentError.self) { try read(text, without: [last]) }
        #expect(error?.position?.offset == 14)
    }

    @Test("of a repeated key the last value counts, when asked for", arguments: [2, 17, 40, 1000])
    func lastWins(members: Int) throws {
        let keys = (0..<members).map { "\"k\($0)\":\($0)" }
        let text = "{" + keys.joined(separator: ",") + ",\"k0\":\"last\"}"
        #expect(throws: DocumentError.self) { try JSONValue(parsing: text) }
        let value = try JSONValue(parsing: text, limits: JSONLimits(duplicateKeys: .takeLast))
        #expect(value.objectValue?.count == members)
        #expect(value.objectValue?.members.first?.value == "last")
        #expect(value["k\(members - 1)"] == .int(members - 1))
    }

    @Test("an object of 200,000 members is read in linear time", .timeLimit(.minutes(1)))
    func manyMembers() throws {
        let text = "{" + (0..<200_000).map { "\"key\($0)\":0" }.joined(separator: ",") + "}"
        let value = try JSONValue(parsing: text)
        #expect(value.objectValue?.count == 200_000)
        let reversed = JSONValue.object(JSONObject(members: value.objectValue?.members.reversed() ?? []))
        #expect(value == reversed)
        #expect(JSONPatch.diff(from: value, to: reversed).isEmpty)
    }

    @Test("bytes are read from any collection")
    func collections() throws {
        let bytes = Array("[1]".utf8)
        #expect(try JSONValue(parsing: bytes) == [1])
        #expect(try JSONValue(parsing: bytes[...]) == [1])
        #expect(try JSONValue(parsing: "x[1]".utf8.dropFirst()) == [1])
        #expect(try bytes.withUnsafeBytes { try JSONValue(parsing: $0) } == [1])
        #expect(try JSONValue(parsing: bytes.lazy.map { $0 }) == [1])
    }
}

/// Runs the body on a thread of its own with a stack of that size.
private func onThread(stackSize: Int, _ body: @escaping @Sendable () -> [String]) -> [String] {
    let outcome = Outcome()
    let thread = Thread {
        let failures = body()
        outcome.failures.withLock { $0 = failures }
        outcome.isThere.signal()
    }
    thread.stackSize = stackSize
    thread.start()
    outcome.isThere.wait()
    return outcome.failures.withLock { $0 }
}

private final class Outcome: Sendable {
    let failures = Mutex(["the thread did not run"])
    let isThere = DispatchSemaphore(value: 0)
}
