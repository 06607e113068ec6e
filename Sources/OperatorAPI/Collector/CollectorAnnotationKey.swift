/// The annotations and labels that the operator reads on an OpenTelemetryCollector, and one that it writes.
///
/// | annotation | values | default |
/// | --- | --- | --- |
/// | ``podMonitor`` | `"false"` wants no azmonitoring PodMonitor | one is made |
/// | ``scrapeInterval`` | a Prometheus duration: `60s`, `1m30s` | `30s` |
///
/// ``owner`` is on cluster-scoped objects: `namespace/name` of the collector that they belong to.
///
/// ``targetAllocator`` is a label: the name of a TargetAllocator in the collector's namespace.
public enum CollectorAnnotationKey {
    public static let podMonitor = "azmonitoring.opentelemetry.io/pod-monitor"
    public static let scrapeInterval = "azmonitoring.opentelemetry.io/interval"
    public static let owner = "operator.opentelemetry.io/collector"
    /// All annotations of this operator alone; the reference knows none of them.
    public static let all: Set<String> = [podMonitor, scrapeInterval, owner]

    public static let targetAllocator = "opentelemetry.io/target-allocator"
}
