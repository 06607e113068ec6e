import Metrics

/// What becomes of events.
struct EventMetrics: Sendable {
    enum Drop: String, CaseIterable {
        case queueFull = "queue_full"
        case rateLimited = "rate_limited"
        case failed = "failed"
    }

    let written: Counter
    private let dropped: [Drop: Counter]

    init(factory: any MetricsFactory) {
        written = Counter(label: "event_recorder_written_total", factory: factory)
        dropped = Dictionary(
            uniqueKeysWithValues: Drop.allCases.map { drop in
                let labels = [("reason", drop.rawValue)]
                return (drop, Counter(label: "event_recorder_dropped_total", dimensions: labels, factory: factory))
            })
    }

    func count(_ drop: Drop) { dropped[drop]?.increment() }
}
