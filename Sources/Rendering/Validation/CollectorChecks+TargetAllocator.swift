import Document
import OperatorAPI

/// A target allocator needs a collector that can be given targets, and something to allocate.
extension CollectorChecks {
    func targetAllocator() throws(CollectorRefusal) {
        guard collector.spec.isTargetAllocatorEnabled else { return }
        let allocator = spec["targetAllocator"] ?? [:]
        try allocatorFitsMode(allocator["allocationStrategy"]?.stringValue ?? "")
        let usesMonitors = allocator[path: "prometheusCR", "enabled"]?.boolValue ?? false
        if let fault = prometheusFault(needsScrapeConfigs: !usesMonitors) {
            throw CollectorRefusal("the OpenTelemetry Spec Prometheus configuration is incorrect, \(fault)")
        }
        try certificates(allocator["mtls"])
    }

    private func allocatorFitsMode(_ strategy: String) throws(CollectorRefusal) {
        let perNode = "per-node"
        guard mode == .statefulset || mode == .daemonset else {
            throw CollectorRefusal(
                "the OpenTelemetry Collector mode is set to \(mode.rawValue), which does not support the target "
                    + "allocation deployment")
        }
        if mode == .daemonset, strategy != perNode {
            // With the reference's space at the end.
            throw CollectorRefusal(
                "the OpenTelemetry Collector mode is set to \(mode.rawValue), which must be used with target "
                    + "allocation strategy \(perNode) ")
        }
        if mode != .daemonset, strategy == perNode {
            throw CollectorRefusal(
                "target allocation strategy \(perNode) is only supported in OpenTelemetry Collector mode daemonset")
        }
    }

    /// What is wrong with the receiver `prometheus`, which gets the targets. No other does, `prometheus/2` neither.
    private func prometheusFault(needsScrapeConfigs: Bool) -> String? {
        func missing(_ part: String) -> String { "no \(part) available as part of the configuration" }
        func wrong(_ part: String) -> String { "\(part) property in the configuration doesn't contain valid \(part)" }

        let receivers = config.receivers ?? [:]
        guard let receiver = receivers["prometheus"] else {
            let others = receivers.keys.filter { $0.hasPrefix("prometheus/") }.sorted()
            if others.isEmpty { return missing("prometheus") }
            return missing("prometheus")
                + "; the target allocator gives its targets to the receiver prometheus only, found "
                + others.joined(separator: ", ")
        }
        guard receiver.objectValue != nil else { return wrong("prometheus") }
        // Without a configuration of its own the receiver gets all of it from the target allocator.
        guard needsScrapeConfigs, let settings = receiver["config"] else { return nil }
        guard settings.objectValue != nil else { return wrong("prometheusConfig") }
        guard let scrapeConfigs = settings["scrape_configs"] else { return missing("scrape_configs") }
        guard let elements = scrapeConfigs.arrayValue else { return "scrape_configs must be a list in the config" }
        if elements.contains(where: { $0.objectValue == nil }) { return wrong("scrape_config") }
        return elements.isEmpty
            ? "either at least one scrape config needs to be defined or PrometheusCR needs to be enabled" : nil
    }

    private func certificates(_ mtls: JSONValue?) throws(CollectorRefusal) {
        guard let mtls, mtls["enabled"]?.boolValue == true else { return }
        guard mtls["useCertManager"]?.boolValue == false else {
            if isCertManagerAvailable { return }
            throw CollectorRefusal(
                "mTLS is enabled with useCertManager but cert-manager is not available; install cert-manager and "
                    + "restart the operator, or set useCertManager to false")
        }
        let tls = mtls["tls"]
        func has(_ parent: JSONValue?, _ key: String) -> Bool { parent?[key]?.objectValue != nil }
        guard has(tls, "serverCertificate"), has(tls, "clientCertificate") else {
            throw CollectorRefusal(
                "mTLS is enabled with useCertManager set to false; tls.serverCertificate and tls.clientCertificate "
                    + "must both be set")
        }
        guard has(tls, "certificateAuthorityCertificate") else {
            throw CollectorRefusal(
                "mTLS is enabled with useCertManager set to false; tls.certificateAuthorityCertificate must be set")
        }
        let authority = tls?["certificateAuthorityCertificate"]
        if has(authority, "secret") == has(authority, "configMap") {
            throw CollectorRefusal(
                "tls.certificateAuthorityCertificate must set exactly one of secret or configMap")
        }
    }
}
