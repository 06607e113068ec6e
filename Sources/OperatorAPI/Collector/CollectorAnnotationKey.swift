/// The annotations and labels that the operator reads on an OpenTelemetryCollector.
///
/// | annotation | values | default |
/// | --- | --- | --- |
/// | ``podMonitor`` | `"false"` wants no azmonitoring PodMonitor | one is made |
/// | ``scrapeInterval`` | a Prometheus duration: `60s`, `1m30s` | `30s` |
/// | ``conversion`` | written by the operator: a ``ConversionRecord`` | – |
///
/// ``targetAllocator`` is a label: the name of a TargetAllocator in the collector's namespace.
public enum CollectorAnnotationKey {
    public static let podMonitor = "azmonitoring.opentelemetry.io/pod-monitor"
    public static let scrapeInterval = "azmonitoring.opentelemetry.io/interval"
    /// What a resource loses in the version in which it is shown.
    public static let conversion = "conversion.opentelemetry.io/record"
    /// All annotations of this operator alone; the reference knows none of them.
    public static let all: Set<String> = [podMonitor, scrapeInterval, conversion]

    public static let targetAllocator = "opentelemetry.io/target-allocator"
}
