import Document
import OperatorAPI

/// The extension with Jaeger's user interface and query API, over HTTP and, if asked for, gRPC.
struct JaegerQuery: ComponentParser {
    private static let defaultPort = 16686

    /// Not `grpc`, so that the hash stays the reference's.
    var tlsPaths: [[String]] { [["http", "tls"]] }

    func ports(of component: Component) throws(FieldError) -> [ComponentPort] {
        guard let config = component.config, !config.isNull else { return [] }
        let reader = try component.reader()
        let http = try reader.nested("http").filledText("endpoint").flatMap(EndpointAddress.port(in:))
        let grpc = try reader.nested("grpc").filledText("endpoint").flatMap(EndpointAddress.port(in:))
        let port = http ?? Self.defaultPort
        var ports = [ComponentPort(name: PortName.of(component.id, port: port), port: port, hasTargetPort: true)]
        if let grpc, grpc != port {
            ports.append(
                ComponentPort(name: PortName.of("\(component.id)-2", port: grpc), port: grpc, hasTargetPort: true))
        }
        return ports
    }

    func defaulted(_ component: Component) throws(FieldError) -> JSONValue? {
        let reader = try component.reader()
        var config = try reader.withoutNulls()
        config["http"] = .object(try SingleEndpoint.defaulted(try reader.nested("http"), port: Self.defaultPort))
        let grpc = try reader.nested("grpc")
        if let endpoint = try grpc.filledText("endpoint") {
            var object = try grpc.withoutNulls()
            object["endpoint"] = .string(EndpointAddress.completed(endpoint))
            config["grpc"] = .object(object)
        }
        return .object(config)
    }
}
