import Document
import OperatorAPI

/// The ports of a collector: on its container and on its Services.
struct CollectorPorts: Sendable {
    /// Of the container, sorted by name.
    private(set) var container: [ContainerPort] = []
    /// Of the base and headless Services.
    private(set) var service: [ServicePort] = []
    /// Of the extension Service.
    private(set) var extensions: [ServicePort] = []
    /// On which a `prometheus` exporter shows the metrics it was sent, and whether other pods reach it.
    private(set) var prometheusExporters: [(id: String, port: Int, isScrapable: Bool)] = []
    private(set) var findings: [Finding] = []

    /// Of the collector's own metrics, on the container and on the monitoring Service.
    static let metricsName = "metrics"
    static let monitoringName = "monitoring"

    struct ContainerPort: Sendable, Equatable {
        var name: String
        var port: Int
        var `protocol`: String
        var hostPort: Int?

        var json: JSONValue {
            .object(compacting: [
                "name": .unlessEmpty(name), "containerPort": .int(port), "protocol": .string(`protocol`),
                "hostPort": hostPort.map(JSONValue.int),
            ])
        }
    }

    struct ServicePort: Sendable, Equatable {
        var name: String
        var port: Int
        var `protocol`: String
        var appProtocol: String?
        var targetPort: JSONValue?
        var nodePort: Int?

        var json: JSONValue {
            .object(compacting: [
                "name": .unlessEmpty(name), "protocol": .string(`protocol`),
                "appProtocol": appProtocol.map(JSONValue.string), "port": .int(port), "targetPort": targetPort,
                "nodePort": nodePort.map(JSONValue.int),
            ])
        }
    }

    init(
        _ config: CollectorConfig, metrics: MetricsEndpoint, declared: [CollectorSpec.DeclaredPort],
        ingress: CollectorSpec.IngressType?
    ) throws(FieldError) {
        var network: [ComponentPort] = []
        for kind in [Component.Kind.receiver, .exporter] {
            for component in config.enabled(kind) { network += try component.parser.ports(of: component) }
        }
        var extensions: [ComponentPort] = []
        for component in config.enabled(.extension) { extensions += try component.parser.ports(of: component) }
        for component in config.enabled(.exporter) where component.type == "prometheus" {
            for port in try component.parser.ports(of: component) {
                let endpoint = component.config?["endpoint"]?.stringValue ?? ""
                prometheusExporters.append((component.id, port.port, !EndpointAddress.isLoopback(endpoint)))
            }
        }
        network = distinct(network.sorted(by: Self.byName))
        extensions = distinct(extensions.sorted(by: Self.byName))

        service = servicePorts(network, declared: declared, ingress: ingress)
        self.extensions = extensions.map(Self.servicePort)
        container = containerPorts(
            (network + extensions).sorted(by: Self.byName)
                + [ComponentPort(name: Self.metricsName, port: metrics.port)], declared: declared)
    }

    /// The container port with that number, if it is there.
    func containerPort(_ port: Int) -> ContainerPort? { container.first { $0.port == port && $0.protocol == "TCP" } }

    private static func byName(_ left: ComponentPort, _ right: ComponentPort) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    /// The ports with valid names, no name and no number twice: Kubernetes would refuse the whole object.
    private mutating func distinct(_ ports: [ComponentPort]) -> [ComponentPort] {
        var result: [ComponentPort] = []
        for var port in ports {
            if let other = result.first(where: { $0.port == port.port && $0.protocol == port.protocol }) {
                conflict(
                    "the ports \(other.name) and \(port.name) are both \(port.port)/\(port.protocol): only the first is used"
                )
                continue
            }
            if !PortName.isValid(port.name) || result.contains(where: { $0.name == port.name }) {
                port.name = PortName.numbered(port.port)
                if result.contains(where: { $0.name == port.name }) {
                    conflict("several components want a port named \(port.name): only the first is used")
                    continue
                }
            }
            result.append(port)
        }
        return result
    }

    private mutating func conflict(_ message: String) {
        let finding = Finding(.warning, .portConflict, message)
        if !findings.contains(finding) { findings.append(finding) }
    }

    /// Declared ports as they are and in their order, then what else the components need.
    private func servicePorts(
        _ inferred: [ComponentPort], declared: [CollectorSpec.DeclaredPort], ingress: CollectorSpec.IngressType?
    ) -> [ServicePort] {
        var inferred = inferred
        if ingress == .route {
            // OpenShift's router speaks HTTP/2 to a backend only under this name.
            for index in inferred.indices where inferred[index].appProtocol?.lowercased() == "grpc" {
                inferred[index].appProtocol = "h2c"
            }
        }
        return declared.map {
            ServicePort(
                name: $0.name, port: $0.port, protocol: $0.protocol, appProtocol: $0.appProtocol,
                targetPort: $0.targetPort, nodePort: $0.nodePort)
        } + Self.besides(declared, inferred).map(Self.servicePort)
    }

    private static func servicePort(_ port: ComponentPort) -> ServicePort {
        ServicePort(
            name: port.name, port: port.port, protocol: port.protocol, appProtocol: port.appProtocol,
            targetPort: port.hasTargetPort ? .int(port.port) : nil)
    }

    /// The container listens on the declared number, whatever the Service's target port is.
    private mutating func containerPorts(
        _ inferred: [ComponentPort], declared: [CollectorSpec.DeclaredPort]
    ) -> [ContainerPort] {
        var names: Set<String> = []
        var ports: [ContainerPort] = []
        for port in declared {
            var name = port.name
            if !name.isEmpty && names.contains(name) {
                name = PortName.numbered(port.port)
                if names.contains(name) { continue }
            }
            names.insert(name)
            ports.append(ContainerPort(name: name, port: port.port, protocol: port.protocol, hostPort: port.hostPort))
        }
        for port in Self.besides(declared, inferred) {
            if let other = ports.first(where: { $0.port == port.port && $0.protocol == port.protocol }) {
                conflict(
                    "the ports \(other.name) and \(port.name) are both \(port.port)/\(port.protocol): only the first is used"
                )
                continue
            }
            ports.append(ContainerPort(name: port.name, port: port.port, protocol: port.protocol))
        }
        return ports.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The inferred ports that no declared port replaces. One whose name is taken gets another, if that is free.
    private static func besides(
        _ declared: [CollectorSpec.DeclaredPort], _ inferred: [ComponentPort]
    ) -> [ComponentPort] {
        let names = Set(declared.map(\.name))
        return inferred.compactMap { port in
            if declared.contains(where: { $0.port == port.port && $0.protocol == port.protocol }) { return nil }
            guard names.contains(port.name) else { return port }
            var renamed = port
            renamed.name = PortName.numbered(port.port)
            return names.contains(renamed.name) ? nil : renamed
        }
    }
}
