import Document

/// v1beta1 as v1alpha1, as far as one can say what the other says.
enum BetaToAlpha {
    static func convert(_ beta: JSONValue) -> JSONValue {
        var result = beta
        result["apiVersion"] = .string("\(CollectorConversion.group)/\(CollectorConversion.v1alpha1)")
        if case .object(var spec)? = beta["spec"] {
            if let config = spec["config"] { spec["config"] = .string(ConfigText.write(config)) }
            for key in specMembers { spec[key] = nil }
            spec.rename("daemonSetUpdateStrategy", to: "updateStrategy")
            spec.change("observability", observability)
            spec.change("targetAllocator", targetAllocator)
            result["spec"] = .object(spec)
        }
        if case .object(var status)? = beta["status"] {
            for key in ["conditions", "observedGeneration"] { status[key] = nil }
            result["status"] = status.isEmpty ? nil : .object(status)
        }
        return result
    }

    // What v1alpha1 has no place for.

    private static let specMembers = [
        "command", "configVersions", "dnsPolicy", "hostAliases", "hostPID", "hostUsers", "httpRoute", "ipFamilies",
        "ipFamilyPolicy", "networkPolicy", "persistentVolumeClaimRetentionPolicy", "podDnsConfig",
        "podManagementPolicy", "readinessProbe", "sessionAffinity", "sessionAffinityConfig", "startupProbe",
    ]

    private static let targetAllocatorMembers = [
        "allowInsecureAuthSecrets", "collectorNotReadyGracePeriod", "collectorTargetReloadInterval", "mtls",
    ]

    private static let prometheusMembers = [
        "allowNamespaces", "denyNamespaces", "evaluationInterval", "podMonitorNamespaceSelector",
        "probeNamespaceSelector", "probeSelector", "scrapeConfigNamespaceSelector", "scrapeConfigSelector",
        "scrapeProtocols", "secretNamespaces", "serviceMonitorNamespaceSelector",
    ]

    private static func observability(_ object: inout JSONObject) {
        object.change("metrics") { metrics in
            metrics["extraLabels"] = nil
            metrics.rename("disablePrometheusAnnotations", to: "DisablePrometheusAnnotations")
        }
    }

    private static func targetAllocator(_ object: inout JSONObject) {
        for key in targetAllocatorMembers { object[key] = nil }
        object.change("observability", observability)
        object.change("prometheusCR") { resources in
            for key in prometheusMembers { resources[key] = nil }
            for key in ["podMonitorSelector", "serviceMonitorSelector"] {
                guard let selector = resources[key]?.objectValue else { continue }
                resources[key] = selector["matchLabels"] ?? [:]
            }
        }
    }
}

extension JSONObject {
    /// Changes the member of that name, when it is an object. One that this leaves empty goes: nothing that the other
    /// version can say is in it, and a client of that version must be able to leave it out.
    mutating func change(_ key: String, _ body: (inout JSONObject) -> Void) {
        guard case .object(let written)? = self[key] else { return }
        var object = written
        body(&object)
        self[key] = object.isEmpty && !written.isEmpty ? nil : .object(object)
    }

    /// Gives the member another name, at its place. What stands under that name already is not of this version and goes.
    mutating func rename(_ key: String, to name: String) {
        guard self[key] != nil else { return }
        self[name] = nil
        self = JSONObject(
            members: members.map { $0.key == key ? Member(key: name, value: $0.value) : $0 })
    }
}
