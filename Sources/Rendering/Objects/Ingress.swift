import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// One Ingress that leads to the receivers, by path or by subdomain.
    ///
    /// Source: networking.k8s.io/v1 `Ingress`.
    func ingress() -> RenderedPart {
        guard spec.ingress.type == .ingress else { return .nothing }
        let type = ResourceType.ingress
        guard options.availableAPIs.serves(type) else { return .missing(type) }
        if ports.entrances.isEmpty { return .missing(noEntrance(of: "spec.ingress", type)) }
        var object = object(type, names.ingress, annotations: spec.ingress.annotations)
        object["spec"] = .object(compacting: [
            "ingressClassName": spec.ingress.className.map(JSONValue.string),
            "rules": .array(spec.ingress.rule == .path ? [pathRule] : subdomainRules),
            "tls": .unlessEmpty(spec.ingress.tls),
        ])
        return RenderedPart(type, object)
    }

    private var pathRule: JSONValue {
        .object(compacting: [
            "host": spec.ingress.takesEveryHost ? nil : .string(spec.ingress.hostname),
            "http": ["paths": .array(ports.entrances.map { path("/\($0.name)", to: $0) })],
        ])
    }

    private var subdomainRules: [JSONValue] {
        ports.entrances.map { port in
            ["host": .string(subdomain(of: port) ?? port.name), "http": ["paths": [path("/", to: port)]]]
        }
    }

    private func path(_ path: String, to port: CollectorPorts.ServicePort) -> JSONValue {
        [
            "path": .string(path), "pathType": "Prefix",
            "backend": ["service": ["name": .string(names.service), "port": ["name": .string(port.name)]]],
        ]
    }

    /// The port's own host; `nil` when no host is named.
    func subdomain(of port: CollectorPorts.ServicePort) -> String? {
        spec.ingress.takesEveryHost ? nil : "\(port.name).\(spec.ingress.hostname)"
    }

    /// What is said when there is nothing that an entrance could lead to.
    func noEntrance(of field: String, _ type: ResourceType) -> Finding {
        Finding(
            .warning, .invalidSpec, "\(field): no receiver listens on a TCP port, so there is no \(type.kind)",
            type: type)
    }
}
