public import Document
import KubeModel
public import OperatorAPI

/// Makes the objects that an OpenTelemetryCollector asks for.
///
/// - Guarantees: pure. The same resource gives the same objects, byte for byte, whatever the order of its members. Names,
///   labels, selectors, pod templates and configuration hashes are those of opentelemetry-operator v0.158, so taking
///   over its collectors rolls no pod.
/// - Errors: none are thrown. What cannot be rendered is a ``Finding``.
public struct CollectorRenderer: Sendable {
    public var options: RenderingOptions
    private let volumeGroup: @Sendable (_ namespace: String) -> Int?

    /// - Parameter volumeGroup: the group that OpenShift assigns to a namespace (``OpenShiftNamespace``), `nil` for none.
    public init(
        options: RenderingOptions = RenderingOptions(),
        volumeGroup: @escaping @Sendable (_ namespace: String) -> Int? = { _ in nil }
    ) {
        self.options = options
        self.volumeGroup = volumeGroup
    }

    /// - Parameter resource: an `opentelemetry.io/v1beta1` OpenTelemetryCollector.
    public func render(_ resource: JSONValue) -> Rendered {
        do throws(FieldError) {
            return render(try OpenTelemetryCollector(resource))
        } catch {
            return .failed(.invalidSpec, "\(error)")
        }
    }

    public func render(_ collector: OpenTelemetryCollector) -> Rendered {
        if let unsupported = Self.unsupportedAsAWhole(collector) {
            return .failed(.unsupported, unsupported)
        }
        let draft: CollectorDraft
        do throws(RenderingError) {
            draft = try CollectorDraft(collector, options, volumeGroup: volumeGroup(collector.namespace))
        } catch {
            return .failed(error.reason, "\(error)")
        }

        if collector.spec.mode == .sidecar { return draft.renderedSidecar() }

        var rendered = Rendered(objects: [], findings: draft.ports.findings + Self.remarks(on: draft))
        if let workload = draft.workload() { rendered.objects.append(workload) }
        // A DaemonSet's pods are not evicted one by one: a drained node loses its own.
        if draft.spec.mode != .daemonset { rendered.add(draft.podDisruptionBudget()) }
        rendered.add(.configMap, draft.configMap())
        if draft.spec.serviceAccount.isEmpty { rendered.add(.serviceAccount, draft.serviceAccount()) }
        rendered.add(draft.autoscaler())
        rendered.add(.service, draft.baseService())
        rendered.add(.service, draft.headlessService())
        rendered.add(.service, draft.monitoringService())
        rendered.add(.service, draft.extensionService())
        rendered.add(draft.ingress())
        rendered.add(draft.networkPolicy())
        rendered.add(draft.azurePodMonitor())
        for monitor in draft.serviceMonitors() { rendered.add(monitor) }
        rendered.add(draft.clusterRole())
        rendered.add(draft.clusterRoleBinding())
        for route in draft.routes() + draft.httpRoutes() { rendered.add(route) }
        return rendered
    }

    /// What this operator cannot render without leaving something running that was not asked for.
    private static func unsupportedAsAWhole(_ collector: OpenTelemetryCollector) -> String? {
        let spec = collector.spec
        // A sidecar is told that they do not serve it.
        if spec.mode == .sidecar { return nil }
        if spec.isTargetAllocatorEnabled || collector.labels[CollectorAnnotationKey.targetAllocator] != nil {
            return "target allocators are not supported yet: no objects are made or changed"
        }
        return nil
    }

    private static func remarks(on draft: CollectorDraft) -> [Finding] {
        var findings: [Finding] = []
        findings += draft.ignoredConfig + draft.brokenReferences
        if let problem = draft.metrics.problem {
            findings.append(
                Finding(
                    .warning, .metricsNotReachable,
                    "service.telemetry: \(problem); the monitoring Service uses \(MetricsEndpoint.defaultPort)"))
        }
        findings += draft.scrapeAnnotationRemark + draft.trafficPolicyRemark + draft.admittedPodSpec().findings
        let obstacle = draft.options.accessObstacle
        findings += draft.accessFindings(
            holder: "ServiceAccount \(draft.serviceAccountName) the rights, \(obstacle ?? "")",
            isGranted: obstacle == nil)
        return findings
    }
}

extension CollectorDraft {
    /// What the user wrote into the configuration and the collector will not see.
    var ignoredConfig: [Finding] {
        if spec.config.ignoredPaths.isEmpty { return [] }
        let paths = spec.config.ignoredPaths.joined(separator: ", ")
        return [Finding(.warning, .configIgnored, "not part of a collector's configuration, and so left out: \(paths)")]
    }
}

extension Rendered {
    static func failed(_ reason: Finding.Reason, _ message: String) -> Rendered {
        Rendered(objects: [], findings: [Finding(.error, reason, message)])
    }

    mutating func add(_ type: ResourceType, _ object: KubeObject?) {
        if let object { objects.append(RenderedObject(type: type, object: object)) }
    }

    mutating func add(_ part: RenderedPart) {
        objects += part.object.map { [$0] } ?? []
        // Two monitors may stand before the same obstacle.
        for finding in part.findings where !findings.contains(finding) { findings.append(finding) }
    }
}

/// An object that is there only under conditions, and what is to be said about that.
struct RenderedPart {
    var object: RenderedObject?
    var findings: [Finding] = []

    static let nothing = RenderedPart()

    static func missing(_ finding: Finding) -> RenderedPart { RenderedPart(findings: [finding]) }

    /// An object that was asked for and whose API the cluster does not serve.
    static func missing(_ type: ResourceType) -> RenderedPart {
        .missing(
            Finding(
                .warning, .apiUnavailable, "the cluster does not serve \(type.apiVersion): there is no \(type.kind)",
                type: type))
    }

    init(object: RenderedObject? = nil, findings: [Finding] = []) {
        self.object = object
        self.findings = findings
    }

    init(_ type: ResourceType, _ object: KubeObject, _ findings: [Finding] = []) {
        self.init(object: RenderedObject(type: type, object: object), findings: findings)
    }
}
