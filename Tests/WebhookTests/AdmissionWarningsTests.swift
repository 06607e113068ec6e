import Testing

@testable import Webhook

@Suite("Warnings")
struct AdmissionWarningsTests {
    @Test("line ends and control characters become one space, and the ends are trimmed")
    func clean() {
        #expect(AdmissionWarnings.fitted(["  a\r\n\tb\u{7}c\u{85}d  "]) == ["a b c d"])
        #expect(AdmissionWarnings.fitted(["\n\t", ""]).isEmpty)
    }

    @Test("one is cut to 256 bytes on a character's border")
    func cut() throws {
        let text = String(repeating: "é", count: 200)
        let fitted = try #require(AdmissionWarnings.fitted([text]).first)
        #expect(fitted.utf8.count <= 256)
        #expect(fitted.utf8.count >= 254)
        #expect(fitted.hasSuffix("é…"))
        #expect(AdmissionWarnings.fitted([String(repeating: "a", count: 256)]) == [String(repeating: "a", count: 256)])
    }

    @Test("all of them stay within 4,096 bytes")
    func total() {
        let fitted = AdmissionWarnings.fitted(Array(repeating: String(repeating: "a", count: 256), count: 40))
        #expect(fitted.count == 16)
    }
}
