import Document
import KubeModel
import Testing

@Suite struct KubernetesVersionTests {
    @Test(
        "the answer of /version is read, also with a provider's plus sign",
        arguments: [("1", "29", "1.29"), ("1", "27+", "1.27"), ("2", "0", "2.0")])
    func reads(major: String, minor: String, text: String) throws {
        let answer: JSONValue = ["major": .string(major), "minor": .string(minor), "gitVersion": "v9.9.9"]
        #expect(try #require(KubernetesVersion(answer)).description == text)
    }

    @Test(
        "what is no version is none",
        arguments: [[:], ["major": "1"], ["major": "", "minor": "29"], ["major": 1, "minor": 29], .null] as [JSONValue])
    func rejects(_ answer: JSONValue) { #expect(KubernetesVersion(answer) == nil) }

    @Test("a version is read as people write it", arguments: ["1.33", "v1.33", "1.33.4", "v1.33.0"])
    func text(text: String) { #expect(KubernetesVersion(text: text) == KubernetesVersion(major: 1, minor: 33)) }

    @Test("what people do not write is none", arguments: ["", "1", "new", "1.x", "1.2.3.4", "-1.2", "1.-2", "1..2"])
    func badText(text: String) { #expect(KubernetesVersion(text: text) == nil) }

    @Test(
        "native sidecars are there from 1.29 on",
        arguments: [(1, 20, false), (1, 28, false), (1, 29, true), (1, 36, true), (2, 0, true)])
    func nativeSidecars(major: Int, minor: Int, expected: Bool) {
        #expect(KubernetesVersion(major: major, minor: minor).hasNativeSidecars == expected)
    }
}
