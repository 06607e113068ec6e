public import Document

/// The collector's own configuration, as far as the operator must understand it: which components there are and which
/// pipelines use them. The configuration of each component stays a JSON tree.
///
/// `nil` and empty differ where the reference's hash of the configuration makes a difference.
///
/// Source: opentelemetry.io/v1beta1 `spec.config`; OpenTelemetry Collector, "Configuration".
public struct CollectorConfig: Sendable, Equatable {
    public var receivers: JSONObject?
    public var exporters: JSONObject?
    public var processors: JSONObject?
    public var connectors: JSONObject?
    public var extensions: JSONObject?
    public var service = Service()
    /// The paths of members that are not part of the model and so do not reach the collector, sorted.
    public var ignoredPaths: [String] = []

    public struct Service: Sendable, Equatable {
        public var extensions: [String] = []
        public var telemetry: JSONObject?
        /// By name; a pipeline may be `null`.
        public var pipelines: [String: Pipeline?]?
    }

    public struct Pipeline: Sendable, Equatable {
        public var receivers: [String]?
        public var processors: [String] = []
        public var exporters: [String]?
    }

    public init() {}

    /// - Throws: a member of the model that has another type.
    public init(_ json: JSONValue, at path: String = "config") throws(FieldError) {
        let reader = try FieldReader(json, at: path)
        receivers = try reader.section("receivers")
        exporters = try reader.section("exporters")
        processors = try reader.section("processors")
        connectors = try reader.section("connectors")
        extensions = try reader.section("extensions")
        ignoredPaths = reader.paths(
            besides: ["receivers", "exporters", "processors", "connectors", "extensions", "service"])

        let service = try reader.nested("service")
        self.service.extensions = try service.strings("extensions")
        self.service.telemetry = try service.section("telemetry")
        ignoredPaths += service.paths(besides: ["extensions", "telemetry", "pipelines"])
        guard let pipelines = try service.section("pipelines") else { return }
        let pipelineReader = try service.nested("pipelines")
        var read: [String: Pipeline?] = [:]
        for name in pipelines.keys {
            guard pipelineReader.value(name) != nil else {
                read.updateValue(nil, forKey: name)
                continue
            }
            let pipeline = try pipelineReader.nested(name)
            read[name] = Pipeline(
                receivers: try pipeline.optionalStrings("receivers"), processors: try pipeline.strings("processors"),
                exporters: try pipeline.optionalStrings("exporters"))
            ignoredPaths += pipeline.paths(besides: ["receivers", "processors", "exporters"])
        }
        self.service.pipelines = read
        ignoredPaths.sort()
    }

    /// The configuration in the order of the reference's types; maps below are sorted by key bytewise.
    ///
    /// - Parameter nulls: whether what is absent but always written is `null`, as in the hash, or empty, as in the file.
    public func ordered(nulls: Bool) -> JSONValue {
        func map(_ object: JSONObject?) -> JSONValue { object.map(JSONValue.object) ?? (nulls ? .null : [:]) }
        func list(_ ids: [String]?) -> JSONValue { ids.map { .strings($0) } ?? (nulls ? .null : []) }
        func unlessEmpty(_ ids: [String]) -> JSONValue? { ids.isEmpty ? nil : .strings(ids) }

        let pipelines = service.pipelines.map { pipelines in
            JSONObject(
                members: pipelines.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, pipeline in
                    guard let pipeline else { return JSONObject.Member(key: name, value: .null) }
                    return JSONObject.Member(
                        key: name,
                        value: .object(compacting: [
                            "exporters": list(pipeline.exporters),
                            "processors": unlessEmpty(pipeline.processors),
                            "receivers": list(pipeline.receivers),
                        ]))
                })
        }
        return .object(compacting: [
            "receivers": map(receivers?.sortedByKey()),
            "exporters": map(exporters?.sortedByKey()),
            "processors": (processors?.sortedByKey()).map(JSONValue.object),
            "connectors": (connectors?.sortedByKey()).map(JSONValue.object),
            "extensions": (extensions?.sortedByKey()).map(JSONValue.object),
            "service": .object(compacting: [
                "extensions": unlessEmpty(service.extensions),
                "telemetry": (service.telemetry?.sortedByKey()).map(JSONValue.object),
                "pipelines": map(pipelines),
            ]),
        ])
    }
}

extension FieldReader {
    /// A map that may be absent.
    fileprivate func section(_ key: String) throws(FieldError) -> JSONObject? { try tree(key)?.objectValue }

    fileprivate func optionalStrings(_ key: String) throws(FieldError) -> [String]? {
        value(key) == nil ? nil : try strings(key)
    }

    fileprivate func paths(besides known: Set<String>) -> [String] {
        object.keys.filter { !known.contains($0) }.map { "\(path).\($0)" }
    }
}
