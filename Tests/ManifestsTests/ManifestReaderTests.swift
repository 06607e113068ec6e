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
        #expect(failure("a: 1\nb: [\n")?.hasPrefix("app.yaml:3: could not be read: ") == true)
        let json = failure("{\"a\": 1}\n {\"b\": x}", source: "app.json")
        #expect(json?.hasPrefix("app.json:2: ") == true)
        #expect(json?.hasSuffix(" (column 8)") == true)
        #expect(failure("{\"a\": 1", source: "app.json")?.hasPrefix("app.json:1: ") == true)
        #expect(failure("a: 1\na: 2\n")?.hasPrefix("app.yaml:2: ") == true)
    }

    @Test("a document that is no object is an error", arguments: ["- a\n", "text\n", "a: 1\n---\n- b\n"])
    func noObject(text: String) {
        #expect(failure(text)?.contains("expected an object") == true)
        #expect(failure(text)?.hasPrefix("app.yaml:\(text.hasPrefix("a: 1") ? 3 : 1): document ") == true)
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

@Suite("Places in manifests")
struct ManifestPlaceTests {
    private func manifests(_ text: String) throws -> [Manifest] { try Manifest.parse(Array(text.utf8), source: "f") }

    private let collector = """
        kind: A
        ---
        ---
        kind: B
        spec:
          replicas: 1
          config:
            receivers:
              otlp: {}
        """

    @Test(
        "a message is placed by the path in it, however it is spelled; the deepest counts",
        arguments: [
            ("", 4), ("nothing to find", 4), ("version 0.158.0 is", 4), ("spec.replicas is \"many\"", 6),
            ("spec.config has null objects: receivers.otlp:.", 9), ("config.receivers: odd", 8),
            ("receivers.otlp.protocols is", 9),
        ])
    func messages(message: String, line: Int) throws {
        #expect(try manifests(collector)[1].place(for: message) == "f:\(line)")
    }

    @Test("an object of a list has its own line")
    func list() throws {
        let list = try manifests("kind: List\nitems:\n- kind: A\n- kind: B\n  spec:\n    a.b: 1")[0]
        #expect(list.place(ofObject: 0) == "f:3")
        #expect(list.place(ofObject: 1) == "f:4")
        #expect(list.place(ofObject: 1, for: "spec.a.b is odd") == "f:6")
        #expect(list.place(ofObject: 9) == "f:1")
    }

    @Test("a line of a text is one of the file where the text keeps its lines")
    func texts() throws {
        let text = "kind: A\nspec:\n  one: |\n    a\n    b\n  two: |2- # kept\n    a\n  three: a|\n  four: >\n    a\n"
        let manifest = try manifests(text)[0]
        #expect(manifest.place(field: "spec.one", line: 2) == "f:5")
        #expect(manifest.place(field: "spec.one") == "f:3")
        #expect(manifest.place(field: "spec.two", line: 1) == "f:7")
        #expect(manifest.place(field: "spec.three", line: 1) == "f:8")
        #expect(manifest.place(field: "spec.four", line: 1) == "f:9")
        #expect(manifest.place(field: "status.none", line: 1) == "f:1")
        #expect(Manifest(source: "made", document: [:]).place(field: "spec", line: 1) == "made")
    }

    @Test("JSON has lines, too, wherever it stands in the file")
    func json() throws {
        let objects = try manifests("{\"kind\": \"A\"}\n\n{\"kind\": \"B\",\n \"spec\": {\n  \"a\": 1}}")
        #expect(objects.map { $0.place() } == ["f:1", "f:3"])
        #expect(objects[1].place(for: "spec.a is odd") == "f:5")
    }

    @Test("where it stands is no part of what a manifest is")
    func equality() throws {
        #expect(try manifests("a: 1") == manifests("\n\n# here\na: 1"))
        #expect(try manifests("a: 1") != manifests("a: 2"))
        #expect(Manifest(source: "made", document: [:]).place() == "made")
    }
}
