/// The id of a component in a collector's configuration: `type` or `type/name`.
///
/// Source: OpenTelemetry Collector, "Configuration".
public enum ComponentID {
    /// What stands before the first slash.
    public static func type(of id: String) -> String { String(id.prefix { $0 != "/" }) }
}
