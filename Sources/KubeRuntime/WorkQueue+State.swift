import DequeModule
import HeapModule
import KubeModel

extension WorkQueue {
    /// Which keys are waiting, for whom, and since when. Pure: time is an argument, everywhere since the same origin.
    ///
    /// Invariants: a ready key is not being worked on; a key that is ready or due again is not also delayed.
    struct State: Sendable {
        private struct Delayed: Comparable, Sendable {
            var deadline: Duration
            /// Keeps the order in which keys with the same deadline were added.
            var sequence: Int
            var key: ObjectKey

            static func < (left: Delayed, right: Delayed) -> Bool {
                (left.deadline, left.sequence) < (right.deadline, right.sequence)
            }
        }

        private let baseDelay: Duration
        private let maximumDelay: Duration

        /// To be handed out, first come first served.
        private var ready: Deque<ObjectKey> = []
        /// When each ready or due-again key was added.
        private var addedAt: [ObjectKey: Duration] = [:]
        /// Handed out and not yet done, with the time they were handed out.
        private var processing: [ObjectKey: Duration] = [:]
        private var deadlines: [ObjectKey: Duration] = [:]
        /// Holds an entry for each deadline, and some that an earlier one has replaced.
        private var heap = Heap<Delayed>()
        private var sequence = 0
        private var failures: [ObjectKey: Int] = [:]
        private(set) var isShutDown = false

        init(baseDelay: Duration, maximumDelay: Duration) {
            self.baseDelay = baseDelay
            self.maximumDelay = maximumDelay
        }

        /// Keys that could be handed out now.
        var depth: Int { ready.count }
        var delayedCount: Int { deadlines.count }
        var processingCount: Int { processing.count }
        /// How long the keys that are being worked on have been, together.
        func unfinishedWork(at now: Duration) -> Duration { processing.values.reduce(.zero) { $0 + (now - $1) } }
        func longestRunning(at now: Duration) -> Duration { processing.values.map { now - $0 }.max() ?? .zero }

        /// - Returns: whether the key was not waiting already.
        mutating func add(_ key: ObjectKey, at now: Duration) -> Bool {
            guard !isShutDown else { return false }
            deadlines[key] = nil
            compactHeap()
            guard addedAt[key] == nil else { return false }
            addedAt[key] = now
            if processing[key] == nil { ready.append(key) }
            return true
        }

        /// Adds the key when the time has come. An earlier time set before wins.
        mutating func add(_ key: ObjectKey, at now: Duration, deadline: Duration) {
            guard !isShutDown, addedAt[key] == nil else { return }
            if let existing = deadlines[key], existing <= deadline { return }
            deadlines[key] = deadline
            sequence += 1
            heap.insert(Delayed(deadline: deadline, sequence: sequence, key: key))
            compactHeap()
        }

        /// The delay before the key is tried again, which doubles with each call until `forget`.
        mutating func nextDelay(of key: ObjectKey) -> Duration {
            let count = failures[key, default: 0]
            failures[key] = count + 1
            // Doubling 5 ms 62 times is far beyond any limit and still fits.
            return min(baseDelay * (1 << min(count, 62)), maximumDelay)
        }

        mutating func forget(_ key: ObjectKey) { failures[key] = nil }
        func failureCount(of key: ObjectKey) -> Int { failures[key, default: 0] }

        /// The earliest time at which a delayed key is due.
        mutating func nextDeadline() -> Duration? {
            while let first = heap.min, deadlines[first.key] != first.deadline { heap.removeMin() }
            return heap.min?.deadline
        }

        /// Adds the delayed keys that are due.
        ///
        /// - Returns: how many.
        mutating func addDue(at now: Duration) -> Int {
            var count = 0
            while let deadline = nextDeadline(), deadline <= now {
                let key = heap.removeMin().key
                deadlines[key] = nil
                if add(key, at: now) { count += 1 }
            }
            return count
        }

        /// Hands out the next key, with the time it has waited.
        mutating func take(at now: Duration) -> (key: ObjectKey, waited: Duration)? {
            guard !isShutDown, let key = ready.popFirst() else { return nil }
            let since = addedAt.removeValue(forKey: key) ?? now
            processing[key] = now
            return (key, now - since)
        }

        /// The worker has finished with the key. If it was added meanwhile, it is ready again.
        ///
        /// - Returns: how long the work took; `nil` when the key was not being worked on.
        mutating func done(_ key: ObjectKey, at now: Duration) -> Duration? {
            guard let since = processing.removeValue(forKey: key) else { return nil }
            if addedAt[key] != nil { ready.append(key) }
            return now - since
        }

        mutating func shutDown() { isShutDown = true }

        /// Keeps the heap bounded by the number of distinct keys.
        private mutating func compactHeap() {
            guard heap.count > 2 * deadlines.count + 64 else { return }
            heap = Heap(heap.unordered.filter { deadlines[$0.key] == $0.deadline })
        }
    }
}
