/// What is known of a metric before anybody records a value: its help text, and the buckets if it is a histogram.
public struct MetricDescription: Sendable, Equatable {
    public var name: String
    /// One sentence for the `# HELP` line.
    public var help: String
    /// The upper bounds of a histogram's buckets, without the infinite one; `nil` for the default ones.
    public var buckets: [Double]?

    public init(_ name: String, _ help: String, buckets: [Double]? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }
}

/// Bounds for histograms of seconds.
public enum Buckets {
    /// What Prometheus' client libraries take when nothing is said.
    public static let standard: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// For answers that take far less than a millisecond when all is well.
    public static let admission: [Double] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025] + standard

    /// Those of controller-runtime for the time of a reconcile.
    public static let reconcile: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
        1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ]

    /// Those of controller-runtime for work queues: from 10 ns, times ten each.
    public static let workQueue: [Double] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]
}

extension [MetricDescription] {
    /// The metrics of an operator, under the names that controller-runtime and client-go have made common.
    public static let controllerRuntime: [MetricDescription] = [
        .init("controller_runtime_active_workers", "Workers that are reconciling now"),
        .init("controller_runtime_max_concurrent_reconciles", "Most reconciles that may run at the same time"),
        .init("controller_runtime_reconcile_errors_total", "Reconciles that failed"),
        .init("controller_runtime_reconcile_panics_total", "Reconciles that panicked"),
        .init("controller_runtime_reconcile_time_seconds", "Time of a reconcile", buckets: Buckets.reconcile),
        .init("controller_runtime_reconcile_timeouts_total", "Reconciles that took too long"),
        .init("controller_runtime_reconcile_total", "Reconciles by result"),
        .init("controller_runtime_terminal_reconcile_errors_total", "Reconciles that failed for good"),
        .init(
            "controller_runtime_webhook_latency_seconds", "Time to answer an admission request",
            buckets: Buckets.admission),
        .init("controller_runtime_webhook_panics_total", "Admission requests whose handler panicked"),
        .init("controller_runtime_webhook_requests_in_flight", "Admission requests being answered now"),
        .init("controller_runtime_webhook_requests_total", "Admission requests by HTTP status code"),
        .init("controller_runtime_conversion_webhook_panics_total", "Conversions whose handler panicked"),
        .init("certwatcher_read_certificate_errors_total", "Certificates that could not be read"),
        .init("certwatcher_read_certificate_total", "Certificates that were read"),
        .init("event_recorder_dropped_total", "Events that were not written, by reason"),
        .init("event_recorder_written_total", "Events and counts of events that were written"),
        .init("leader_election_master_status", "Whether this process leads (1) or not (0)"),
        .init("leader_election_slowpath_total", "Renewals that had to read the lease first"),
        .init("reflector_failures_total", "Lists and watches that failed"),
        .init("reflector_items", "Objects in the store"),
        .init("reflector_lists_total", "Pages of lists that were asked for"),
        .init("reflector_watches_total", "Watches that were opened"),
        .init("rest_client_requests_total", "Requests to the API server by status code, method and host"),
        .init("workqueue_adds_total", "Keys that were added to the queue"),
        .init("workqueue_depth", "Keys that wait in the queue"),
        .init("workqueue_longest_running_processor_seconds", "How long the longest running worker has been busy"),
        .init("workqueue_queue_duration_seconds", "Time a key waits in the queue", buckets: Buckets.workQueue),
        .init("workqueue_retries_total", "Keys that were added again after a failure"),
        .init("workqueue_unfinished_work_seconds", "Work in progress that no histogram shows yet"),
        .init("workqueue_work_duration_seconds", "Time of the work on a key", buckets: Buckets.workQueue),
    ]
}
