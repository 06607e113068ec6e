/// An address to listen on, as the collector's configuration has them: `0.0.0.0:4317`, `[::]:4317`, `${env:POD_IP}:4317`,
/// `:4317`, or a host without a port.
struct Endpoint: Equatable {
    /// May be empty, in brackets, or a variable.
    var host: String
    /// What stands after the last colon, whatever it is; `nil` when there is no port.
    var port: String?

    init(_ text: String) {
        // Not the colons of `${env:POD_IP}` and `[::]`.
        var depth = 0
        var colons: [String.Index] = []
        for index in text.indices {
            switch text[index] {
            case "{", "[": depth += 1
            case "}", "]": depth -= 1
            case ":" where depth == 0: colons.append(index)
            default: break
            }
        }
        // More than one: an IPv6 address without brackets.
        guard let colon = colons.first, colons.count == 1 else {
            host = colons.isEmpty ? text : "[\(text)]"
            return
        }
        host = String(text[..<colon])
        let port = text[text.index(after: colon)...]
        if !port.isEmpty { self.port = String(port) }
    }

    /// Whether the port is one, or a variable that may become one.
    var hasUsablePort: Bool { port.map { Int($0).map((1...65535).contains) ?? Self.isVariable($0) } ?? false }

    private static func isVariable(_ text: String) -> Bool { text.hasPrefix("${") && text.hasSuffix("}") }
}
