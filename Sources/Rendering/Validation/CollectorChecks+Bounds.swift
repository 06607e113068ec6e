import Document
import OperatorAPI

/// What the schema of v1beta1 demands of numbers and that of v1alpha1 does not.
///
/// The API server checks what a client sends by the schema of the version in which it is sent, and what is stored by that of
/// v1beta1 only with the next patch: without these checks a v1alpha1 client stores what nobody can patch any more.
///
/// Source: the CustomResourceDefinition of OpenTelemetryCollector, v1beta1.
extension CollectorChecks {
    func bounds() throws(CollectorRefusal) {
        for member in ["minReplicas", "maxReplicas", "targetCPUUtilization", "targetMemoryUtilization"] {
            try check(["autoscaler", member], 1...)
        }
        try check(["configVersions"], 1...)
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            try check([probe, "initialDelaySeconds"], 0...)
            for member in [
                "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold",
                "terminationGracePeriodSeconds",
            ] {
                try check([probe, member], 1...)
            }
        }
        for (index, port) in (spec["ports"]?.arrayValue ?? []).enumerated() {
            guard let number = port["hostPort"]?.intValue, !(0...65535).contains(number) else { continue }
            throw CollectorRefusal("spec.ports[\(index)].hostPort is \(number), expected 0 to 65535")
        }
        if spec["command"]?.arrayValue?.isEmpty == true {
            throw CollectorRefusal("spec.command is empty, expected at least 1 element, or no command at all")
        }
        try certificateNames()
    }

    private func check(_ path: [String], _ bounds: PartialRangeFrom<Int>) throws(CollectorRefusal) {
        let value = path.reduce(Optional(spec)) { $0?[$1] }
        guard let number = value?.intValue, !bounds.contains(number) else { return }
        throw CollectorRefusal(
            "spec.\(path.joined(separator: ".")) is \(number), expected at least \(bounds.lowerBound)")
    }

    /// Which v1alpha1 does not have, and an annotation of its conversion may bring.
    private func certificateNames() throws(CollectorRefusal) {
        let tls = spec[path: "targetAllocator", "mtls", "tls"]
        for (certificate, members) in [
            ("certificateAuthorityCertificate", ["secret", "configMap"]),
            ("serverCertificate", ["certificateSecret", "keySecret"]),
            ("clientCertificate", ["certificateSecret", "keySecret"]),
        ] {
            for member in members where tls?[path: certificate, member, "name"]?.stringValue == "" {
                throw CollectorRefusal(
                    "spec.targetAllocator.mtls.tls.\(certificate).\(member).name is empty, expected a name")
            }
        }
    }
}
