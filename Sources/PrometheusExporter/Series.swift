import CoreMetrics
import Synchronization

/// A number that many threads add to without a lock.
struct AtomicDouble: ~Copyable {
    private let bits: Atomic<UInt64>

    init(_ value: Double = 0) { bits = Atomic(value.bitPattern) }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ difference: Double) {
        var current = bits.load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: current) + difference).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(
                expected: current, desired: next, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}

/// One line of a metric: the values of one combination of labels.
protocol Series: AnyObject, Sendable {
    /// As in the output: empty, or `a="b",c="d"`.
    var labels: String { get }
    func write(name: String, to output: inout ExpositionWriter)
}

/// Only grows. Negative and undefined amounts are ignored.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    let labels: String
    private let total = AtomicDouble()

    init(labels: String) { self.labels = labels }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { if amount > 0 { total.add(amount) } }
    func reset() { total.set(0) }

    func write(name: String, to output: inout ExpositionWriter) {
        output.sample(name, labels: labels, total.value)
    }
}

final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    let labels: String
    private let current = AtomicDouble()

    init(labels: String) { self.labels = labels }

    func set(_ value: Int64) { current.set(Double(value)) }
    func set(_ value: Double) { current.set(value) }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func write(name: String, to output: inout ExpositionWriter) {
        output.sample(name, labels: labels, current.value)
    }
}

/// Counts values by size. Timers record in seconds.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    private struct State {
        /// One for each bound, and one for what is larger than all.
        var counts: [UInt64]
        var sum = 0.0
    }

    let labels: String
    private let bounds: [Double]
    private let state: Mutex<State>

    init(labels: String, bounds: [Double]) {
        self.labels = labels
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        // The bounds are few: a straight search beats a binary one.
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(name: String, to output: inout ExpositionWriter) {
        let state = state.withLock { $0 }
        var cumulative: UInt64 = 0
        for (bound, count) in zip(bounds, state.counts) {
            cumulative += count
            output.sample(name + "_bucket", labels: bucketLabels(bound), Double(cumulative))
        }
        cumulative += state.counts.last ?? 0
        output.sample(name + "_bucket", labels: bucketLabels(.infinity), Double(cumulative))
        output.sample(name + "_sum", labels: labels, state.sum)
        output.sample(name + "_count", labels: labels, Double(cumulative))
    }

    private func bucketLabels(_ bound: Double) -> String {
        let le = "le=\"\(ExpositionWriter.format(bound))\""
        return labels.isEmpty ? le : "\(labels),\(le)"
    }
}
