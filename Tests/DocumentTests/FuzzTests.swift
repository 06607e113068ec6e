import Document
import Glibc
import Testing

/// Mutates texts and reads them: whatever comes in, a value or an error with a position comes out.
///
/// `FUZZ_SECONDS` says how long each test runs and `FUZZ_ITERATIONS` how often, whichever is over first; `FUZZ_SEED`
/// repeats a run. `make fuzz` sets them.
@Suite("Fuzzing")
struct FuzzTests {
    @Test("JSON", .timeLimit(.minutes(60)))
    func json() throws {
        try fuzz(jsonSamples) { bytes in
            let value: JSONValue
            do throws(DocumentError) {
                value = try JSONValue(parsing: bytes)
            } catch {
                try #require(error.position != nil, "\(error)")
                return
            }
            let written = value.serialized()
            try #require(try JSONValue(parsing: written) == value)
            try #require(try JSONValue(parsing: value.serializedPretty()).serialized() == written)
        }
    }

    @Test("YAML", .timeLimit(.minutes(60)))
    func yaml() throws {
        let limits = YAMLLimits(maxNodes: 10_000)
        try fuzz(yamlSamples) { bytes in
            guard let values = try? YAML.parseAll(bytes, limits: limits) else { return }
            for value in values {
                let text = YAML.serialized(value)
                let read = try YAML.parse(text)
                // A number beyond all doubles has no YAML text that stays a number.
                if !hasHugeNumber(value) { try #require(read == value, "\(text)") }
            }
        }
    }

    @Test("patches", .timeLimit(.minutes(60)))
    func patches() throws {
        let document = try JSONValue(parsing: jsonSamples[0])
        try fuzz(patchSamples) { bytes in
            guard let json = try? JSONValue(parsing: bytes) else { return }
            _ = JSONMergePatch(json).applied(to: document)
            guard let patch = try? JSONPatch(json: json) else { return }
            try #require(try JSONPatch(json: patch.json) == patch)
            guard let result = try? patch.applied(to: document) else { return }
            try #require(try JSONPatch.diff(from: document, to: result).applied(to: document) == result)
        }
    }

    private func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.doubleValue.isInfinite
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let object): object.members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }
}

private func environment(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

private func fuzz(_ samples: [[UInt8]], _ check: ([UInt8]) throws -> Void) throws {
    let seed = environment("FUZZ_SEED") ?? UInt64.random(in: 0...UInt64.max)
    var generator = Generator(seed: seed)
    let seconds = environment("FUZZ_SECONDS")
    let iterations = environment("FUZZ_ITERATIONS") ?? (seconds == nil ? 5_000 : .max)
    let end = ContinuousClock.now + .seconds(seconds ?? 2)
    var done: UInt64 = 0
    while done < iterations && ContinuousClock.now < end {
        let bytes = generator.mutated(generator.pick(samples), dictionary: samples)
        do {
            try check(bytes)
        } catch {
            Issue.record("FUZZ_SEED=\(seed), iteration \(done): \(error) for \(bytes)")
            return
        }
        done += 1
    }
    #expect(done > 0)
}

extension Generator {
    fileprivate mutating func mutated(_ sample: [UInt8], dictionary: [[UInt8]]) -> [UInt8] {
        var bytes = sample
        for _ in 0...below(6) {
            let at = below(bytes.count + 1)
            switch below(8) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &self), at: at)
            case 1: bytes.insert(pick(Array("{}[]\",:\\-#&*!|>'%@`~?<\n\t 0eEunt".utf8)), at: at)
            case 2: if at < bytes.count { bytes[at] ^= 1 << UInt8(below(8)) }
            case 3: if at < bytes.count { bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8))) }
            case 4: bytes.removeSubrange(at...)
            case 5:
                let other = pick(dictionary)
                let start = below(other.count)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 1 + below(30))], at: at)
            case 6:
                let end = min(bytes.count, at + below(40))
                bytes.insert(contentsOf: bytes[at..<end], at: at)
            default: bytes.insert(contentsOf: Array(text().utf8), at: at)
            }
        }
        return bytes
    }
}

private let jsonSamples: [[UInt8]] = [
    #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"a/b":"c~d"}},"spec":{"containers":[{"name":"app","env":[]}]}}"#,
    #"[null,true,false,0,-0,1.5,-2e10,3E-7,"","\u00e9\ud83d\ude00\n\\\"\/",{},[],[[[]]],{"":{"":[]}}]"#,
    #"  {"a" : [ 1 , 2 ] , "key longer than fifteen bytes" : "é한국어😀" }  "#,
].map { Array($0.utf8) }

private let patchSamples: [[UInt8]] = [
    #"[{"op":"add","path":"/spec/containers/-","value":{"name":"x"}},{"op":"test","path":"/kind","value":"Pod"}]"#,
    #"[{"op":"copy","from":"/spec","path":"/metadata/spec"},{"op":"move","from":"/metadata/labels","path":"/spec/containers/0"}]"#,
    #"[{"op":"replace","path":"/metadata/labels/a~1b","value":[]},{"op":"remove","path":"/spec/containers/0/env"},{"op":"copy","from":"","path":"/a"}]"#,
].map { Array($0.utf8) }

private let yamlSamples: [[UInt8]] = [
    "a: &x\n  - 1\n  - 0x1F\n  - .5\nb: *x\nc: {d: [yes, ~, 2001-12-14], <<: {e: !!str 1}}\n",
    "---\nname: |\n  line one\n   two\n\nlast: >-\n  folded\n  text\n---\n- \"\\x41\\u00e9\\n\"\n- 'it''s'\n...\n",
    "%YAML 1.1\n---\n? [complex]\n: !!binary aGk=\n? b\n: !t {a: 1}\n# comment\n<<: [{a: 1}, {b: 2}]\n",
    "defaults: &d {a: 1, b: &n [x, y]}\nreal:\n  <<: *d\n  c: *n\n  ? d\n  : 1e3\nempty:\n\"q\": +1_000\n",
].map { Array($0.utf8) }
