import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// Tells Azure Monitor's managed Prometheus which ports of the collector's pods to scrape: those of `prometheus`
    /// exporters and of the collector's own metrics. It names no port that no container has.
    ///
    /// Source: Azure Monitor, "Custom resources for managed Prometheus", limits of the ingestion.
    func azurePodMonitor() -> RenderedPart {
        guard wantsAzureMonitor else { return .nothing }
        let type = ResourceType.azurePodMonitor
        guard options.availableAPIs.serves(type) else {
            // A cluster without Azure Monitor is no mistake, unless somebody counts on it.
            let other = spec.mode == .sidecar ? ResourceType.podMonitor : .serviceMonitor
            let hasOther = options.monitorAPI == .auto && options.availableAPIs.serves(other)
            let isExpected = options.monitorAPI == .azmonitoring || (spec.isMetricsMonitoringEnabled && !hasOther)
            return .missing(
                Finding(
                    isExpected ? .warning : .information, .apiUnavailable,
                    "the cluster does not serve \(type.apiVersion): there is no PodMonitor", type: type))
        }
        var findings: [Finding] = []
        let endpoints = scrapedPorts(&findings)
        let interval = scrapeInterval(&findings)
        if endpoints.isEmpty { return RenderedPart(findings: findings) }

        var object = object(type, names.azurePodMonitor)
        let isSidecar = spec.mode == .sidecar
        object["spec"] = .object(compacting: [
            // Beyond these, Azure drops samples or whole scrapes.
            "labelLimit": 63,
            "labelNameLengthLimit": 511,
            "labelValueLengthLimit": 1023,
            "selector": ["matchLabels": isSidecar ? .strings(sidecarSelector) : selector],
            "namespaceSelector": isSidecar ? ["any": true] : nil,
            "podMetricsEndpoints": .array(
                endpoints.map { ["port": .string($0), "path": "/metrics", "interval": .string(interval)] }),
        ])
        return RenderedPart(type, object, findings)
    }

    private var wantsAzureMonitor: Bool {
        guard options.monitorAPI == .auto || options.monitorAPI == .azmonitoring else { return false }
        if annotation(CollectorAnnotationKey.podMonitor)?.lowercased() == "false" { return false }
        return !ports.scrapedExporters.isEmpty || spec.isMetricsMonitoringEnabled
    }

    /// The names of container ports on which metrics are really served to other pods.
    func scrapedPorts(_ findings: inout [Finding]) -> [String] {
        var names: [String] = []
        for exporter in ports.scrapedExporters {
            if let obstacle = exporter.obstacle {
                findings.append(obstacle)
                continue
            }
            guard let port = ports.containerPort(exporter.port) else { continue }
            if port.name.isEmpty {
                findings.append(
                    Finding(
                        .warning, .metricsNotReachable,
                        "port \(port.port) of exporter \(exporter.id) has no name in spec.ports, so no PodMonitor can "
                            + "name it"))
            } else if !names.contains(port.name) {
                names.append(port.name)
            }
        }
        if metrics.isScrapable, let port = ports.containerPort(metrics.port), !port.name.isEmpty,
            !names.contains(port.name)
        {
            names.append(port.name)
        } else if spec.isMetricsMonitoringEnabled && !metrics.isScrapable {
            findings.append(
                Finding(
                    .warning, .metricsNotReachable,
                    "spec.observability asks for the collector's own metrics, but service.telemetry does not serve them "
                        + "to other pods"))
        }
        return names
    }

    private func scrapeInterval(_ findings: inout [Finding]) -> String {
        let standard = "30s"
        guard let text = annotation(CollectorAnnotationKey.scrapeInterval) else { return standard }
        if PrometheusDuration.isValid(text) { return text }
        findings.append(
            Finding(
                .warning, .invalidSpec,
                "annotation \(CollectorAnnotationKey.scrapeInterval) is \"\(text.prefix(60))\", expected a duration such as 30s "
                    + "or 1m30s: \(standard) is used"))
        return standard
    }

    private func annotation(_ key: String) -> String? { collector.annotations[key] }
}

/// Durations as Prometheus writes them: `30s`, `1m30s`, `500ms`.
///
/// Source: Prometheus, "Configuration", `<duration>`.
enum PrometheusDuration {
    /// Units in falling order, each at most once, and not zero in all.
    static func isValid(_ text: String) -> Bool {
        let units = ["y", "w", "d", "h", "m", "s", "ms"]
        var rest = text[...]
        var last = -1
        var isPositive = false
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard !digits.isEmpty, digits.count <= 9, let index = units.firstIndex(of: String(unit)), index > last
            else {
                return false
            }
            last = index
            if digits.contains(where: { $0 != "0" }) { isPositive = true }
        }
        return isPositive
    }
}
