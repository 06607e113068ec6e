public import CoreMetrics
import Synchronization

/// Keeps metrics in memory and writes them for Prometheus: the backend of swift-metrics in this process.
///
/// Counters become counters, meters and non-aggregating recorders gauges, timers and aggregating recorders histograms;
/// timers count in seconds. Asking for the same name and labels twice gives the same series.
///
/// - Guarantees: memory is bounded: a metric has at most `seriesLimit` series. What is beyond that, or what asks for a name
///   that is taken by another type, is not shown and counted in `metrics_dropped_series_total{reason}`.
/// - Caveats: series are looked up under a lock; keep the `Counter` or `Timer` instead of making it for each event.
///   Recording itself takes no lock but a histogram's own.
public final class PrometheusRegistry: MetricsFactory {
    /// The type of a metric, in the words of the format.
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    /// One value that is read when somebody asks.
    public struct Sample: Sendable {
        public var name: String
        public var help: String
        public var kind: Kind
        public var labels: [(String, String)]
        public var value: Double

        public init(_ name: String, help: String, kind: Kind = .gauge, labels: [(String, String)] = [], value: Double) {
            self.name = name
            self.help = help
            self.kind = kind
            self.labels = labels
            self.value = value
        }
    }

    /// What to answer as `Content-Type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Family {
        var kind: Kind
        var series: [String: any Series] = [:]
    }

    private struct State {
        var descriptions: [String: MetricDescription]
        var families: [String: Family] = [:]
        var collectors: [@Sendable () -> [Sample]] = []
    }

    private let seriesLimit: Int
    private let state: Mutex<State>
    private let conflicts = CounterSeries(labels: "reason=\"type_conflict\"")
    private let overflows = CounterSeries(labels: "reason=\"too_many_series\"")

    public init(descriptions: [MetricDescription] = .controllerRuntime, seriesLimit: Int = 2000) {
        self.seriesLimit = seriesLimit
        state = Mutex(
            State(descriptions: Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })))
    }

    /// Tells help text and buckets of metrics. Buckets count for series that are made afterwards.
    public func describe(_ descriptions: MetricDescription...) {
        state.withLock { state in
            for description in descriptions { state.descriptions[description.name] = description }
        }
    }

    /// Asks for values each time the metrics are written.
    ///
    /// - Parameter collector: quick, and free of calls to this registry.
    public func collect(_ collector: @escaping @Sendable () -> [Sample]) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// A gauge that is read each time the metrics are written.
    public func gauge(
        _ name: String, help: String, labels: [(String, String)] = [], read: @escaping @Sendable () -> Double
    ) {
        collect { [Sample(name, help: help, kind: .gauge, labels: labels, value: read())] }
    }

    /// All metrics in the text format, sorted by name and labels.
    public func text() -> String {
        let (families, descriptions, collectors) = state.withLock { ($0.families, $0.descriptions, $0.collectors) }
        var blocks: [String: Block] = [:]
        for (name, family) in families {
            blocks[name] = Block(kind: family.kind, help: descriptions[name]?.help ?? "")
        }
        var samples: [String: [Sample]] = [:]
        for sample in collectors.flatMap({ $0() }) {
            let name = ExpositionWriter.validMetricName(sample.name)
            if blocks[name] == nil { blocks[name] = Block(kind: sample.kind, help: sample.help) }
            samples[name, default: []].append(sample)
        }
        let dropped = "metrics_dropped_series_total"
        blocks[dropped] = Block(kind: .counter, help: "Series that are not shown here")

        var writer = ExpositionWriter()
        for (name, block) in blocks.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            writer.header(name, type: block.kind.rawValue, help: block.help)
            let own = name == dropped ? [conflicts, overflows] : families[name].map { Array($0.series.values) } ?? []
            var written: Set<String> = []
            for series in own.sorted(by: { $0.labels.utf8.lexicographicallyPrecedes($1.labels.utf8) }) {
                series.write(name: name, to: &writer)
                written.insert(series.labels)
            }
            let observed = (samples[name] ?? []).map { (ExpositionWriter.labels($0.labels), $0.value) }
            for (labels, value) in observed.sorted(by: { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }) {
                // The format allows each combination of labels once.
                if written.insert(labels).inserted { writer.sample(name, labels: labels, value) }
            }
        }
        return writer.text
    }

    private struct Block {
        var kind: Kind
        var help: String
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        series(label, dimensions, .counter) { labels, _ in CounterSeries(labels: labels) }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        series(label, dimensions, .gauge) { labels, _ in GaugeSeries(labels: labels) }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        // `le` belongs to the format.
        series(label, dimensions.filter { $0.0 != "le" }, .histogram) { labels, description in
            let bounds = (description?.buckets ?? Buckets.standard).filter { $0.isFinite }
            return HistogramSeries(labels: labels, bounds: bounds.sorted())
        }
    }

    private enum Lookup<Handler: Series> { case found(Handler), conflict, overflow }

    /// The series of that name and labels. One that cannot be shown works all the same, for nobody to see.
    private func series<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind,
        make: (String, MetricDescription?) -> Handler
    ) -> Handler {
        let name = ExpositionWriter.validMetricName(label)
        let labels = ExpositionWriter.labels(dimensions)
        let (outcome, description) = state.withLock { state -> (Lookup<Handler>, MetricDescription?) in
            let description = state.descriptions[name]
            guard let family = state.families[name] else {
                let handler = make(labels, description)
                state.families[name] = Family(kind: kind, series: [labels: handler])
                return (.found(handler), nil)
            }
            guard family.kind == kind else { return (.conflict, description) }
            if let existing = family.series[labels] as? Handler { return (.found(existing), nil) }
            guard family.series.count < seriesLimit else { return (.overflow, description) }
            let handler = make(labels, description)
            state.families[name]?.series[labels] = handler
            return (.found(handler), nil)
        }
        switch outcome {
        case .found(let handler): return handler
        case .conflict: conflicts.increment(by: Int64(1))
        case .overflow: overflows.increment(by: Int64(1))
        }
        return make(labels, description)
    }

    private func destroy(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                for (labels, series) in family.series where series === handler {
                    state.families[name]?.series[labels] = nil
                    if family.series.count == 1 { state.families[name] = nil }
                    return
                }
            }
        }
    }
}
