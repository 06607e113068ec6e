import Metrics

/// What a work queue counts.
///
/// Source: the names of client-go's `util/workqueue`, with controller-runtime's labels.
struct QueueMetrics: Sendable {
    let adds: Counter
    let retries: Counter
    let queueDuration: Timer
    let workDuration: Timer

    init(queue: String, factory: any MetricsFactory) {
        let labels = [("name", queue), ("controller", queue)]
        adds = Counter(label: "workqueue_adds_total", dimensions: labels, factory: factory)
        retries = Counter(label: "workqueue_retries_total", dimensions: labels, factory: factory)
        queueDuration = Timer(label: "workqueue_queue_duration_seconds", dimensions: labels, factory: factory)
        workDuration = Timer(label: "workqueue_work_duration_seconds", dimensions: labels, factory: factory)
    }
}
