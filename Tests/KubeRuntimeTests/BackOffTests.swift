@testable import KubeRuntime
import Testing

@Suite struct BackOffTests {
    @Test("delays double up to the limit and start over after a success")
    func doubles() {
        var backOff = BackOff.watching(generator: ConstantGenerator())
        let delays = (0..<8).map { _ in backOff.next() }
        #expect(
            delays
                == [.milliseconds(800), .milliseconds(1600), .milliseconds(3200), .milliseconds(6400),
                    .milliseconds(12800), .milliseconds(25600), .seconds(30), .seconds(30)])
        #expect(backOff.attempts == 8)
        backOff.reset()
        expect(backOff.next(), is: .milliseconds(800))
    }

    @Test("jitter makes a delay longer by less than its fraction")
    func jitters() {
        var backOff = BackOff(
            initial: .seconds(1), maximum: .seconds(1), jitter: 0.5, generator: SeededGenerator(seed: 7))
        let delays = (0..<200).map { _ in backOff.next() }
        #expect(delays.allSatisfy { $0 >= .seconds(1) && $0 < .milliseconds(1500) })
        #expect(Set(delays).count > 150)
        var largest = BackOff(initial: .seconds(1), maximum: .seconds(1), generator: ConstantGenerator(bits: .max))
        expect(largest.next() < .seconds(2), is: true)
    }

    @Test("thousands of failures do not overflow")
    func neverOverflows() {
        var backOff = BackOff(initial: .milliseconds(5), maximum: .seconds(1000), generator: ConstantGenerator())
        for _ in 0..<10_000 { _ = backOff.next() }
        expect(backOff.next(), is: .seconds(1000))
    }

    @Test("timestamps are RFC 3339 in UTC", arguments: [
        (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        (951_782_400_000_001_000, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000001Z"),
        (1_709_164_799_999_999_999, "2024-02-28T23:59:59Z", "2024-02-28T23:59:59.999999Z"),
        (1_798_761_599_500_000_000, "2026-12-31T23:59:59Z", "2026-12-31T23:59:59.500000Z"),
        (-1_000, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999999Z"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z", "2100-03-01T00:00:00.000000Z"),
    ] as [(Int64, String, String)])
    func timestamps(nanoseconds: Int64, seconds: String, micro: String) {
        let timestamp = Timestamp(nanosecondsSinceEpoch: nanoseconds)
        #expect(timestamp.rfc3339 == seconds)
        #expect(timestamp.rfc3339Micro == micro)
    }
}
