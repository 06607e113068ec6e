import Document

extension ResourceDefinition {
    static let collector = ResourceDefinition(
        kind: "OpenTelemetryCollector",
        plural: "opentelemetrycollectors",
        shortNames: ["otelcol", "otelcols"],
        versions: [
            Version(
                name: "v1beta1",
                spec: Field("spec", .collectorSpec, "What to run and how."),
                status: Field("status", .collectorStatus, "What the operator found.")),
            Version(
                name: "v1alpha1",
                deprecationWarning: "opentelemetry.io/v1alpha1 OpenTelemetryCollector is deprecated: "
                    + "use opentelemetry.io/v1beta1, whose spec.config is an object",
                spec: Field("spec", .collectorSpecV1alpha1, "What to run and how."),
                status: Field("status", .collectorStatusV1alpha1, "What the operator found.")),
        ],
        columns: [
            Column("Mode", ".spec.mode"),
            Column("Version", ".status.version"),
            Column("Ready", ".status.scale.statusReplicas"),
            Column("Age", ".metadata.creationTimestamp", type: "date"),
            Column("Image", ".status.image"),
            Column("Management", ".spec.managementState"),
        ],
        hasScale: true,
        description: """
            An OpenTelemetryCollector is an OpenTelemetry Collector that the operator runs: its workload, ConfigMap, \
            Services and monitors follow from the configuration given here.
            """)
}

extension Schema {
    static let collectorSpec = Schema.object(
        generalFields + containerFields + podFields + workloadFields + scalingFields + networkFields
            + exposureFields + telemetryFields
    ).validated(sidecarRules)

    /// A sidecar lives in somebody else's pod, so it has no say in that pod's scheduling.
    ///
    /// Every rule asks whether `mode` is there before it reads it: without the operator's defaulting webhook it may
    /// be missing, and a rule that reads a missing field refuses the object.
    private static let sidecarRules = [
        ("tolerations", "size(self.tolerations) == 0"),
        ("priorityClassName", "self.priorityClassName == ''"),
        ("affinity", nil),
        ("additionalContainers", "size(self.additionalContainers) == 0"),
    ].map { field, isEmpty in
        ValidationRule(
            rule: "!has(self.mode) || self.mode != 'sidecar' || !has(self.\(field))"
                + (isEmpty.map { " || \($0)" } ?? ""),
            message:
                "the OpenTelemetry Collector mode is set to sidecar, which does not support the attribute '\(field)'")
    }

    private static let generalFields = [
        Field(
            required: "config", .collectorConfig, "Configuration of the collector, as in its own configuration file."),
        Field(
            "configVersions", .integer.minimum(1).defaulting(to: 3),
            "How many older ConfigMaps are kept, so that a rollback finds its own."),
        Field(
            "managementState", .string.oneOf("managed", "unmanaged").defaulting(to: "managed"),
            "With unmanaged the operator leaves the collector's objects alone, so that you can change them."),
        Field(
            "mode", .string.oneOf("daemonset", "deployment", "sidecar", "statefulset"),
            "What runs the collector. Default deployment. It cannot be changed later."),
        Field(
            "upgradeStrategy", .string.oneOf("automatic", "none"),
            "Whether the operator adapts the configuration to newer collector versions. Default automatic."),
    ]

    static let collectorStatus = Schema.object([
        Field(
            "conditions", .list(.collectorCondition).listMap("type"),
            "State of the collector; type Ready tells whether it runs as wanted, and if not, why."),
        Field("image", .string, "Image that the collector runs."),
        Field("observedGeneration", .int64, "metadata.generation of the spec that this status is about."),
        Field("scale", .scaleStatus, "Numbers for the scale subresource."),
        Field("version", .string, "Collector version to which the configuration was adapted."),
    ])

    private static let scaleStatus = Schema.object([
        Field("replicas", .int32, "How many pods exist."),
        Field("selector", .string, "Label selector of the pods, as text."),
        Field("statusReplicas", .string, "Ready pods and wanted pods, such as 1/2."),
    ])

    /// A condition with the limits that `metav1.Condition` has.
    private static let collectorCondition = Schema.kubernetes("Condition").limiting([
        "message": { $0.length(0...32768) },
        "observedGeneration": { $0.minimum(0) },
        "reason": { $0.length(1...1024).pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$") },
        "status": { $0.oneOf("True", "False", "Unknown") },
        "type": {
            $0.length(0...316).pattern(
                #"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"#
                    + #"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"#)
        },
    ])
}
