import Document
import Foundation
import Testing

@testable import Manifests

@Suite("Reading manifests")
struct ManifestReaderTests {
    private func documents(_ text: String, source: String = "app.yaml") throws -> [JSONValue] {
        try Manifest.parse(Array(text.utf8), source: source).map(\.document)
    }

    private func failure(_ text: String, source: String = "app.yaml") -> String? {
        do throws(ManifestError) {
            _ = try Manifest.parse(Array(text.utf8), source: source)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("documents keep their order; empty ones are left out")
    func yaml() throws {
        let manifests = try Manifest.parse(
            Array("# first\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\n".utf8), source: "app.yaml")
        #expect(manifests.map(\.document) == [["a": 1], ["b": 2]])
        #expect(manifests.allSatisfy { $0.source == "app.yaml" })
    }

    @Test("nothing at all is no document", arguments: ["", "\n", "# a comment\n", "---\n", "{}\n"])
    func empty(text: String) throws {
        #expect(try documents(text).allSatisfy { $0.objectValue?.isEmpty == true })
    }

    @Test(
        "JSON may be one object, or several one after the other",
        arguments: [
            (#"{"a":{"b":"}{"}}"#, 1), ("{\"a\":1}\n{\"b\":2}", 2), (#"{"a":1}{"b":"\"{"}{"c":[]}"#, 3),
            ("\n\n  {\"a\": 1}\n", 1),
        ])
    func json(text: String, count: Int) throws {
        #expect(try documents(text, source: "app.json").count == count)
        #expect(try documents(text, source: Manifest.standardInput).count == count)
    }

    @Test("a brace may begin YAML, too")
    func flow() throws {
        #expect(try documents("{a: b, c: [1]}\n---\n{d: e}\n") == [["a": "b", "c": [1]], ["d": "e"]])
    }

    @Test("members keep their order")
    func order() throws {
        #expect(try documents("z: 1\na: 2\nm: 3\n")[0].objectValue?.keys == ["z", "a", "m"])
    }

    @Test("what cannot be read is named with its place")
    func broken() {
        #expect(failure("a: 1\nb: [\n")?.hasPrefix("could not read app.yaml: ") == true)
        #expect(failure("{\"a\": 1}\n {\"b\": x}", source: "app.json")?.hasSuffix("at line 2, column 8") == true)
        #expect(failure("{\"a\": 1", source: "app.json")?.contains("line 1") == true)
        #expect(failure("a: 1\na: 2\n")?.contains("line 2") == true)
    }

    @Test("a document that is no object is an error", arguments: ["- a\n", "text\n", "a: 1\n---\n- b\n"])
    func noObject(text: String) {
        #expect(failure(text)?.contains("expected an object") == true)
    }

    @Test("no error repeats what a file holds, as it may be secret")
    func secrets() {
        let secret = "hunter2hunter2"
        for text in ["password: \(secret)\n\tx", "{\"password\": \"\(secret)\"", "- \(secret)\n", secret] {
            let message = failure(text)
            #expect(message != nil)
            #expect(message?.contains(secret) == false)
        }
    }
}

@Suite("Finding manifests")
struct FileTreeTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "manifests-\(UUID().uuidString)")

    init() throws {
        for (name, content) in [
            ("b.yaml", "name: b"), ("a.yml", "name: a"), ("c.json", "{\"name\": \"c\"}"), ("notes.txt", "no"),
            (".hidden.yaml", "name: hidden"), ("a/z.yaml", "name: a/z"), ("a/deeper/y.yaml", "name: a/deeper/y"),
            (".git/config.yaml", "name: git"), ("empty/README.md", "no"),
        ] {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/a/up", withDestinationPath: folder.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.yaml", withDestinationPath: folder.path + "/b.yaml")
    }

    private func names(_ path: String, isRecursive: Bool = true) throws -> [String] {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try ManifestReader(isRecursive: isRecursive).read(path)
            .compactMap { $0.document["name"]?.stringValue }
    }

    @Test("a folder is read with the folders below, sorted, without hidden ones and without following links up")
    func recursive() throws {
        #expect(try names(folder.path) == ["a/deeper/y", "a/z", "a", "b", "c", "b"])
    }

    @Test("a folder alone when that is asked for")
    func flat() throws {
        #expect(try names(folder.path + "/", isRecursive: false) == ["a", "b", "c", "b"])
    }

    @Test("a file that is named is read whatever its ending")
    func named() throws {
        #expect(try names(folder.path + "/.hidden.yaml") == ["hidden"])
    }

    @Test("a folder without manifests, and a name without a file, are errors", arguments: ["/empty", "/none"])
    func missing(name: String) {
        let error = #expect(throws: ManifestError.self) { try names(folder.path + name) }
        #expect(error?.description.contains(folder.path + name) == true)
    }

    @Test("- is standard input")
    func standardInput() throws {
        let reader = ManifestReader(isRecursive: true) { () throws(ManifestError) in Array("a: 1".utf8) }
        let manifests = try reader.read("-")
        #expect(manifests == [Manifest(source: "standard input", document: ["a": 1])])
    }
}
