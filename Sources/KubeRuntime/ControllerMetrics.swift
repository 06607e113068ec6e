import Metrics

/// What a controller counts. All series exist from the start, so that rates over them work from the first event.
///
/// Source: the names and labels of controller-runtime `pkg/internal/controller/metrics`.
struct ControllerMetrics: Sendable {
    let succeeded: Counter
    let failed: Counter
    let requeuedAfter: Counter
    let errors: Counter
    let terminalErrors: Counter
    let reconcileTime: Timer
    let activeWorkers: Meter

    init(controller: String, workers: Int, factory: any MetricsFactory) {
        let labels = [("controller", controller)]
        func total(_ result: String) -> Counter {
            Counter(
                label: "controller_runtime_reconcile_total", dimensions: labels + [("result", result)],
                factory: factory)
        }
        func counter(_ name: String) -> Counter {
            Counter(label: "controller_runtime_\(name)", dimensions: labels, factory: factory)
        }
        succeeded = total("success")
        failed = total("error")
        requeuedAfter = total("requeue_after")
        errors = counter("reconcile_errors_total")
        terminalErrors = counter("terminal_reconcile_errors_total")
        reconcileTime = Timer(
            label: "controller_runtime_reconcile_time_seconds", dimensions: labels, factory: factory)
        activeWorkers = Meter(label: "controller_runtime_active_workers", dimensions: labels, factory: factory)
        // Of no use here, as results have no plain `requeue` and a Swift trap cannot be caught; kept for dashboards.
        _ = total("requeue")
        _ = counter("reconcile_panics_total")
        _ = counter("reconcile_timeouts_total")
        activeWorkers.set(0)
        Meter(label: "controller_runtime_max_concurrent_reconciles", dimensions: labels, factory: factory).set(workers)
    }
}
