import Document
import OperatorAPI

/// A receiver with a server for each entry of `protocols`.
struct MultiProtocol: ComponentParser {
    struct Server: Sendable {
        var name: String
        var port: Int
        var `protocol` = "TCP"
        var appProtocol: String?
    }

    var servers: [Server]

    var tlsPaths: [[String]] { servers.map { ["protocols", $0.name, "tls"] } }

    func ports(of component: Component) throws(FieldError) -> [ComponentPort] {
        try configured(component).map { server, reader throws(FieldError) in
            let port = try SingleEndpoint.listeningPort(reader) ?? server.port
            return ComponentPort(
                name: PortName.of("\(component.id)-\(server.name)", port: port), port: port,
                protocol: server.protocol, appProtocol: server.appProtocol, hasTargetPort: true)
        }
    }

    func defaulted(_ component: Component) throws(FieldError) -> JSONValue? {
        let reader = try component.reader()
        var config = try reader.withoutNulls()
        var protocols: JSONObject = [:]
        for (server, reader) in try configured(component) {
            // Without an endpoint the port of an older listen_address is the default.
            let port = try reader.filledText("listen_address").flatMap(EndpointAddress.port(in:)) ?? server.port
            protocols[server.name] = .object(try SingleEndpoint.defaulted(reader, port: port))
        }
        config["protocols"] = .object(protocols)
        return .object(config)
    }

    /// The servers that the configuration names, in its order; `grpc:` without a value counts.
    private func configured(_ component: Component) throws(FieldError) -> [(Server, FieldReader)] {
        let protocols = try component.reader().nested("protocols")
        var result: [(Server, FieldReader)] = []
        for name in protocols.object.keys.sorted() {
            guard let server = servers.first(where: { $0.name == name }) else {
                let known = servers.map(\.name).joined(separator: ", ")
                throw FieldError(
                    path: "\(protocols.path)", value: .string(name), expected: "only protocols of \(known)")
            }
            result.append((server, try protocols.nested(name)))
        }
        return result
    }
}
