public import Document
import KubeModel
public import OperatorAPI

extension CollectorRenderer {
    /// What pods get that ask for this collector as a sidecar.
    ///
    /// - Parameter resource: an `opentelemetry.io/v1beta1` OpenTelemetryCollector.
    /// - Throws: what is wrong with the resource.
    public func sidecar(of resource: JSONValue) throws(SidecarFailure) -> CollectorSidecar {
        let collector: OpenTelemetryCollector
        do throws(FieldError) {
            collector = try OpenTelemetryCollector(resource)
        } catch {
            throw .unrenderable("\(error)")
        }
        return try sidecar(of: collector)
    }

    public func sidecar(of collector: OpenTelemetryCollector) throws(SidecarFailure) -> CollectorSidecar {
        guard collector.spec.mode == .sidecar else { throw .otherMode }
        let draft: CollectorDraft
        do throws(RenderingError) {
            draft = try CollectorDraft(collector, options)
        } catch {
            throw .unrenderable("\(error)")
        }
        return CollectorSidecar(
            collector: collector.key, container: draft.sidecarContainer(),
            initContainers: draft.spec.pod.initContainers, volumes: draft.userVolumes)
    }
}

extension CollectorDraft {
    /// The objects beside the pods that have the sidecar. There is no workload, and nothing that needs one.
    ///
    /// The pods read neither the ConfigMap nor use the ServiceAccount; both are here because the reference makes them.
    func renderedSidecar() -> Rendered {
        var rendered = Rendered(objects: [], findings: ports.findings + sidecarRemarks)
        rendered.add(.configMap, configMap())
        if spec.serviceAccount.isEmpty { rendered.add(.serviceAccount, serviceAccount()) }
        rendered.add(azurePodMonitor())
        rendered.add(podMonitor())
        rendered.add(clusterRole())
        rendered.add(clusterRoleBinding())
        return rendered
    }

    /// What was asked for and has no effect on a container in somebody else's pod.
    private var sidecarRemarks: [Finding] {
        let unsupported = [
            ("tolerations", !spec.pod.tolerations.isEmpty), ("priorityClassName", !spec.pod.priorityClassName.isEmpty),
            ("affinity", spec.pod.affinity != nil), ("additionalContainers", !spec.pod.additionalContainers.isEmpty),
            ("ingress", spec.ingress.type != nil), ("httpRoute", spec.httpRoute.isEnabled),
            ("autoscaler", spec.autoscaler != nil),
            (
                "targetAllocator",
                spec.isTargetAllocatorEnabled || collector.labels[CollectorAnnotationKey.targetAllocator] != nil
            ),
        ]
        var findings = unsupported.filter(\.1).map { attribute, _ in
            Finding(
                .warning, .invalidSpec,
                "the OpenTelemetry Collector mode is set to sidecar, which does not support the attribute '\(attribute)'"
            )
        }
        findings += ignoredConfig + brokenReferences
        if let problem = metrics.problem {
            findings.append(
                Finding(
                    .warning, .metricsNotReachable,
                    "service.telemetry: \(problem); the port \(CollectorPorts.metricsName) of the container is "
                        + "\(MetricsEndpoint.defaultPort)"))
        }
        // The reference grants them to a ServiceAccount that no pod with the sidecar uses.
        findings += accessFindings(
            holder: "the rights to the ServiceAccounts of the pods that have this sidecar", isGranted: false)
        return findings
    }
}
