import KubeModel
import Testing

@Suite struct QuantityTests {
    @Test(
        "spellings of one amount are equal",
        arguments: [
            ("1000m", "1"), ("0.5", "500m"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("1.5Gi", "1536Mi"), ("2", "2.0"),
        ])
    func equal(left: String, right: String) {
        #expect(Quantity(left) != nil)
        #expect(Quantity(left) == Quantity(right))
    }

    @Test("different amounts differ", arguments: [("1", "1m"), ("1M", "1Mi"), ("1E", "1e1")])
    func different(left: String, right: String) { #expect(Quantity(left) != Quantity(right)) }

    @Test(
        "what is no quantity is not read",
        arguments: ["", "m", "one", "1 Gi", "1GiB", "--1", "1e", "inf", "0x10", "5é", "5éMi"])
    func rejects(text: String) { #expect(Quantity(text) == nil) }
}
