/// `spec.config`: the collector's own configuration file as an object.
///
/// Components are stored as they are written, because only the collector knows their settings. What stands directly
/// under `service` is limited to the keys below, as clients of the API expect.
extension Schema {
    static let collectorConfig = Schema.object([
        Field("connectors", .freeForm, "Connectors, by id: each ends one pipeline and begins another."),
        Field(required: "exporters", .freeForm, "Exporters, by id: where telemetry goes."),
        Field("extensions", .freeForm, "Extensions, by id: health checks, authentication and the like."),
        Field("processors", .freeForm, "Processors, by id: what happens to telemetry on the way."),
        Field(required: "receivers", .freeForm, "Receivers, by id: where telemetry comes from."),
        Field(required: "service", collectorService, "What of the above is used, and how it is joined."),
    ]).preservingUnknownFields()

    private static let collectorService = Schema.object([
        Field("extensions", .list(.string), "Ids of the extensions that run."),
        Field(
            required: "pipelines", .map(pipeline).preservingUnknownFields(),
            "Pipelines, by id such as metrics or traces/backend."),
        Field("telemetry", .freeForm, "The collector's own logs, metrics and resource attributes."),
    ])

    private static let pipeline = Schema.object([
        Field(required: "exporters", .list(.string), "Ids of the exporters."),
        Field("processors", .list(.string), "Ids of the processors, in the order in which they work."),
        Field(required: "receivers", .list(.string), "Ids of the receivers."),
    ])
}
