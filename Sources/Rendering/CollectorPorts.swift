import Document
import OperatorAPI

/// The ports of a collector: on its container and on its Services.
struct CollectorPorts: Sendable {
    /// Of the container, sorted by name.
    private(set) var container: [ContainerPort] = []
    /// Of the base and headless Services.
    private(set) var service: [ServicePort] = []
    /// Of the pods, as the NetworkPolicy names them: also those to which only a declared port's target leads.
    private(set) var policy: [PolicyPort] = []
    /// Of the extension Service.
    private(set) var extensions: [ServicePort] = []
    /// Of those of the base Service, where an Ingress or a route leads: declared ones and those of receivers. Nothing
    /// that speaks UDP, as they all carry HTTP.
    private(set) var entrances: [ServicePort] = []
    /// Where `prometheus` exporters show the metrics that they were sent, by id.
    private(set) var scrapedExporters: [ScrapedExporter] = []
    private(set) var findings: [Finding] = []
    private var noted: Set<Finding> = []

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

    struct PolicyPort: Sendable {
        var `protocol`: String
        /// A number or a name.
        var port: JSONValue

        var json: JSONValue { ["protocol": .string(`protocol`), "port": port] }

        fileprivate var key: String { json.serializedString() }
    }

    struct ServicePort: Sendable, Equatable {
        /// Never empty.
        var name: String
        var port: Int
        var `protocol`: String
        var appProtocol: String?
        var targetPort: JSONValue?
        var nodePort: Int?

        var json: JSONValue {
            .object(compacting: [
                "name": .string(name), "protocol": .string(`protocol`),
                "appProtocol": appProtocol.map(JSONValue.string), "port": .int(port), "targetPort": targetPort,
                "nodePort": nodePort.map(JSONValue.int),
            ])
        }
    }

    /// - Parameter isForRoutes: whether OpenShift's router leads to the Services.
    init(
        _ config: CollectorConfig, metrics: MetricsEndpoint, declared: [CollectorSpec.DeclaredPort],
        isForRoutes: Bool = false
    ) throws(FieldError) {
        let receivers = try Self.ports(of: .receiver, in: config)
        let exporters = try Self.ports(of: .exporter, in: config)
        for component in config.enabled(.exporter) where component.type == "prometheus" {
            for port in try component.parser.ports(of: component) {
                scrapedExporters.append(ScrapedExporter(component, port: port.port))
            }
        }
        let declared = usable(declared)
        let network = distinct((receivers + exporters).sorted(by: Self.byName))
        let extensions = distinct(try Self.ports(of: .extension, in: config).sorted(by: Self.byName))

        service = servicePorts(network, declared: declared, isForRoutes: isForRoutes)
        let open = Set((declared.map(\.place) + receivers.map(\.place)).filter { $0.protocol == "TCP" })
        entrances = service.filter { open.contains($0.place) }
        self.extensions = extensions.map(Self.servicePort)
        container = containerPorts((network + extensions).sorted(by: Self.byName), metrics, declared: declared)
        let named = Set(container.map { PolicyPort(protocol: $0.protocol, port: .string($0.name)).key })
        let targets = declared.compactMap { port in
            port.targetPort.map { PolicyPort(protocol: port.protocol, port: $0) }
        }
        policy =
            (container.map { PolicyPort(protocol: $0.protocol, port: .int($0.port)) }
            + targets.filter { !named.contains($0.key) }).unique(by: \.key)
    }

    private static func ports(
        of kind: Component.Kind, in config: CollectorConfig
    ) throws(FieldError) -> [ComponentPort] {
        var ports: [ComponentPort] = []
        for component in config.enabled(kind) { ports += try component.parser.ports(of: component) }
        return ports
    }

    /// The container port with that number, if it is there.
    func containerPort(_ port: Int) -> ContainerPort? { container.first { $0.port == port && $0.protocol == "TCP" } }

    /// The port of the base Service that leads to that number on the container.
    func servicePort(leadingTo port: Int) -> ServicePort? {
        service.first { candidate in
            guard candidate.protocol == "TCP" else { return false }
            switch candidate.targetPort {
            case nil: return candidate.port == port
            case .string(let name)?: return container.first { $0.name == name }?.port == port
            case let number?: return number.intValue == port
            }
        }
    }

    private static func byName(_ left: ComponentPort, _ right: ComponentPort) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    /// The ports with valid names, no name and no number twice: Kubernetes would refuse the whole object.
    private mutating func distinct(_ ports: [ComponentPort]) -> [ComponentPort] {
        var result: [ComponentPort] = []
        var taken = TakenPorts()
        for var port in ports {
            guard (1...65535).contains(port.port) else {
                conflict("port \(port.name): \(port.port) is no port number, it is left out")
                continue
            }
            if let other = taken.holder(of: port.place) {
                conflict(Self.twice(other, port.name, port.place))
                continue
            }
            if !PortName.isValid(port.name) || taken.contains(port.name) {
                port.name = PortName.numbered(port.port)
                if taken.contains(port.name) {
                    conflict("several components want a port named \(port.name): only the first is used")
                    continue
                }
            }
            taken.take(port.place, as: port.name)
            result.append(port)
        }
        return result
    }

    mutating func conflict(_ message: String) { note(Finding(.warning, .portConflict, message)) }

    mutating func note(_ finding: Finding) {
        if noted.insert(finding).inserted { findings.append(finding) }
    }

    /// Declared ports as they are and in their order, then what else the components need.
    private mutating func servicePorts(
        _ inferred: [ComponentPort], declared: [CollectorSpec.DeclaredPort], isForRoutes: Bool
    ) -> [ServicePort] {
        var inferred = inferred
        if isForRoutes {
            // OpenShift's router speaks HTTP/2 to a backend only under this name.
            for index in inferred.indices where inferred[index].appProtocol?.lowercased() == "grpc" {
                inferred[index].appProtocol = "h2c"
            }
        }
        return declared.map {
            ServicePort(
                name: $0.name.isEmpty ? PortName.numbered($0.port) : $0.name, port: $0.port, protocol: $0.protocol,
                appProtocol: $0.appProtocol, targetPort: $0.targetPort, nodePort: $0.nodePort)
        } + besides(declared, inferred).map(Self.servicePort)
    }

    private static func servicePort(_ port: ComponentPort) -> ServicePort {
        ServicePort(
            name: port.name, port: port.port, protocol: port.protocol, appProtocol: port.appProtocol,
            targetPort: port.hasTargetPort ? .int(port.port) : nil)
    }

    /// The container listens on the declared number, whatever the Service's target port is: so the reference's pods have
    /// it.
    private mutating func containerPorts(
        _ inferred: [ComponentPort], _ metrics: MetricsEndpoint, declared: [CollectorSpec.DeclaredPort]
    ) -> [ContainerPort] {
        var ports = declared.map {
            ContainerPort(name: $0.name, port: $0.port, protocol: $0.protocol, hostPort: $0.hostPort)
        }
        var taken = TakenPorts()
        for port in ports { taken.take(port.place, as: port.name) }
        func add(_ port: ComponentPort) {
            // Under its own name if that is free: an extension may be called as a receiver is, which is on another Service.
            let name = taken.contains(port.name) ? PortName.numbered(port.port) : port.name
            taken.take(port.place, as: name)
            ports.append(ContainerPort(name: name, port: port.port, protocol: port.protocol))
        }
        for port in besides(declared, inferred) {
            if let other = taken.holder(of: port.place) {
                conflict(Self.twice(other, port.name, port.place))
            } else {
                add(port)
            }
        }
        for port in besides(declared, [ComponentPort(name: Self.metricsName, port: metrics.port)]) {
            guard let other = taken.holder(of: port.place) else {
                add(port)
                continue
            }
            // The reference has the port also when nothing is served there.
            if metrics.isServed {
                conflict(
                    "\(other) and the collector's own metrics (service.telemetry) both listen on \(port.port): "
                        + "the collector starts only when one of them has another port")
            }
        }
        return ports.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The inferred ports that no declared port replaces. One whose name is taken gets another, if that is free.
    private mutating func besides(
        _ declared: [CollectorSpec.DeclaredPort], _ inferred: [ComponentPort]
    ) -> [ComponentPort] {
        let places = Set(declared.map(\.place))
        var names = Set(declared.map { $0.name.isEmpty ? PortName.numbered($0.port) : $0.name })
        var result: [ComponentPort] = []
        for var port in inferred where !places.contains(port.place) {
            if names.contains(port.name) { port.name = PortName.numbered(port.port) }
            if names.insert(port.name).inserted {
                result.append(port)
            } else {
                conflict("the port \(port.place) would be called \(port.name), as another one is: it is left out")
            }
        }
        return result
    }
}
