/// Where a listener listens, written as Go does: `:8443`, `127.0.0.1:8081`, `[::1]:9443`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Empty for all addresses, IPv6 and IPv4.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int

    public init(host: String = "", port: Int) {
        self.host = host
        self.port = port
    }

    /// `nil` when the text has no port from 0 to 65535 or an IPv6 address without its brackets.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.init(host: String(host), port: Int(port))
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
