import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    enum ServiceType: String {
        case base, headless, monitoring
        case `extension`
    }

    /// Where applications send, and others scrape; `nil` when no component listens.
    func baseService() -> KubeObject? {
        if ports.service.isEmpty { return nil }
        var object = object(
            .service, names.service, isFiltered: false, labels: [Labels.serviceType: ServiceType.base.rawValue])
        object["spec"] = serviceSpec(ports.service, extra: ["internalTrafficPolicy": internalTrafficPolicy])
        return object
    }

    /// The same without a virtual address: clients see each pod.
    func headlessService() -> KubeObject? {
        if ports.service.isEmpty { return nil }
        // OpenShift then makes a certificate for the Service; elsewhere it means nothing.
        let certificate = ["service.beta.openshift.io/serving-cert-secret-name": "\(names.headlessService)-tls"]
        var object = object(
            .service, names.headlessService, nameLabel: names.service, isFiltered: false,
            labels: [Labels.serviceType: ServiceType.headless.rawValue, Labels.headless: "Exists"],
            annotations: certificate.merging(annotations) { $1 })
        object["spec"] = serviceSpec(
            ports.service,
            extra: ["clusterIP": "None", "internalTrafficPolicy": internalTrafficPolicy])
        return object
    }

    /// The collector's own metrics.
    func monitoringService() -> KubeObject {
        var object = object(
            .service, names.monitoringService, isFiltered: false,
            labels: [Labels.serviceType: ServiceType.monitoring.rawValue, Labels.monitoring: "Exists"])
        object["spec"] = serviceSpec(
            [CollectorPorts.ServicePort(name: CollectorPorts.monitoringName, port: metrics.port, protocol: "TCP")],
            extra: [:])
        return object
    }

    /// Health checks and user interfaces; `nil` when no extension listens.
    func extensionService() -> KubeObject? {
        if ports.extensions.isEmpty { return nil }
        var object = object(
            .service, names.extensionService, isFiltered: false,
            labels: [Labels.serviceType: ServiceType.extension.rawValue])
        object["spec"] = serviceSpec(ports.extensions, extra: [:], hasIPFamilies: false)
        return object
    }

    /// A DaemonSet's collectors take what comes from their own node. `Cluster` is the API's default, and goes without
    /// saying. Servers that do not know the field would refuse the object.
    private var internalTrafficPolicy: JSONValue? {
        spec.mode == .daemonset && options.hasInternalTrafficPolicy ? "Local" : nil
    }

    /// Said where the Services cannot keep to their node.
    var trafficPolicyRemark: [Finding] {
        guard spec.mode == .daemonset, !options.hasInternalTrafficPolicy, !ports.service.isEmpty else { return [] }
        return [
            Finding(
                .information, .apiUnavailable,
                "the API server is older than 1.22: the Services of this DaemonSet lead to collectors of other nodes, too"
            )
        ]
    }

    private func serviceSpec(
        _ ports: [CollectorPorts.ServicePort], extra: KeyValuePairs<String, JSONValue?>, hasIPFamilies: Bool = true
    ) -> JSONValue {
        let settings = spec.service
        var result = JSONValue.object(compacting: [
            "ports": .array(ports.map(\.json)),
            "selector": selector,
            "ipFamilies": hasIPFamilies ? .unlessEmpty(settings.ipFamilies) : nil,
            "ipFamilyPolicy": hasIPFamilies ? .string(settings.ipFamilyPolicy) : nil,
            "trafficDistribution": settings.trafficDistribution.map(JSONValue.string),
            "sessionAffinity": settings.sessionAffinity.map(JSONValue.string),
            "sessionAffinityConfig": settings.sessionAffinityConfig,
        ])
        for case (let key, let value?) in extra { result[key] = value }
        return result
    }
}
