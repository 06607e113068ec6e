/// A port on which a component of the collector listens.
struct ComponentPort: Sendable, Equatable {
    var name: String
    var port: Int
    var `protocol` = "TCP"
    var appProtocol: String?
    /// Whether the Service writes out that it forwards to the port itself.
    var hasTargetPort = false

    var place: PortPlace { PortPlace(port: port, protocol: `protocol`) }
}

/// What a port is, whatever its name: no two of one object may be the same.
struct PortPlace: Sendable, Hashable, CustomStringConvertible {
    var port: Int
    var `protocol`: String

    var description: String { "\(port)/\(`protocol`)" }
}

/// Names of ports that Kubernetes accepts.
enum PortName {
    static let limit = 15

    /// The name of a component's port: its id with dashes, or `port-<number>` when that is too long or no valid name.
    static func of(_ id: String, port: Int) -> String {
        guard id.utf8.count <= limit else { return numbered(port) }
        let name = String(id.map { $0 == "/" || $0 == "_" ? "-" : $0 })
        return isValid(name) ? name : numbered(port)
    }

    static func numbered(_ port: Int) -> String { "port-\(port)" }

    /// Source: RFC 6335 §5.1, Kubernetes `IsValidPortName`.
    static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= limit else { return false }
        let dash = UInt8(ascii: "-")
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return first != dash && last != dash && bytes.contains(where: isLetter)
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == dash }
            && !zip(bytes, bytes.dropFirst()).contains { $0 == dash && $1 == dash }
    }
}
