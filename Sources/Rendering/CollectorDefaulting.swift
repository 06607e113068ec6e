public import Document
public import OperatorAPI

/// Writes the defaults into an OpenTelemetryCollector, as the reference's mutating webhook does: clients that read the
/// resource back, and the hash of its configuration, depend on them.
///
/// Unknown members stay. Applying it twice changes nothing.
public struct CollectorDefaulting: Sendable {
    public init() {}

    public struct Result: Sendable, Equatable {
        public var resource: JSONValue
        /// Where the collector will show its own metrics, when that was not the user's choice.
        public var addedMetricsReader: String?
    }

    /// - Throws: a field whose value no default can be put beside; the webhook denies the resource.
    public func defaulted(_ resource: JSONValue) throws(FieldError) -> Result {
        let collector = try OpenTelemetryCollector(resource)
        let config = try collector.spec.config.applyingDefaults()

        var spec = resource["spec"] ?? [:]
        spec.fill("mode", .string(collector.spec.mode.rawValue))
        spec.fill("upgradeStrategy", .string(collector.spec.upgradeStrategy.rawValue))
        spec.fill("replicas", .int(collector.spec.replicas))
        spec.fill("managementState", .string(collector.spec.managementState.rawValue))
        spec.fill("enabled", true, in: "networkPolicy")
        if collector.spec.isTargetAllocatorEnabled { spec.fill("replicas", 1, in: "targetAllocator") }
        if let autoscaler = collector.spec.autoscaler, autoscaler.maxReplicas != nil {
            spec.fill("minReplicas", autoscaler.minReplicas.map(JSONValue.int), in: "autoscaler")
            spec.fill("targetCPUUtilization", autoscaler.targetCPUUtilization.map(JSONValue.int), in: "autoscaler")
        }
        switch collector.spec.ingressType {
        case .ingress?: spec.fill("ruleType", "path", in: "ingress")
        case .route?:
            var ingress = spec["ingress"] ?? [:]
            ingress.fill("termination", "edge", in: "route")
            spec["ingress"] = ingress
        case nil: break
        }
        spec["config"] = Self.config(spec["config"] ?? [:], config)

        var result = resource
        result["spec"] = spec
        let metrics = MetricsEndpoint(telemetry: config.service.telemetry)
        return Result(
            resource: ConversionRecord.followingDefaults(from: resource, to: result),
            addedMetricsReader: collector.spec.config.lacksMetricsReader ? "\(metrics.host):\(metrics.port)" : nil)
    }

    /// The configuration as it was written, with what has been added.
    private static func config(_ written: JSONValue, _ defaulted: CollectorConfig) -> JSONValue {
        var result = written
        for kind in Component.Kind.allCases {
            for component in defaulted.enabled(kind) {
                guard let config = component.config else { continue }
                var section = result[kind.section] ?? [:]
                if section[component.id] != config { section[component.id] = config }
                result[kind.section] = section
            }
        }
        if let telemetry = defaulted.service.telemetry {
            var service = result["service"] ?? [:]
            service["telemetry"] = .object(telemetry)
            result["service"] = service
        }
        return result
    }
}

extension JSONValue {
    /// Sets a member that is absent, `null` or empty text.
    fileprivate mutating func fill(_ key: String, _ value: JSONValue?) {
        switch self[key] {
        case nil, .null?, .string("")?: if let value { self[key] = value }
        default: break
        }
    }

    fileprivate mutating func fill(_ key: String, _ value: JSONValue?, in parent: String) {
        guard let value else { return }
        var object = self[parent] ?? [:]
        if object.isNull { object = [:] }
        object.fill(key, value)
        self[parent] = object
    }
}
