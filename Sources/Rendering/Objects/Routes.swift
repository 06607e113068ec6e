import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// A Route of OpenShift for each port of the receivers.
    ///
    /// Source: OpenShift, route.openshift.io/v1 `Route`.
    func routes() -> [RenderedPart] {
        guard spec.ingress.type == .route else { return [] }
        let type = ResourceType.route
        guard options.availableAPIs.serves(type) else { return [.missing(type)] }
        if ports.entrances.isEmpty { return [.missing(noEntrance(of: "spec.ingress", type))] }
        let names = names.routes(ports.entrances.map(\.name))
        return zip(names, ports.entrances).map { RenderedPart(type, route($0, to: $1)) }
    }

    private func route(_ name: String, to port: CollectorPorts.ServicePort) -> KubeObject {
        var object = object(.route, name, annotations: spec.ingress.annotations)
        // Only these, as those that select pods would make an application's Route of them.
        var metadata = object.metadata
        metadata["labels"] = .strings([
            Labels.name: name, Labels.instance: labels.selector[Labels.instance] ?? "",
            Labels.managedBy: labels.selector[Labels.managedBy] ?? "",
            Labels.component: labels.selector[Labels.component] ?? "",
        ])
        object["metadata"] = metadata
        object["spec"] = .object(compacting: [
            "host": subdomain(of: port).map(JSONValue.string),
            "to": ["kind": .string(ResourceType.service.kind), "name": .string(names.service)],
            "port": ["targetPort": .string(port.name)],
            "tls": spec.ingress.termination == .insecure
                ? nil : ["termination": .string(spec.ingress.termination.rawValue)],
            "wildcardPolicy": "None",
        ])
        return object
    }
}
