import Document
import KubeModel
import OperatorAPI

/// The Prometheus operator's monitors: one for the metrics that were sent to the collector, one for its own.
///
/// Source: opentelemetry-operator v0.158; Prometheus operator, `monitoring.coreos.com/v1`.
extension CollectorDraft {
    /// Of a collector in pods of its own, which Services lead to.
    func serviceMonitors() -> [RenderedPart] {
        guard wantsPrometheusMonitors else { return [] }
        let type = ResourceType.serviceMonitor
        guard options.availableAPIs.serves(type) else {
            // With `auto` the other family of monitors will do.
            return options.monitorAPI == .auto ? [] : [.missing(type)]
        }
        var findings: [Finding] = []
        var exported: [String] = []
        for exporter in ports.scrapedExporters {
            if let obstacle = exporter.obstacle {
                findings.append(obstacle)
            } else if let port = ports.servicePort(leadingTo: exporter.port), !exported.contains(port.name) {
                // The reference looks for "prometheus" in the name and misses the ports that are called by their number.
                exported.append(port.name)
            }
        }
        var parts = [RenderedPart(findings: findings)]
        if !exported.isEmpty { parts.append(serviceMonitor(names.serviceMonitor, .base, exported)) }
        parts.append(serviceMonitor(names.monitoringServiceMonitor, .monitoring, [CollectorPorts.monitoringName]))
        return parts
    }

    /// Whether monitors of this family were asked for.
    var wantsPrometheusMonitors: Bool {
        spec.isMetricsMonitoringEnabled && (options.monitorAPI == .auto || options.monitorAPI == .coreos)
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
