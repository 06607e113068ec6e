import OperatorAPI
import Testing

@Suite("Truncated name")
struct TruncatedNameTests {
    @Test("short names stay")
    func short() {
        #expect(TruncatedName.joined(.fixed("otel-auto-secret-"), .variable("certs")) == "otel-auto-secret-certs")
    }

    @Test("the excess is taken from the end of the variable part")
    func long() {
        let name = TruncatedName.joined(.fixed("otel-auto-secret-"), .variable(String(repeating: "s", count: 80)))
        #expect(name == "otel-auto-secret-" + String(repeating: "s", count: 46))
    }

    @Test("several variable parts are consumed from left to right, and the ends are trimmed")
    func several() {
        let name = TruncatedName.joined(
            .variable("some-app"), .fixed("."), .variable(String(repeating: "n", count: 69)))
        #expect(name == String(repeating: "n", count: 62))
    }

    @Test("too long a fixed part is cut at the limit and not trimmed")
    func fixed() {
        let name = TruncatedName.joined(.fixed(String(repeating: "-", count: 70)), .variable("x"))
        #expect(name == String(repeating: "-", count: 63))
    }

    @Test("short names are trimmed to a letter or digit too")
    func trimmed() {
        #expect(TruncatedName.joined(.fixed("-_a"), .variable("b..")) == "ab")
    }
}
