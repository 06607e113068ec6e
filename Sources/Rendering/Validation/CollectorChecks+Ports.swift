import OperatorAPI

/// The ports: those that the user declares, and those that the components open.
extension CollectorChecks {
    func declaredPorts() throws(CollectorRefusal) {
        for (index, port) in collector.spec.ports.enumerated() {
            guard let fault = PortFault(name: port.name, port: port.port) else { continue }
            throw CollectorRefusal(
                "the OpenTelemetry Spec Ports configuration is incorrect, port name \(fault)",
                at: "spec.ports[\(index)]")
        }
    }

    func componentPorts() throws(CollectorRefusal) {
        for (component, port) in try allComponentPorts() {
            guard let fault = PortFault(name: port.name, port: port.port) else { continue }
            throw CollectorRefusal(
                "the OpenTelemetry config is incorrect. The port name \(fault)", at: component.path)
        }
    }

    private func allComponentPorts() throws(CollectorRefusal) -> [(Component, ComponentPort)] {
        do throws(FieldError) {
            var ports: [(Component, ComponentPort)] = []
            for kind in [Component.Kind.receiver, .exporter, .extension] {
                for component in config.enabled(kind) {
                    for port in try component.parser.ports(of: component) { ports.append((component, port)) }
                }
            }
            return ports
        } catch {
            throw CollectorRefusal(
                "the OpenTelemetry config is incorrect. The port numbers are invalid: \(error)")
        }
    }
}

/// What Kubernetes has against a port, in the words of its own validation.
///
/// Source: Kubernetes `apimachinery/pkg/util/validation`, `IsValidPortName`, `IsValidPortNum`.
private struct PortFault: CustomStringConvertible {
    var name: String
    var port: Int
    var nameFaults: [String]
    var numberFaults: [String]

    /// `nil` when nothing is wrong.
    init?(name: String, port: Int) {
        self.name = name
        self.port = port
        nameFaults = Self.faults(ofName: name)
        numberFaults = (1...65535).contains(port) ? [] : ["must be between 1 and 65535, inclusive"]
        if nameFaults.isEmpty && numberFaults.isEmpty { return nil }
    }

    var description: String {
        "'\(name)' errors: [\(nameFaults.joined(separator: " "))], num '\(port)' errors: "
            + "[\(numberFaults.joined(separator: " "))]"
    }

    private static func faults(ofName name: String) -> [String] {
        let bytes = Array(name.utf8)
        let dash = UInt8(ascii: "-")
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        var faults: [String] = []
        if bytes.count > PortName.limit { faults.append("must be no more than \(PortName.limit) bytes") }
        if bytes.isEmpty || !bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == dash }) {
            faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: isLetter) { faults.append("must contain at least one letter (a-z)") }
        if zip(bytes, bytes.dropFirst()).contains(where: { $0 == dash && $1 == dash }) {
            faults.append("must not contain consecutive hyphens")
        }
        if bytes.first == dash || bytes.last == dash { faults.append("must not begin or end with a hyphen") }
        return faults
    }
}
