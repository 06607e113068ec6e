import OperatorAPI

/// The names of everything that is made for a collector. Nothing else builds one.
///
/// Source: opentelemetry-operator v0.158, `internal/naming`.
struct Names: Sendable {
    let collector: String

    var workload: String { Self.name(.variable(collector), .fixed("-collector")) }
    var serviceAccount: String { workload }
    var service: String { workload }
    var headlessService: String { Self.name(.variable(service), .fixed("-headless")) }
    var monitoringService: String { Self.name(.variable(service), .fixed("-monitoring")) }
    var extensionService: String { Self.name(.variable(service), .fixed("-extension")) }
    var networkPolicy: String { Self.name(.variable(collector), .fixed("-collector-networkpolicy")) }
    var podDisruptionBudget: String { workload }
    var autoscaler: String { workload }
    /// The name that examples/aks-closed-network tells of.
    var azurePodMonitor: String { Self.name(.variable(collector), .fixed("-metrics")) }

    /// Of all objects of the target allocator.
    var targetAllocator: String { Self.name(.variable(collector), .fixed("-targetallocator")) }

    var serviceMonitor: String { workload }
    var podMonitor: String { workload }
    /// A long collector's name is cut elsewhere where the reference would give both ServiceMonitors one name.
    var monitoringServiceMonitor: String {
        let name = Self.name(.variable("\(collector)-monitoring"), .fixed("-collector"))
        return name == serviceMonitor ? Self.name(.variable(collector), .fixed("-monitoring-collector")) : name
    }

    var ingress: String { Self.name(.variable(collector), .fixed("-ingress")) }

    /// A name for each port's Route. Where a long collector's name leaves nothing of the ports', the collector's is cut
    /// instead: the reference would make one Route of them all.
    func routes(_ ports: [String]) -> [String] {
        let names = ports.map { Self.name(.variable($0), .fixed("-"), .variable(collector), .fixed("-route")) }
        if Set(names).count == names.count { return names }
        return ports.map { Self.name(.fixed($0), .fixed("-"), .variable(collector), .fixed("-route")) }
    }

    func httpRoute(_ port: String) -> String {
        Self.name(.variable(collector), .fixed("-"), .variable(port), .fixed("-httproute"))
    }

    // Cluster-scoped. Collectors of different namespaces may get the same names: `a-b` in `c`, `a` in `b-c`.
    func clusterRole(namespace: String) -> String {
        Self.name(.variable(collector), .fixed("-"), .variable(namespace), .fixed("-cluster-role"))
    }
    func clusterRoleBinding(namespace: String) -> String {
        Self.name(.variable(collector), .fixed("-"), .variable(namespace), .fixed("-collector"))
    }

    func configMap(_ hash: ConfigHash) -> String {
        Self.name(.variable(collector), .fixed("-collector-"), .variable(hash.short))
    }

    func extraConfigMapVolume(_ configMap: String) -> String { Self.name(.fixed("configmap-"), .variable(configMap)) }

    // Fixed.
    static let container = CollectorSidecar.containerName
    static let configVolume = "otc-internal"
    static let configFile = "collector.yaml"
    static let configFolder = "/conf"
    static let extraConfigMapFolder = "/var/conf"

    private static func name(_ parts: TruncatedName.Part...) -> String {
        dnsName(TruncatedName.joined(parts, limit: TruncatedName.limit))
    }

    /// Lower case; everything but letters and digits becomes a dash, or an `a` at the ends.
    static func dnsName(_ text: String) -> String {
        let characters = Array(text.lowercased())
        return String(
            characters.indices.map { index in
                let character = characters[index]
                if character.isASCII, character.isLetter || character.isNumber { return character }
                return index == 0 || index == characters.count - 1 ? "a" : "-"
            })
    }
}
