import KubeModel
import Synchronization
import TestSupport
import Testing

@testable import KubeRuntime

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
    private let clock = TestClock()
    private let queue: WorkQueue
    private let a = ObjectKey(namespace: "ns", name: "a")
    private let b = ObjectKey(namespace: "ns", name: "b")

    init() { queue = WorkQueue(name: "test", clock: clock) }

    @Test("a waiting worker gets the next key that is added")
    func waits() async {
        async let first = queue.next()
        queue.add(a)
        #expect(await first == a)
        queue.done(a)
    }

    @Test("a delayed key comes when its time has come, and an earlier time wakes the timer")
    func delayed() async throws {
        try await whileRunning(queue.run) { [self] in
            queue.add(a, after: .seconds(10))
            #expect(await clock.nextSleep() == .seconds(10))
            queue.add(b, after: .seconds(4))
            while await clock.nextSleep() != .seconds(4) { await Task.yield() }
            clock.advance(by: .seconds(4))
            #expect(await queue.next() == b)
            #expect(await clock.nextSleep() == .seconds(6))
            clock.advance(by: .seconds(6))
            #expect(await queue.next() == a)
        }
    }

    @Test("keys delayed before the timer ran are not lost")
    func delayedBeforeRunning() async throws {
        queue.add(a, after: .seconds(1))
        try await whileRunning(queue.run) { [self] in
            await clock.advanceToNextSleeper()
            #expect(await queue.next() == a)
        }
    }

    @Test("a failing key is delayed longer each time")
    func rateLimited() async throws {
        try await whileRunning(queue.run) { [self] in
            for delay in [5, 10, 20] {
                queue.addRateLimited(a)
                #expect(await clock.advanceToNextSleeper() == .milliseconds(delay))
                #expect(await queue.next() == a)
                queue.done(a)
            }
            #expect(queue.failureCount(of: a) == 3)
            queue.forget(a)
            queue.addRateLimited(a)
            #expect(await clock.nextSleep() == .milliseconds(5))
        }
    }

    @Test("shutdown ends all waiting, and the timer")
    func shutDown() async throws {
        let queue = queue
        try await withThrowingTaskGroup(of: ObjectKey?.self) { group in
            for _ in 0..<3 { group.addTask { await queue.next() } }
            group.addTask {
                await queue.run()
                return nil
            }
            queue.shutDown()
            for try await key in group { #expect(key == nil) }
        }
        #expect(await queue.next() == nil)
        try await queue.waitUntilShutDown()
    }

    @Test("a cancelled worker takes no key with it")
    func cancelled() async {
        let queue = queue
        let worker = Task { await queue.next() }
        worker.cancel()
        #expect(await worker.value == nil)
        queue.add(a)
        #expect(await queue.next() == a)
    }

    @Test("many workers and producers: every key is worked on, none twice at once")
    func stress() async throws {
        struct Seen { var running: Set<ObjectKey> = [], count = 0, overlaps = 0 }
        let seen = Shared(Seen())
        let keys = (0..<20).map { ObjectKey(namespace: "ns", name: "k\($0)") }
        let last = Recorder<ObjectKey>()
        let queue = queue
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        seen.withLock { seen in
                            seen.count += 1
                            if !seen.running.insert(key).inserted { seen.overlaps += 1 }
                        }
                        await Task.yield()
                        _ = seen.withLock { $0.running.remove(key) }
                        if key.namespace == "last" { last.append(key) }
                        queue.done(key)
                    }
                }
            }
            await withTaskGroup(of: Void.self) { producers in
                for seed in 0..<4 {
                    producers.addTask {
                        var random = SeededGenerator(seed: UInt64(seed))
                        for _ in 0..<500 {
                            queue.add(keys[Int.random(in: 0..<keys.count, using: &random)])
                            if Int.random(in: 0..<10, using: &random) == 0 { await Task.yield() }
                        }
                    }
                }
            }
            for key in keys { queue.add(ObjectKey(namespace: "last", name: key.name)) }
            await last.wait(for: keys.count)
            queue.shutDown()
        }
        let (count, overlaps) = seen.withLock { ($0.count, $0.overlaps) }
        #expect(overlaps == 0)
        #expect(count >= 2 * keys.count)
        #expect(queue.depth == 0)
    }
}
