import Metrics

/// Names as client-go's reflector had them.
struct WatchMetrics: Sendable {
    let lists: Counter
    let watches: Counter
    let failures: Counter
    /// Ours: objects that were left out.
    let unreadable: Counter

    init(resource: String) {
        let labels = [("resource", resource)]
        lists = Counter(label: "reflector_lists_total", dimensions: labels)
        watches = Counter(label: "reflector_watches_total", dimensions: labels)
        failures = Counter(label: "reflector_failures_total", dimensions: labels)
        unreadable = Counter(label: "reflector_unreadable_objects_total", dimensions: labels)
    }
}
