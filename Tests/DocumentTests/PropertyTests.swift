import Document
import Testing

@Suite("Properties over generated values")
struct PropertyTests {
    @Test("a value written as JSON is read as the same", arguments: seeds)
    func json(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<40 {
            let value = generator.value()
            let bytes = value.serialized()
            let read = try JSONValue(parsing: bytes)
            #expect(read == value)
            #expect(read.serialized() == bytes)
            #expect(try JSONValue(parsing: value.serializedPretty()).serialized() == bytes)
            #expect(value.sortedByKey() == value)
        }
    }

    @Test("a value written as YAML is read as the same, by our reader alone and in a stream", arguments: seeds)
    func yaml(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var values: [JSONValue] = []
        for _ in 0..<40 {
            let value = generator.value()
            let text = YAML.serialized(value)
            let read = try #require(try? YAML.parse(text), "\(text)")
            #expect(read == value, "\(text)")
            // Only -0, to YAML the same integer as 0, is written otherwise the second time.
            let again = YAML.serialized(read)
            #expect(YAML.serialized(try YAML.parse(again)) == again)
            values.append(value)
        }
        #expect(try YAML.parseAll(YAML.serializedAll(values)) == values)
    }

    @Test("compact JSON without escapes beyond YAML's is YAML of the same meaning", arguments: seeds)
    func jsonAsYAML(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<40 {
            let value = generator.value()
            let text = value.serializedPretty()
            // YAML 1.1 has no DEL, C1 controls, noncharacters or line separators in quotes, and no long keys.
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x0A && $0.value < 0x7F }), text.utf8.count < 1000 else {
                continue
            }
            #expect(try YAML.parse(text) == value, "\(text)")
        }
    }

    @Test("the difference of two values, applied to the first, gives the second", arguments: seeds)
    func diff(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<60 {
            let from = generator.value()
            var to = generator.chance(10) ? generator.value() : from
            for _ in 0..<generator.below(4) { to = generator.mutated(to) }
            let patch = JSONPatch.diff(from: from, to: to)
            #expect(try patch.applied(to: from) == to, "\(patch.json.serializedString())")
            #expect(patch.isEmpty == (from == to))
            #expect(JSONPatch.diff(from: from, to: to) == patch)
            #expect(try JSONPatch(json: patch.json) == patch)
            if let merge = try? JSONMergePatch.diff(from: from, to: to) {
                #expect(merge.applied(to: from) == to, "\(merge.json.serializedString())")
            }
        }
    }

    @Test("a pointer is read as it was written", arguments: seeds)
    func pointers(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<100 {
            let pointer = JSONPointer(tokens: (0..<generator.below(5)).map { _ in generator.text() })
            #expect(try JSONPointer(pointer.description) == pointer)
        }
    }
}

/// The seed is the argument of the test, so a failure names it.
private let seeds: [UInt64] = Array(1...25)
