import Document
import OperatorAPI

/// A component that listens on the address in `endpoint` or, by its older name, `listen_address`.
struct SingleEndpoint: ComponentParser {
    /// `nil` when only the configuration knows it.
    var defaultPort: Int?
    var `protocol` = "TCP"
    var appProtocol: String?
    var hasTargetPort = true
    /// Whether a missing address is written into the configuration.
    var addsAddress = true
    /// Whether it is an error when no port can be found.
    var needsPort = false

    func ports(of component: Component) throws(FieldError) -> [ComponentPort] {
        guard let config = component.config, !config.isNull else {
            if needsPort { throw missingPort(component, .null) }
            return []
        }
        let reader = try component.reader()
        guard let port = try port(reader) else {
            if needsPort { throw missingPort(component, config) }
            return []
        }
        return [self.port(component.id, port)]
    }

    func defaulted(_ component: Component) throws(FieldError) -> JSONValue? {
        guard addsAddress, let defaultPort else {
            _ = try port(try component.reader())
            return nil
        }
        return .object(try Self.defaulted(try component.reader(), port: defaultPort))
    }

    func port(_ id: String, _ port: Int) -> ComponentPort {
        ComponentPort(
            name: PortName.of(id, port: port), port: port, protocol: `protocol`, appProtocol: appProtocol,
            hasTargetPort: hasTargetPort)
    }

    /// The port of the configured address, else the default.
    func port(_ reader: FieldReader) throws(FieldError) -> Int? { try Self.listeningPort(reader) ?? defaultPort }

    /// The port of the configured address. An `endpoint` hides a `listen_address`, even without a port.
    static func listeningPort(_ reader: FieldReader) throws(FieldError) -> Int? {
        let endpoint = try reader.filledText("endpoint")
        let listenAddress = try reader.filledText("listen_address")
        return (endpoint ?? listenAddress).flatMap(EndpointAddress.port(in:))
    }

    /// The members with a complete `endpoint`, and without those that are `null`.
    static func defaulted(_ reader: FieldReader, port: Int) throws(FieldError) -> JSONObject {
        let endpoint = try reader.filledText("endpoint")
        _ = try reader.filledText("listen_address")
        var config = try reader.withoutNulls()
        config["endpoint"] = .string(endpoint.map(EndpointAddress.completed) ?? "\(EndpointAddress.anyAddress):\(port)")
        return config
    }

    private func missingPort(_ component: Component, _ config: JSONValue) -> FieldError {
        let endpoint = config["endpoint"] ?? config["listen_address"] ?? .null
        return FieldError(path: "\(component.path).listen_address", value: endpoint, expected: "an address with a port")
    }
}

extension FieldReader {
    /// A string, `nil` when absent or empty.
    func filledText(_ key: String) throws(FieldError) -> String? {
        guard let text = try string(key), !text.isEmpty else { return nil }
        return text
    }

    /// The object without members that are `null`, and its `tls` without them too.
    ///
    /// The reference loses these when it merges defaults into the configuration, and its hash names the ConfigMap.
    func withoutNulls() throws(FieldError) -> JSONObject {
        var result = JSONObject(members: object.members.filter { !$0.value.isNull })
        if result["tls"] != nil {
            let tls = try nested("tls")
            for key in ["min_version", "max_version"] { _ = try tls.string(key) }
            result["tls"] = .object(JSONObject(members: tls.object.members.filter { !$0.value.isNull }))
        }
        return result
    }
}
