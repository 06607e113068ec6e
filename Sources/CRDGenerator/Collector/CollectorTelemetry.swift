import Document

/// What `spec` says about scraping: the collector's own metrics, and the target allocator.
extension Schema {
    static let telemetryFields = [
        Field("observability", .observability, "How the collector's own metrics are found."),
        Field(
            "targetAllocator", targetAllocator,
            "Target allocator, which shares out the targets of prometheus receivers among the pods."),
    ]

    /// Also used by the target allocator.
    static let observability = Schema.object([
        Field(
            "metrics",
            .object([
                Field("disablePrometheusAnnotations", .boolean, "Leave out the prometheus.io annotations of the pods."),
                Field("enableMetrics", .boolean, "Make monitors for the collector's own metrics and its exporters."),
                Field("extraLabels", .map(.string), "Further labels of the monitors."),
            ]), "Settings of metrics.")
    ])

    private static let targetAllocator = Schema.object([
        Field("affinity", .kubernetes("Affinity"), "Which nodes and neighbours its pods want."),
        Field(
            "allocationStrategy",
            .string.oneOf("least-weighted", "consistent-hashing", "per-node").defaulting(to: "consistent-hashing"),
            "How targets are shared out. per-node fits mode daemonset."),
        Field(
            "allowInsecureAuthSecrets", .boolean,
            "Hand scrape credentials to the collectors without mutual TLS."),
        Field(
            "collectorNotReadyGracePeriod", .duration.defaulting(to: "30s"),
            "How long a collector that is not ready keeps its targets, such as 30s."),
        Field(
            "collectorTargetReloadInterval", .duration.defaulting(to: "30s"),
            "How often the collectors ask for their targets, such as 30s."),
        Field("enabled", .boolean, "Whether to run it."),
        Field("env", .list(.kubernetes("EnvVar")), "Environment variables of its container."),
        Field(
            "filterStrategy", .string.oneOf("", "relabel-config").defaulting(to: "relabel-config"),
            "relabel-config drops targets that their relabeling would drop; empty keeps all."),
        Field("image", .string, "Image. Default is the one this operator was built for."),
        Field("mtls", mutualTLS, "Mutual TLS between it and the collectors."),
        Field("nodeSelector", .map(.string), "Labels that a node must have."),
        Field("observability", .observability, "How its own metrics are found."),
        Field("podDisruptionBudget", .disruptionBudget, "How many of its pods may be evicted at once."),
        Field("podSecurityContext", .kubernetes("PodSecurityContext"), "Rights of all containers of its pods."),
        Field("prometheusCR", prometheusResources, "Targets from ServiceMonitors, PodMonitors and the like."),
        Field("replicas", .int32, "How many pods to run. Default 1."),
        Field("resources", .kubernetes("ResourceRequirements"), "Compute resources of its container."),
        Field("securityContext", .kubernetes("SecurityContext"), "Rights of its container."),
        Field("serviceAccount", .string, "ServiceAccount of its pods. Default is one that the operator makes."),
        Field("tolerations", .list(.kubernetes("Toleration")), "Taints that its pods tolerate."),
        Field(
            "topologySpreadConstraints", .list(.kubernetes("TopologySpreadConstraint")),
            "How its pods spread over zones and nodes."),
    ])
}
