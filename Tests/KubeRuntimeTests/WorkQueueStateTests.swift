import KubeModel
import TestSupport
import Testing

@testable import KubeRuntime

@Suite struct WorkQueueStateTests {
    private var state = WorkQueue.State(baseDelay: .milliseconds(5), maximumDelay: .seconds(1000))
    private let a = ObjectKey(namespace: "ns", name: "a")
    private let b = ObjectKey(namespace: "ns", name: "b")

    @Test("a key added many times is handed out once, in the order of the first time")
    mutating func deduplicates() {
        for key in [a, b, a, a, b] { _ = state.add(key, at: .zero) }
        #expect(state.depth == 2)
        expect(state.take(at: .seconds(1))?.key, is: a)
        expect(state.take(at: .seconds(3))?.waited, is: .seconds(3))
        expect(state.take(at: .seconds(3))?.key, is: nil)
    }

    @Test("a key added while it is worked on is handed out after it is done, not before")
    mutating func notTwiceAtOnce() {
        _ = state.add(a, at: .zero)
        _ = state.take(at: .zero)
        expect(state.add(a, at: .zero), is: true)
        expect(state.add(a, at: .zero), is: false)
        expect(state.take(at: .zero)?.key, is: nil)
        expect(state.done(a, at: .seconds(2)), is: .seconds(2))
        expect(state.take(at: .seconds(5))?.waited, is: .seconds(5))
        _ = state.done(a, at: .seconds(5))
        expect(state.take(at: .seconds(5))?.key, is: nil)
        expect(state.done(a, at: .seconds(5)), is: nil)
    }

    @Test("of two delays the earlier wins, and adding now beats both")
    mutating func earlierWins() {
        state.add(a, at: .zero, deadline: .seconds(10))
        state.add(a, at: .zero, deadline: .seconds(3))
        state.add(a, at: .zero, deadline: .seconds(7))
        expect(state.nextDeadline(), is: .seconds(3))
        expect(state.addDue(at: .seconds(2)), is: 0)
        expect(state.addDue(at: .seconds(3)), is: 1)
        expect(state.nextDeadline(), is: nil)
        expect(state.take(at: .seconds(3))?.key, is: a)
        _ = state.done(a, at: .seconds(3))

        state.add(a, at: .seconds(3), deadline: .seconds(9))
        expect(state.add(a, at: .seconds(4)), is: true)
        expect(state.nextDeadline(), is: nil)
        state.add(a, at: .seconds(4), deadline: .seconds(9))
        expect(state.nextDeadline(), is: nil, "it is handed out before that anyway")
    }

    @Test("retries come after 5 ms, doubling to 1000 s, until forgotten")
    mutating func rateLimit() {
        let delays = (0..<19).map { _ in state.nextDelay(of: a) }
        #expect(delays.prefix(4) == [.milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(40)])
        #expect(delays[17] == .milliseconds(655_360))
        #expect(delays[18] == .seconds(1000))
        for _ in 0..<200 { expect(state.nextDelay(of: a), is: .seconds(1000)) }
        expect(state.nextDelay(of: b), is: .milliseconds(5))
        state.forget(a)
        #expect(state.failureCount(of: a) == 0)
        expect(state.nextDelay(of: a), is: .milliseconds(5))
    }

    @Test("after shutdown nothing is handed out or taken in")
    mutating func shutDown() {
        _ = state.add(a, at: .zero)
        state.shutDown()
        expect(state.take(at: .zero)?.key, is: nil)
        expect(state.add(b, at: .zero), is: false)
        state.add(b, at: .zero, deadline: .seconds(1))
        expect(state.nextDeadline(), is: nil)
    }

    @Test("unfinished work is measured")
    mutating func unfinished() {
        for key in [a, b] { _ = state.add(key, at: .zero) }
        _ = state.take(at: .zero)
        _ = state.take(at: .seconds(2))
        #expect(state.unfinishedWork(at: .seconds(5)) == .seconds(8))
        #expect(state.longestRunning(at: .seconds(5)) == .seconds(5))
    }

    /// The same promises, written the slow and obvious way.
    private struct Model {
        var ready: [ObjectKey] = []
        var again: Set<ObjectKey> = []
        var processing: Set<ObjectKey> = []
        var delayed: [ObjectKey: Duration] = [:]

        func isWaiting(_ key: ObjectKey) -> Bool { ready.contains(key) || again.contains(key) }

        mutating func add(_ key: ObjectKey) {
            delayed[key] = nil
            if isWaiting(key) { return }
            if processing.contains(key) { again.insert(key) } else { ready.append(key) }
        }

        mutating func add(_ key: ObjectKey, deadline: Duration) {
            if isWaiting(key) { return }
            delayed[key] = min(delayed[key] ?? deadline, deadline)
        }

        mutating func done(_ key: ObjectKey) {
            processing.remove(key)
            if again.remove(key) != nil { ready.append(key) }
        }
    }

    @Test("random interleavings agree with the model", arguments: 0..<200)
    func agreesWithModel(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var state = WorkQueue.State(baseDelay: .milliseconds(5), maximumDelay: .seconds(1000))
        var model = Model()
        var now = Duration.zero
        let keys = (0..<6).map { ObjectKey(namespace: "ns", name: "k\($0)") }
        for _ in 0..<400 {
            let key = keys.randomElement(using: &random) ?? a
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let isNew = !model.isWaiting(key)
                expect(state.add(key, at: now), is: isNew)
                model.add(key)
            case 1:
                // Distinct deadlines, so that the order in which they come due is certain.
                let deadline = now + .nanoseconds(Int.random(in: 1...5_000_000_000, using: &random))
                state.add(key, at: now, deadline: deadline)
                model.add(key, deadline: deadline)
            case 2, 3:
                let taken = state.take(at: now)?.key
                #expect(taken == model.ready.first)
                if let taken {
                    #expect(!model.processing.contains(taken))
                    model.ready.removeFirst()
                    model.processing.insert(taken)
                }
            case 4:
                guard let key = model.processing.sorted().randomElement(using: &random) else { continue }
                expect(state.done(key, at: now) != nil, is: true)
                model.done(key)
            default:
                now += .milliseconds(Int.random(in: 0...1500, using: &random))
                let order = model.delayed.filter { $0.value <= now }.sorted { $0.value < $1.value }.map(\.key)
                expect(state.addDue(at: now), is: order.count)
                for key in order { model.add(key) }
            }
            #expect(state.depth == model.ready.count)
            #expect(state.processingCount == model.processing.count)
            #expect(state.delayedCount == model.delayed.count)
            expect(state.nextDeadline(), is: model.delayed.values.min())
        }
    }
}
