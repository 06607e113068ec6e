import OperatorAPI

/// The receiver that scrapes; it listens only when its own API server is switched on.
struct PrometheusReceiver: ComponentParser {
    func ports(of component: Component) throws(FieldError) -> [ComponentPort] {
        let server = try component.reader().nested("api_server")
        guard try server.bool("enabled") == true,
            let endpoint = try server.nested("server_config").filledText("endpoint"),
            let port = EndpointAddress.port(in: endpoint)
        else { return [] }
        return [ComponentPort(name: PortName.of(component.id, port: port), port: port)]
    }
}
