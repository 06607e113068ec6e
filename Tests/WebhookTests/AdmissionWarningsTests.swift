import Testing

@testable import Webhook

@Suite("Warnings")
struct AdmissionWarningsTests {
    @Test("line ends and control characters become one space, and the ends are trimmed")
    func clean() {
        #expect(AdmissionWarnings.fitted(["  a\r\n\tb\u{7}c\u{85}d  "]) == ["a b c d"])
        #expect(AdmissionWarnings.fitted(["\n\t", ""]).isEmpty)
    }

    @Test("a long one stays whole while there is room for all")
    func long() {
        let text = String(repeating: "é", count: 2_000)
        #expect(AdmissionWarnings.fitted([text, "a"]) == [text, "a"])
    }

    @Test("each is cut to 256 bytes on a character's border when there is not")
    func cut() throws {
        let text = String(repeating: "é", count: 2_000)
        let fitted = AdmissionWarnings.fitted([text, String(repeating: "a", count: 256), "b"])
        #expect(fitted.count == 3)
        let first = try #require(fitted.first)
        #expect(first.utf8.count <= 256)
        #expect(first.utf8.count >= 254)
        #expect(first.hasSuffix("é…"))
        #expect(fitted.dropFirst() == [String(repeating: "a", count: 256), "b"])
    }

    @Test("all of them stay within 4,096 bytes")
    func total() {
        let fitted = AdmissionWarnings.fitted(Array(repeating: String(repeating: "a", count: 256), count: 40))
        #expect(fitted.count == 16)
    }
}
