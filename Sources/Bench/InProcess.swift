import ArgumentParser
import CAllocationCount
import Glibc
import NIOCore
import Webhook

/// Group 1: the bytes of a review in, the bytes of the answer out, without a network.
struct InProcess: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure admission in process: time, CPU and allocations a review.")

    @Option(help: "Reviews measured for each case.")
    var reviews = 20_000
    @Option(help: "One case alone, such as 5k.python: for a profiler.")
    var only: String?

    func run() throws {
        let webhook = try WebhookUnderTest()
        for (size, bytes) in PodReview.sizes {
            for kind in PodReview.Case.all where only == nil || only == "\(size).\(kind.name)" {
                try measure(webhook, kind, bytes, key: "admission.\(size).\(kind.name)")
            }
        }
    }

    private func measure(_ webhook: WebhookUnderTest, _ kind: PodReview.Case, _ bytes: Int, key: String) throws {
        let body = ByteBuffer(bytes: PodReview(kind, bytes: bytes).body)
        let request = WebhookUnderTest.request(body)
        _ = try webhook.checkedAnswer(kind, to: body)
        for _ in 0..<reviews / 10 { _ = webhook.router.respond(to: request) }

        var times = [UInt64](repeating: 0, count: reviews)
        for index in times.indices {
            let start = Self.nanoseconds(CLOCK_MONOTONIC)
            _ = webhook.router.respond(to: request)
            times[index] = Self.nanoseconds(CLOCK_MONOTONIC) - start
        }
        times.sort()
        Bench.print("\(key).p50", Double(times[reviews / 2]) / 1_000)
        Bench.print("\(key).p99", Double(times[reviews * 99 / 100]) / 1_000)

        // Apart from the clock readings above.
        let cpu = Self.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        let before = allocation_count()
        for _ in 0..<reviews { _ = webhook.router.respond(to: request) }
        let after = allocation_count()
        Bench.print("\(key).cpu", Double(Self.nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / 1_000 / Double(reviews))
        Bench.print("\(key).allocated", Double(after.bytes - before.bytes) / Double(reviews))
        Bench.print("\(key).allocations", Double(after.calls - before.calls) / Double(reviews))
    }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
