import Document
import KubeModel
import OperatorAPI

/// The Prometheus operator's monitors: one for the metrics that were sent to the collector, one for its own.
///
/// Source: opentelemetry-operator v0.158; Prometheus operator, `monitoring.coreos.com/v1`.
extension CollectorDraft {
    func serviceMonitors() -> [RenderedPart] {
        guard spec.isMetricsMonitoringEnabled, options.monitorAPI == .auto || options.monitorAPI == .coreos else {
            return []
        }
        let type = ResourceType.serviceMonitor
        guard options.availableAPIs.serves(type) else {
            // With `auto` the other family of monitors will do.
            if options.monitorAPI == .auto { return [] }
            return [
                .missing(
                    Finding(
                        .warning, .apiUnavailable,
                        "the cluster does not serve \(type.apiVersion): there is no ServiceMonitor", type: type))
            ]
        }
        var parts: [RenderedPart] = []
        let exported = ports.prometheusExporters.compactMap { exporter in
            ports.service.first { $0.port == exporter.port }?.name
        }
        if !exported.isEmpty {
            parts.append(serviceMonitor(names.serviceMonitor, .base, exported))
        }
        parts.append(serviceMonitor(names.monitoringServiceMonitor, .monitoring, [CollectorPorts.monitoringName]))
        return parts
    }

    private func serviceMonitor(_ name: String, _ service: ServiceType, _ ports: [String]) -> RenderedPart {
        var object = object(
            .serviceMonitor, name, isFiltered: false, labels: spec.monitorLabels, annotations: [:])
        object["spec"] = [
            "endpoints": .array(ports.map { ["port": .string($0)] }),
            "namespaceSelector": ["matchNames": [.string(collector.namespace)]],
            "selector": [
                "matchLabels": .strings(labels.selector.merging([Labels.serviceType: service.rawValue]) { $1 })
            ],
        ]
        return RenderedPart(.serviceMonitor, object)
    }
}
