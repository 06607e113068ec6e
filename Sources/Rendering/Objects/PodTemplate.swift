import Document
import OperatorAPI

/// The pods of every kind of workload. Only what the user or the operator decides is set; the rest is the API server's.
extension CollectorDraft {
    func podTemplate() -> JSONValue {
        [
            "metadata": [
                "labels": .strings(labels.standard(names.workload, filtered: true)),
                "annotations": .strings(podAnnotations),
            ],
            "spec": admittedPodSpec().spec,
        ]
    }

    /// The hash rolls the pods when the configuration changes.
    private var podAnnotations: [String: String] {
        var result = options.annotationsFilter.remaining(spec.podAnnotations)
        result.merge(annotations) { own, _ in own }
        if spec.hasPrometheusAnnotations {
            let before = result.count
            // The reference names this port even when the metrics are elsewhere; another one would roll all its pods.
            let scraping = [
                "prometheus.io/scrape": "true", Self.scrapePort: "\(MetricsEndpoint.defaultPort)",
                "prometheus.io/path": "/metrics",
            ]
            result.merge(scraping) { own, _ in own }
            if result.count > before { result["operator.opentelemetry.io/prometheus-annotations-added"] = "true" }
        }
        result["opentelemetry-operator-config/sha256"] = hash.text
        return result
    }

    private static let scrapePort = "prometheus.io/port"

    /// Said where the operator's own annotation leads to a port without metrics.
    var scrapeAnnotationRemark: [Finding] {
        let isOurs =
            spec.hasPrometheusAnnotations
            && spec.podAnnotations[Self.scrapePort] == nil && annotations[Self.scrapePort] == nil
        guard isOurs, metrics.isScrapable, metrics.port != MetricsEndpoint.defaultPort else { return [] }
        return [
            Finding(
                .information, .metricsNotReachable,
                "the pods' annotation \(Self.scrapePort) says \(MetricsEndpoint.defaultPort), as it always does, but the "
                    + "collector's own metrics are on \(metrics.port): where something scrapes by annotations, set "
                    + "\(Self.scrapePort) in spec.podAnnotations")
        ]
    }

    /// As the collector's author wrote it.
    func podSpec() -> JSONValue {
        let pod = spec.pod
        return .object(compacting: [
            "serviceAccountName": .string(serviceAccountName),
            "initContainers": .unlessEmpty(pod.initContainers),
            "containers": .array([collectorContainer()] + pod.additionalContainers),
            "volumes": .array(volumes),
            "dnsPolicy": .string(dnsPolicy),
            "dnsConfig": pod.dnsConfig ?? [:],
            "hostNetwork": pod.hostNetwork ? true : nil,
            "hostPID": pod.hostPID ? true : nil,
            "hostUsers": pod.hostUsers.map(JSONValue.bool),
            "hostAliases": .unlessEmpty(pod.hostAliases),
            "shareProcessNamespace": .bool(pod.shareProcessNamespace),
            "nodeSelector": pod.nodeSelector,
            "tolerations": .unlessEmpty(pod.tolerations),
            "affinity": pod.affinity,
            // One a node is spread already.
            "topologySpreadConstraints": spec.mode == .daemonset
                ? nil : .unlessEmpty(pod.topologySpreadConstraints),
            "priorityClassName": .unlessEmpty(pod.priorityClassName),
            "securityContext": podSecurityContext,
            "terminationGracePeriodSeconds": pod.terminationGracePeriodSeconds.map(JSONValue.int),
        ])
    }

    /// On OpenShift with the namespace's group for volumes, unless the user says otherwise. The resource never holds it.
    private var podSecurityContext: JSONValue? {
        guard let volumeGroup, options.availableAPIs.serves(.route) else { return spec.pod.securityContext }
        var context = spec.pod.securityContext ?? [:]
        if context["fsGroup"] == nil || context["fsGroup"] == .null { context["fsGroup"] = .int(volumeGroup) }
        return context
    }

    var serviceAccountName: String { spec.serviceAccount.isEmpty ? names.serviceAccount : spec.serviceAccount }

    private var dnsPolicy: String {
        if !spec.pod.dnsPolicy.isEmpty { return spec.pod.dnsPolicy }
        if spec.pod.dnsConfig?["nameservers"]?.arrayValue != nil { return "None" }
        return spec.pod.hostNetwork ? "ClusterFirstWithHostNet" : "ClusterFirst"
    }

    private var volumes: [JSONValue] {
        let config: JSONValue = [
            "name": .string(Names.configVolume),
            "configMap": [
                "name": .string(names.configMap(configMapHash)),
                "items": [["key": .string(Names.configFile), "path": .string(Names.configFile)]],
            ],
        ]
        return [config] + userVolumes
    }

    /// The user's volumes, and one for each of the user's ConfigMaps.
    var userVolumes: [JSONValue] {
        let extra = spec.extraConfigMaps.map { configMap -> JSONValue in
            [
                "name": .string(names.extraConfigMapVolume(configMap.name)),
                "configMap": ["name": .string(configMap.name)],
            ]
        }
        return spec.volumes + extra
    }
}
