import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// A route of the Gateway API for each port that takes HTTP/1.1; gRPC would need a GRPCRoute.
    ///
    /// Source: Gateway API, gateway.networking.k8s.io/v1 `HTTPRoute`.
    func httpRoutes() -> [RenderedPart] {
        guard spec.httpRoute.isEnabled else { return [] }
        let type = ResourceType.httpRoute
        guard !spec.httpRoute.gateway.isEmpty else {
            return [
                .missing(
                    Finding(
                        .warning, .invalidSpec,
                        "spec.httpRoute.gateway is empty, expected the name of a Gateway: there is no HTTPRoute",
                        type: type))
            ]
        }
        guard options.availableAPIs.serves(type) else { return [.missing(type)] }
        let ports = ports.entrances.filter { !["grpc", "h2c"].contains($0.appProtocol) }
        if ports.isEmpty {
            return [
                .missing(
                    Finding(
                        .warning, .invalidSpec,
                        "spec.httpRoute: no receiver takes HTTP on a TCP port, so there is no HTTPRoute", type: type))
            ]
        }
        return ports.map { RenderedPart(type, httpRoute(to: $0)) }
    }

    private func httpRoute(to port: CollectorPorts.ServicePort) -> KubeObject {
        let settings = spec.httpRoute
        var object = object(.httpRoute, names.httpRoute(port.name), annotations: [:])
        object["spec"] = .object(compacting: [
            "parentRefs": [
                [
                    "group": .string(ResourceType.httpRoute.group), "kind": "Gateway",
                    "name": .string(settings.gateway),
                    "namespace": .string(
                        settings.gatewayNamespace.isEmpty ? collector.namespace : settings.gatewayNamespace),
                ]
            ],
            "hostnames": settings.hostnames.isEmpty ? nil : .strings(settings.hostnames),
            "rules": [
                [
                    "matches": [["path": ["type": "PathPrefix", "value": .string("/\(port.name)")]]],
                    "filters": [
                        [
                            "type": "URLRewrite",
                            "urlRewrite": ["path": ["type": "ReplacePrefixMatch", "replacePrefixMatch": "/"]],
                        ]
                    ],
                    "backendRefs": [["name": .string(names.service), "port": .int(port.port)]],
                ]
            ],
        ])
        return object
    }
}
