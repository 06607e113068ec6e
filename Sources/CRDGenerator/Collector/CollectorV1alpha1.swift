import Document

/// The schema of v1alpha1: that of v1beta1, with what differs.
///
/// Numbers have no limits there, what came later is missing, and the configuration is a text.
extension Schema {
    static let collectorSpecV1alpha1 = Schema.collectorSpec
        .without("x-kubernetes-validations")
        .without(fields: [
            "command", "configVersions", "daemonSetUpdateStrategy", "dnsPolicy", "hostAliases", "hostPID", "hostUsers",
            "httpRoute", "ipFamilies", "ipFamilyPolicy", "networkPolicy", "persistentVolumeClaimRetentionPolicy",
            "podDnsConfig", "podManagementPolicy", "readinessProbe", "sessionAffinity", "sessionAffinityConfig",
            "startupProbe",
        ])
        .changing("autoscaler") { $0.unlimited() }
        .changing("livenessProbe") { $0.unlimited() }
        .changing("observability") { $0.observabilityV1alpha1() }
        .changing("ports") { $0.changingItems { $0.changing("hostPort") { $0.unlimited() } } }
        .changing("targetAllocator") { $0.targetAllocatorV1alpha1() }
        .without(fields: ["config", "managementState"])
        .adding(
            Field(
                required: "config", .string,
                "Configuration of the collector: the text of its own configuration file, as YAML."),
            Field(
                required: "managementState", .string.oneOf("managed", "unmanaged").defaulting(to: "managed"),
                "With unmanaged the operator leaves the collector's objects alone, so that you can change them."),
            Field("maxReplicas", .int32, "Deprecated: use autoscaler.maxReplicas."),
            Field("minReplicas", .int32, "Deprecated: use autoscaler.minReplicas."),
            Field(
                "updateStrategy", .kubernetes("DaemonSetUpdateStrategy"),
                "How pods are replaced. Only with mode daemonset."))

    static let collectorStatusV1alpha1 = Schema.collectorStatus
        .without(fields: ["conditions", "observedGeneration"])
        .adding(
            Field("messages", .list(.string).atomicList(), "Deprecated and no longer written."),
            Field("replicas", .int32, "Deprecated: use scale.replicas."))

    private func observabilityV1alpha1() -> Schema {
        changing("metrics") { metrics in
            metrics.without(fields: ["disablePrometheusAnnotations", "extraLabels"]).adding(
                Field("DisablePrometheusAnnotations", .boolean, "Leave out the prometheus.io annotations of the pods."))
        }
    }

    private func targetAllocatorV1alpha1() -> Schema {
        without(fields: [
            "allowInsecureAuthSecrets", "collectorNotReadyGracePeriod", "collectorTargetReloadInterval", "mtls",
        ])
        .changing("filterStrategy") { $0.without("enum") }
        .changing("observability") { $0.observabilityV1alpha1() }
        .changing("prometheusCR") { resources in
            resources.without(fields: [
                "allowNamespaces", "denyNamespaces", "evaluationInterval", "podMonitorNamespaceSelector",
                "podMonitorSelector", "probeNamespaceSelector", "probeSelector", "scrapeConfigNamespaceSelector",
                "scrapeConfigSelector", "scrapeProtocols", "secretNamespaces", "serviceMonitorNamespaceSelector",
                "serviceMonitorSelector",
            ]).adding(
                Field("podMonitorSelector", .map(.string), "Labels of the PodMonitors to take. Default is all."),
                Field("serviceMonitorSelector", .map(.string), "Labels of the ServiceMonitors to take. Default is all.")
            )
        }
    }
}

// MARK: - Changing a schema

extension Schema {
    /// The same schema without that keyword.
    fileprivate func without(_ keyword: String) -> Schema {
        var copy = self
        copy.keywords[keyword] = nil
        return copy
    }

    /// The same object schema without these fields.
    ///
    /// - Precondition: this is the schema of an object that has them: a name that is nobody's is a mistake here.
    fileprivate func without(fields names: [String]) -> Schema {
        guard case .object(let fields) = shape, Set(names).isSubset(of: fields.map(\.name)) else {
            preconditionFailure("could not remove \(names): the schema has no such fields")
        }
        var copy = self
        copy.shape = .object(fields.filter { !names.contains($0.name) })
        return copy
    }

    /// The same object schema with another schema for that field.
    ///
    /// - Precondition: this is the schema of an object that has the field.
    fileprivate func changing(_ name: String, _ change: (Schema) -> Schema) -> Schema {
        guard case .object(var fields) = shape, let index = fields.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("could not change \(name): the schema has no such field")
        }
        fields[index].schema = change(fields[index].schema)
        var copy = self
        copy.shape = .object(fields)
        return copy
    }

    /// The same list schema with another schema for its items.
    ///
    /// - Precondition: this is the schema of a list.
    fileprivate func changingItems(_ change: (Schema) -> Schema) -> Schema {
        guard case .list(let items) = shape else { preconditionFailure("could not change items of what is no list") }
        var copy = self
        copy.shape = .list(change(items))
        return copy
    }

    /// The same schema without limits of its own numbers and those of its fields.
    fileprivate func unlimited() -> Schema {
        var copy = without("minimum").without("maximum")
        if case .object(let fields) = shape {
            copy.shape = .object(
                fields.map { field in
                    var field = field
                    field.schema = field.schema.without("minimum").without("maximum")
                    return field
                })
        }
        return copy
    }
}
