import TestSupport
import Testing

@testable import KubeRuntime

@Suite struct BackOffTests {
    @Test("delays double up to the limit and start over after a success")
    func doubles() {
        var backOff = BackOff.watching(generator: ConstantGenerator())
        let delays = (0..<8).map { _ in backOff.next() }
        #expect(
            delays
                == [
                    .milliseconds(800), .milliseconds(1600), .milliseconds(3200), .milliseconds(6400),
                    .milliseconds(12800), .milliseconds(25600), .seconds(30), .seconds(30),
                ])
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
}
