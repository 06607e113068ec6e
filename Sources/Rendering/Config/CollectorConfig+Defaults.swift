import Document
import OperatorAPI

extension CollectorConfig {
    /// The configuration with what the operator adds: an address for components that have none, and a reader that
    /// serves the collector's own metrics. Applying it twice changes nothing.
    ///
    /// The reference's webhook writes the same into the resource, so the hash of its ConfigMaps comes out equal.
    ///
    /// - Parameter profile: what components with a `tls` block get in it, where the user says nothing. For rendering only:
    ///   the resource never holds it.
    /// - Throws: a component whose configuration is not what its type takes.
    func applyingDefaults(_ profile: TLSProfile? = nil) throws(FieldError) -> CollectorConfig {
        var config = self
        config.service.telemetry = telemetryWithReader()
        for kind in Component.Kind.allCases {
            // Extensions may be left out as a whole; the service then has none of its own to complete.
            if kind == .extension && extensions == nil { continue }
            for component in enabled(kind) {
                guard var defaulted = try component.parser.defaulted(component) else { continue }
                if let profile {
                    for path in component.parser.tlsPaths { profile.complete(&defaulted, at: path[...]) }
                }
                config[kind, default: [:]][component.id] = defaulted
            }
        }
        return config
    }

    /// Whether ``applyingDefaults()`` adds the reader: the user set neither an address nor a reader.
    var lacksMetricsReader: Bool {
        switch service.telemetry?["metrics"] {
        case nil, .null?: true
        case .object(let metrics)?:
            metrics["address"].isAbsentOrEmpty && metrics["readers"].isAbsentOrEmpty
        // Not what the collector expects: its own message is clearer than anything put in place of it.
        default: false
        }
    }

    /// What the user wrote about telemetry always stays; the reference replaces what it cannot read.
    private func telemetryWithReader() -> JSONObject? {
        guard lacksMetricsReader else { return service.telemetry }
        let endpoint = MetricsEndpoint(telemetry: service.telemetry)
        var telemetry = service.telemetry ?? [:]
        var metrics = telemetry["metrics"]?.objectValue ?? [:]
        metrics["readers"] = [
            ["pull": ["exporter": ["prometheus": ["host": .string(endpoint.host), "port": .int(endpoint.port)]]]]
        ]
        telemetry["metrics"] = .object(metrics)
        return telemetry
    }

    private subscript(kind: Component.Kind, default empty: JSONObject) -> JSONObject {
        get { self[kind] ?? empty }
        set { self[kind] = newValue }
    }
}

extension Optional where Wrapped == JSONValue {
    /// Nothing, `null`, `""`, `[]` or `{}`.
    fileprivate var isAbsentOrEmpty: Bool {
        switch self {
        case nil, .null?: true
        case .string(let text)?: text.isEmpty
        case .array(let elements)?: elements.isEmpty
        case .object(let object)?: object.isEmpty
        default: false
        }
    }
}
