import Document

/// What `spec` says about the number of pods.
extension Schema {
    static let scalingFields = [
        Field("autoscaler", autoscaler, "Let a HorizontalPodAutoscaler choose the number of pods."),
        Field(
            "podDisruptionBudget", .disruptionBudget,
            "How many pods may be evicted at once. Default is one, with mode deployment or statefulset."),
        Field("replicas", .int32.defaulting(to: 1), "How many pods to run, with mode deployment or statefulset."),
    ]

    /// Also used by the target allocator.
    static let disruptionBudget = Schema.object([
        Field("maxUnavailable", .intOrString, "How many pods may be missing, as a number or a percentage."),
        Field("minAvailable", .intOrString, "How many pods must stay, as a number or a percentage."),
    ])

    private static let autoscaler = Schema.object([
        Field(
            "behavior", .kubernetes("HorizontalPodAutoscalerBehavior"), "How fast pods are added and removed."),
        Field("maxReplicas", .int32.minimum(1), "Most pods to run. Required for autoscaling to work."),
        Field("metrics", .list(podsMetric), "Metrics of the pods to scale by, beside CPU and memory."),
        Field("minReplicas", .int32.minimum(1), "Fewest pods to run. Default is replicas."),
        Field(
            "targetCPUUtilization", .int32.minimum(1),
            "Average CPU use to keep, in percent of the request. Default 90 when no memory target is set."),
        Field(
            "targetMemoryUtilization", .int32.minimum(1),
            "Average memory use to keep, in percent of the request."),
    ])

    private static let podsMetric = Schema.object([
        Field("pods", .kubernetes("PodsMetricSource"), "The metric, averaged over the pods."),
        Field(required: "type", .string, "Pods; other types are left out."),
    ])
}
