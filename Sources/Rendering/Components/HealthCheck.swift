import Document
import OperatorAPI

/// The extension that answers the kubelet's probes.
struct HealthCheck: ComponentParser {
    static let type = "health_check"
    static let defaultPort = 13133

    func ports(of component: Component) throws(FieldError) -> [ComponentPort] {
        let port = try Self.port(component)
        return [ComponentPort(name: PortName.of(component.id, port: port), port: port)]
    }

    func defaulted(_ component: Component) throws(FieldError) -> JSONValue? {
        let reader = try component.reader()
        var config = try reader.withoutNulls()
        if let endpoint = try reader.filledText("endpoint") {
            config["endpoint"] = .string(
                endpoint.hasPrefix(":") ? "\(EndpointAddress.anyAddress)\(endpoint)" : endpoint)
        } else {
            config["endpoint"] = .string("\(EndpointAddress.anyAddress):\(Self.defaultPort)")
        }
        config["path"] = .string(try reader.filledText("path") ?? "/")
        return .object(config)
    }

    /// What a probe asks: path and port.
    static func probe(_ component: Component) throws(FieldError) -> JSONValue {
        [
            "httpGet": [
                "path": .string(try component.reader().filledText("path") ?? "/"),
                "port": .int(try port(component)),
            ]
        ]
    }

    private static func port(_ component: Component) throws(FieldError) -> Int {
        try SingleEndpoint.listeningPort(try component.reader()) ?? defaultPort
    }
}
