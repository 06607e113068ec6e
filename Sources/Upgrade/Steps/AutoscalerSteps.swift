import Document

enum AutoscalerSteps {
    /// 0.56.0: an autoscaler has a minimum. That it scales the resource instead of its Deployment needs no step: the
    /// HorizontalPodAutoscaler is applied anew with each reconcile.
    static func setMinimum(_ collector: inout ObjectDraft) {
        collector.edit(path: "spec", "autoscaler") { autoscaler in
            guard autoscaler.has("maxReplicas"), !autoscaler.has("minReplicas") else { return }
            autoscaler["minReplicas"] = 1
            autoscaler.say("minReplicas is 1, as it was without one; the HorizontalPodAutoscaler is applied anew")
        }
    }
}
