import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// Scales the custom resource, whose replicas the Deployment then gets.
    func autoscaler() -> RenderedPart {
        guard let autoscaler = spec.autoscaler else { return .nothing }
        let type = ResourceType.horizontalPodAutoscaler
        guard options.availableAPIs.serves(type) else {
            return .missing(
                Finding(
                    .warning, .apiUnavailable,
                    "the cluster does not serve \(type.apiVersion): there is no HorizontalPodAutoscaler", type: type))
        }
        guard let maxReplicas = autoscaler.maxReplicas else {
            return .missing(
                Finding(
                    .warning, .invalidSpec,
                    "spec.autoscaler has no maxReplicas: there is no HorizontalPodAutoscaler", type: type))
        }
        var metrics: [JSONValue] = []
        for (resource, target) in [
            ("memory", autoscaler.targetMemoryUtilization), ("cpu", autoscaler.targetCPUUtilization),
        ] {
            guard let target else { continue }
            metrics.append([
                "type": "Resource",
                "resource": [
                    "name": .string(resource),
                    "target": ["type": "Utilization", "averageUtilization": .int(target)],
                ],
            ])
        }
        for metric in autoscaler.metrics where metric["type"]?.stringValue == "Pods" {
            metrics.append(.object(compacting: ["type": "Pods", "pods": metric["pods"]]))
        }
        var object = object(type, names.autoscaler)
        object["spec"] = .object(compacting: [
            "scaleTargetRef": [
                "apiVersion": .string(ResourceType.openTelemetryCollector.apiVersion),
                "kind": .string(ResourceType.openTelemetryCollector.kind), "name": .string(collector.name),
            ],
            "minReplicas": autoscaler.minReplicas.map(JSONValue.int),
            "maxReplicas": .int(maxReplicas),
            "metrics": .unlessEmpty(metrics),
            "behavior": autoscaler.behavior,
        ])
        return RenderedPart(type, object)
    }
}
