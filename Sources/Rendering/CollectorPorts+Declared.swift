import OperatorAPI

/// `spec.ports`, where an API server with the webhooks lets only valid ones in.
extension CollectorPorts {
    /// The declared ports that Kubernetes takes together. What is wrong with one port must not cost the whole Service.
    mutating func usable(_ declared: [CollectorSpec.DeclaredPort]) -> [CollectorSpec.DeclaredPort] {
        var result: [CollectorSpec.DeclaredPort] = []
        var taken = TakenPorts()
        for (index, port) in declared.enumerated() {
            let field = "spec.ports[\(index)]"
            guard (1...65535).contains(port.port) else {
                note(
                    Finding(
                        .warning, .invalidSpec, "\(field).port is \(port.port), expected 1 to 65535: it is left out"))
                continue
            }
            if let other = taken.holder(of: port.place) {
                conflict(Self.twice(other, port.displayName, port.place))
                continue
            }
            guard let name = usableName(of: port, at: field, besides: taken) else { continue }
            var port = port
            port.name = name
            taken.take(port.place, as: port.displayName)
            result.append(port)
        }
        return result
    }

    /// The port's own name if it is valid and free, else its number; `nil` when that is taken too.
    private mutating func usableName(
        of port: CollectorSpec.DeclaredPort, at field: String, besides taken: TakenPorts
    ) -> String? {
        if port.name.isEmpty, !taken.contains(port.displayName) { return "" }
        if PortName.isValid(port.name), !taken.contains(port.name) { return port.name }
        let numbered = PortName.numbered(port.port)
        let problem =
            taken.contains(port.displayName)
            ? "\(field).name is \"\(port.name)\", which another port has"
            : "\(field).name is \"\(port.name.prefix(60))\", expected up to 15 lower-case letters, digits and dashes"
        if taken.contains(numbered) {
            note(Finding(.warning, .invalidSpec, "\(problem): the port is left out"))
            return nil
        }
        note(Finding(.warning, .invalidSpec, "\(problem): it is called \(numbered)"))
        return numbered
    }

    static func twice(_ first: String, _ second: String, _ place: PortPlace) -> String {
        "the ports \(first) and \(second) are both \(place): only the first is used"
    }
}

extension CollectorSpec.DeclaredPort {
    var place: PortPlace { PortPlace(port: port, protocol: `protocol`) }

    /// The name that the Service gives it.
    fileprivate var displayName: String { name.isEmpty ? PortName.numbered(port) : name }
}

extension CollectorPorts.ContainerPort {
    var place: PortPlace { PortPlace(port: port, protocol: `protocol`) }
}

extension CollectorPorts.ServicePort {
    var place: PortPlace { PortPlace(port: port, protocol: `protocol`) }
}
