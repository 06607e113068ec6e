import Document
import OperatorAPI

/// What goes with which mode.
extension CollectorChecks {
    /// A collector of another mode has objects of another kind, and may lose its volumes.
    ///
    /// A resource that was stored without a mode has the default one; the reference takes the default for a change.
    func modeIsUnchanged() throws(CollectorRefusal) {
        guard let old else { return }
        let stored = old["mode"]?.stringValue ?? ""
        let before = stored.isEmpty ? CollectorSpec.Mode.deployment.rawValue : stored
        if before != mode.rawValue {
            throw CollectorRefusal(
                "the OpenTelemetry Collector mode is set to \(before), which does not support modification",
                at: "spec.mode")
        }
    }

    func claimsFitMode() throws(CollectorRefusal) {
        if mode == .statefulset { return }
        if !collector.spec.volumeClaimTemplates.isEmpty { throw unsupported("volumeClaimTemplates") }
        if has("persistentVolumeClaimRetentionPolicy") { throw unsupported("persistentVolumeClaimRetentionPolicy") }
    }

    /// A sidecar lives in somebody else's pod. API servers from 1.25 on refuse these by the schema's rules.
    func sidecarLeavesPodAlone() throws(CollectorRefusal) {
        guard mode == .sidecar else { return }
        let pod = collector.spec.pod
        if !pod.tolerations.isEmpty { throw unsupported("tolerations") }
        if !pod.priorityClassName.isEmpty { throw unsupported("priorityClassName") }
        if has("affinity") { throw unsupported("affinity") }
        if !pod.additionalContainers.isEmpty { throw unsupported("AdditionalContainers", at: "additionalContainers") }
    }

    func ingress() throws(CollectorRefusal) {
        let ingress = spec["ingress"]
        if ingress?["type"]?.stringValue == "ingress", mode == .sidecar {
            throw CollectorRefusal(
                "the OpenTelemetry Spec Ingress configuration is incorrect. Ingress can only be used in combination "
                    + "with the modes: deployment, daemonset, statefulset", at: "spec.ingress.type")
        }
        if ingress?["ruleType"]?.stringValue == "subdomain" {
            switch ingress?["hostname"]?.stringValue ?? "" {
            case "", "*":
                throw CollectorRefusal(
                    "a valid Ingress hostname has to be defined for subdomain ruleType", at: "spec.ingress.hostname")
            default: break
            }
        }
    }

    func updateStrategiesFitMode() throws(CollectorRefusal) {
        func hasType(_ strategy: String) -> Bool { spec[strategy]?["type"]?.stringValue.map { !$0.isEmpty } ?? false }
        if mode != .daemonset, hasType("daemonSetUpdateStrategy") {
            throw unsupported("updateStrategy", at: "daemonSetUpdateStrategy")
        }
        if mode != .deployment, hasType("deploymentUpdateStrategy") { throw unsupported("deploymentUpdateStrategy") }
    }

    /// Whether the member is there at all, be it empty.
    private func has(_ key: String) -> Bool { spec[key].map { !$0.isNull } ?? false }

    /// - Parameter field: of `spec`, where the reference calls it something else.
    private func unsupported(_ attribute: String, at field: String? = nil) -> CollectorRefusal {
        CollectorRefusal(
            "the OpenTelemetry Collector mode is set to \(mode.rawValue), which does not support the attribute "
                + "'\(attribute)'", at: "spec.\(field ?? attribute)")
    }
}
