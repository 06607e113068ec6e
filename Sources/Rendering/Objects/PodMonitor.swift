import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// The Prometheus operator's monitor of a sidecar, which no Service leads to.
    ///
    /// Unlike the reference's it selects the label that pods get with the sidecar, wherever they are, and the name of the
    /// container's port.
    ///
    /// Source: Prometheus operator, `monitoring.coreos.com/v1` `PodMonitor`.
    func podMonitor() -> RenderedPart {
        guard wantsPrometheusMonitors else { return .nothing }
        let type = ResourceType.podMonitor
        guard options.availableAPIs.serves(type) else {
            // With `auto` the other family of monitors will do.
            return options.monitorAPI == .auto ? .nothing : .missing(type)
        }
        var findings: [Finding] = []
        let endpoints = scrapedPorts(&findings)
        if endpoints.isEmpty { return RenderedPart(findings: findings) }
        var object = object(type, names.podMonitor, isFiltered: false, labels: spec.monitorLabels, annotations: [:])
        object["spec"] = [
            // The application's own, as the pod is its.
            "jobLabel": .string(Labels.instance),
            "podTargetLabels": [.string(Labels.name), .string(Labels.instance), .string(Labels.managedBy)],
            "namespaceSelector": ["any": true],
            "selector": ["matchLabels": .strings(sidecarSelector)],
            "podMetricsEndpoints": .array(endpoints.map { ["port": .string($0)] }),
        ]
        return RenderedPart(type, object, findings)
    }

    /// The label of the pods that have this sidecar. They are the applications', in any namespace.
    var sidecarSelector: [String: String] {
        [CollectorSidecar.label: CollectorSidecar.labelValue(of: collector.key)]
    }
}
