import Document

extension CollectorSpec {
    init(_ reader: FieldReader) throws(FieldError) {
        self.init()
        mode = try reader.choice("mode") ?? mode
        managementState = try reader.choice("managementState") ?? managementState
        upgradeStrategy = try reader.choice("upgradeStrategy") ?? upgradeStrategy
        config = try CollectorConfig(reader.object["config"] ?? .null, at: "\(reader.path).config")
        configVersions = try reader.integer("configVersions") ?? configVersions

        replicas = try reader.integer("replicas") ?? replicas
        if reader.value("autoscaler") != nil {
            autoscaler = try Autoscaler(try reader.nested("autoscaler"), replicas: replicas)
        }
        podDisruptionBudget = try reader.tree("podDisruptionBudget")
        deploymentUpdateStrategy = try reader.filledTree("deploymentUpdateStrategy")
        daemonSetUpdateStrategy = try reader.filledTree("daemonSetUpdateStrategy")
        serviceName = try reader.string("serviceName") ?? ""
        podManagementPolicy = try reader.filledString("podManagementPolicy") ?? podManagementPolicy
        volumeClaimTemplates = try reader.list("volumeClaimTemplates")
        claimRetentionPolicy = try reader.filledTree("persistentVolumeClaimRetentionPolicy")

        image = try reader.string("image") ?? ""
        imagePullPolicy = try reader.filledString("imagePullPolicy")
        command = try reader.strings("command")
        arguments = try reader.dictionary("args")
        environment = try reader.environment("env")
        environmentSources = try reader.list("envFrom")
        resources = try reader.filledTree("resources")
        securityContext = try reader.tree("securityContext")
        lifecycle = try reader.tree("lifecycle")
        livenessProbe = try reader.tree("livenessProbe")
        readinessProbe = try reader.tree("readinessProbe")
        startupProbe = try reader.tree("startupProbe")
        volumeMounts = try reader.list("volumeMounts")

        pod = try PodSettings(reader)
        podAnnotations = try reader.dictionary("podAnnotations")
        serviceAccount = try reader.string("serviceAccount") ?? ""
        volumes = try reader.list("volumes")
        extraConfigMaps = try reader.objects("configmaps") { entry throws(FieldError) in
            ExtraConfigMap(name: try entry.requiredString("name"), mountPath: try entry.requiredString("mountpath"))
        }

        ports = try reader.objects("ports") { entry throws(FieldError) in try DeclaredPort(entry) }
        service = try ServiceSettings(reader)
        isNetworkPolicyEnabled = try reader.nested("networkPolicy").bool("enabled")
        ingress = try IngressSettings(try reader.nested("ingress"))
        httpRoute = try HTTPRouteSettings(try reader.nested("httpRoute"))

        let metrics = try reader.nested("observability").nested("metrics")
        isMetricsMonitoringEnabled = try metrics.bool("enableMetrics") ?? false
        monitorLabels = try metrics.dictionary("extraLabels")
        hasPrometheusAnnotations = !(try metrics.bool("disablePrometheusAnnotations") ?? false)

        isTargetAllocatorEnabled = try reader.nested("targetAllocator").bool("enabled") ?? false
    }
}

extension CollectorSpec.PodSettings {
    /// - Parameter reader: of the collector's `spec`, which holds these members directly.
    fileprivate init(_ reader: FieldReader) throws(FieldError) {
        initContainers = try reader.list("initContainers")
        additionalContainers = try reader.list("additionalContainers")
        hostNetwork = try reader.bool("hostNetwork") ?? false
        hostPID = try reader.bool("hostPID") ?? false
        hostUsers = try reader.bool("hostUsers")
        hostAliases = try reader.list("hostAliases")
        shareProcessNamespace = try reader.bool("shareProcessNamespace") ?? false
        tolerations = try reader.list("tolerations")
        nodeSelector = try reader.filledTree("nodeSelector")
        securityContext = try reader.tree("podSecurityContext")
        priorityClassName = try reader.string("priorityClassName") ?? ""
        affinity = try reader.tree("affinity")
        terminationGracePeriodSeconds = try reader.integer("terminationGracePeriodSeconds")
        topologySpreadConstraints = try reader.list("topologySpreadConstraints")
        dnsPolicy = try reader.string("dnsPolicy") ?? ""
        dnsConfig = try reader.tree("podDnsConfig")
    }
}

extension CollectorSpec.ServiceSettings {
    /// - Parameter reader: of the collector's `spec`, which holds these members directly.
    fileprivate init(_ reader: FieldReader) throws(FieldError) {
        ipFamilies = try reader.list("ipFamilies")
        ipFamilyPolicy = try reader.filledString("ipFamilyPolicy") ?? "SingleStack"
        trafficDistribution = try reader.filledString("trafficDistribution")
        sessionAffinity = try reader.filledString("sessionAffinity")
        sessionAffinityConfig = try reader.tree("sessionAffinityConfig")
    }
}

extension CollectorSpec.Autoscaler {
    /// With a maximum, the minimum is by default the collector's replicas and the target 90 % of the CPU request.
    fileprivate init(_ reader: FieldReader, replicas: Int) throws(FieldError) {
        minReplicas = try reader.integer("minReplicas")
        maxReplicas = try reader.integer("maxReplicas")
        targetCPUUtilization = try reader.integer("targetCPUUtilization")
        targetMemoryUtilization = try reader.integer("targetMemoryUtilization")
        metrics = try reader.list("metrics")
        behavior = try reader.tree("behavior")
        if maxReplicas != nil {
            minReplicas = minReplicas ?? replicas
            if targetCPUUtilization == nil && targetMemoryUtilization == nil { targetCPUUtilization = 90 }
        }
    }
}

extension CollectorSpec.DeclaredPort {
    fileprivate init(_ reader: FieldReader) throws(FieldError) {
        name = try reader.string("name") ?? ""
        guard let port = try reader.integer("port") else {
            throw reader.error("port", reader.object["port"] ?? .null, "a port number")
        }
        self.port = port
        `protocol` = try reader.filledString("protocol") ?? "TCP"
        appProtocol = try reader.string("appProtocol")
        targetPort = try reader.targetPort("targetPort")
        nodePort = try reader.integer("nodePort").flatMap { $0 == 0 ? nil : $0 }
        hostPort = try reader.integer("hostPort").flatMap { $0 == 0 ? nil : $0 }
    }
}

extension FieldReader {
    func integer(_ key: String) throws(FieldError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.intValue else { throw error(key, value, "an integer") }
        return number
    }

    /// A value of an enumeration; `nil` when absent or empty.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws(FieldError) -> Choice?
    where Choice.RawValue == String {
        guard let text = try filledString(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(key, .string(text), "one of \(choices)")
        }
        return choice
    }

    /// `nil` also when empty.
    func filledString(_ key: String) throws(FieldError) -> String? {
        guard let text = try string(key), !text.isEmpty else { return nil }
        return text
    }

    func requiredString(_ key: String) throws(FieldError) -> String {
        guard let text = try filledString(key) else { throw error(key, object[key] ?? .null, "a string") }
        return text
    }

    /// `nil` also when empty.
    func filledTree(_ key: String) throws(FieldError) -> JSONValue? {
        guard let tree = try tree(key), tree.objectValue?.isEmpty == false else { return nil }
        return tree
    }

    func dictionary(_ key: String) throws(FieldError) -> [String: String] {
        Dictionary(try stringMap(key).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// A number or a name; `nil` when absent, 0 or empty, which all mean the port itself.
    fileprivate func targetPort(_ key: String) throws(FieldError) -> JSONValue? {
        switch value(key) {
        case nil: nil
        case .string(let text)?: text.isEmpty ? nil : .string(text)
        case let value? where value.intValue != nil: value.intValue == 0 ? nil : value
        case let value?: throw error(key, value, "a port number or name")
        }
    }
}
