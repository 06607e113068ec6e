import Document
import Testing

@testable import Manifests

@Suite("Unified diffs")
struct UnifiedDiffTests {
    private func diff(_ old: String, _ new: String, context: Int = 3, isColored: Bool = false) -> String {
        UnifiedDiff(from: old, to: new, context: context)
            .text(title: "t", old: "a", new: "b", isColored: isColored)
    }

    @Test("equal texts have none")
    func equal() {
        #expect(UnifiedDiff(from: "a\nb\n", to: "a\nb\n").isEmpty)
        #expect(diff("a\n", "a\n") == "")
    }

    @Test("a change is shown with three lines around it and the field that holds it")
    func change() {
        let old = "a: 1\nb:\n  c: 1\n  d: 2\n  e: 3\n  f: 4\n  g: 5\n  h: 6\n"
        #expect(
            diff(old, old.replacing("f: 4", with: "f: 5")) == """
                diff t
                --- a
                +++ b
                @@ -3,6 +3,6 @@ b
                   c: 1
                   d: 2
                   e: 3
                -  f: 4
                +  f: 5
                   g: 5
                   h: 6

                """)
    }

    @Test("changes far apart are two parts, near ones are one")
    func hunks() {
        let lines = (1...30).map { "k\($0): \($0)" }
        func changed(_ numbers: Int...) -> Int {
            var new = lines
            for number in numbers { new[number - 1] += "0" }
            let text = diff(lines.joined(separator: "\n"), new.joined(separator: "\n"))
            return text.split(separator: "\n").count { $0.hasPrefix("@@") }
        }
        #expect(changed(5, 25) == 2)
        #expect(changed(5, 12) == 1)
        #expect(changed(5, 13) == 2)
        #expect(changed(1, 30) == 2)
    }

    @Test("line numbers count both texts")
    func numbers() {
        let old = (1...20).map { "k\($0): 1" }
        let new = ["zero: 0"] + old + ["last: 0"]
        let text = diff(old.joined(separator: "\n"), new.joined(separator: "\n"), context: 1)
        #expect(text.contains("@@ -1,1 +1,2 @@\n+zero: 0\n k1: 1\n"))
        #expect(text.contains("@@ -20,1 +21,2 @@\n k20: 1\n+last: 0\n"))
    }

    @Test("a text that was empty, or becomes empty, counts from line zero")
    func empty() {
        #expect(diff("", "a: 1\n").contains("@@ -0,0 +1,1 @@\n+a: 1\n"))
        #expect(diff("a: 1\n", "").contains("@@ -1,1 +0,0 @@\n-a: 1\n"))
    }

    @Test("an entry added to a list is shown as a whole entry")
    func slides() {
        let old = "env:\n- name: A\n  value: 1\n- name: C\n  value: 1\n"
        let new = "env:\n- name: A\n  value: 1\n- name: B\n  value: 1\n- name: C\n  value: 1\n"
        #expect(diff(old, new).contains(" - name: A\n   value: 1\n+- name: B\n+  value: 1\n - name: C\n"))
    }

    @Test("colours surround whole lines and are set back on each")
    func colors() {
        let text = diff("a: 1\n", "a: 2\n", isColored: true)
        for line in text.split(separator: "\n") { #expect(line.hasSuffix("\u{1B}[0m")) }
        #expect(text.contains("\u{1B}[31m-a: 1"))
        #expect(text.contains("\u{1B}[32m+a: 2"))
        #expect(!diff("a: 1\n", "a: 2\n").contains("\u{1B}"))
    }

    @Test("both texts can be read out of the difference, whatever they are", arguments: UInt64(1)...200)
    func property(seed: UInt64) {
        var random = Random(state: seed)
        func text() -> [String] {
            (0..<Int.random(in: 0...25, using: &random)).map { _ in
                ["- name: a", "  value: 1", "x: y", "- b", ""].randomElement(using: &random) ?? ""
            }
        }
        let old = text()
        let new = text()
        func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
        let lines = LineDiff(from: joined(old), to: joined(new)).lines
        #expect(lines.filter { !$0.isAdded }.map(\.text) == old)
        #expect(lines.filter { !$0.isRemoved }.map(\.text) == new)
        let shown = diff(joined(old), joined(new)).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(shown.count { $0.hasPrefix("+") && !$0.hasPrefix("+++") } == lines.count { $0.isAdded })
    }

    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}

@Suite("Places in YAML")
struct YAMLPlaceTests {
    private let text = """
        spec:
          replicas: 1
          template:
            spec:
              containers:
              - name: a
                env:
                - name: X
                  value: y
              - name: b
                args:
                - --flag
                image: c
              initContainers: []
        """

    @Test(
        "are named as kubectl explain does",
        arguments: [
            ("replicas: 1", "spec"), ("template:", "spec"), ("- name: a", "spec.template.spec.containers[0]"),
            ("value: y", "spec.template.spec.containers[0].env[0]"), ("image: c", "spec.template.spec.containers[1]"),
            ("- --flag", "spec.template.spec.containers[1].args[0]"), ("initContainers", "spec.template.spec"),
            ("spec:", ""),
        ])
    func path(line: String, place: String) throws {
        let lines = text.split(separator: "\n").map(String.init)
        let index = try #require(lines.firstIndex { $0.contains(line) })
        #expect(YAMLPlace.path(to: index, in: lines) == place)
    }
}

@Suite("Tables")
struct TextTableTests {
    @Test("columns are aligned, and nothing follows the last one")
    func aligned() {
        var table = TextTable(header: ["A", "LONG", "B"])
        table.add(["wide", "x", "end"])
        #expect(table.text == "A      LONG   B\nwide   x      end\n")
    }

    @Test("control characters do not reach the terminal")
    func controls() {
        var table = TextTable(header: ["A"])
        table.add(["x\u{1B}[2J\ny\u{9B}"])
        #expect(table.text == "A\nx?[2J?y?\n")
    }
}
