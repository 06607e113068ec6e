/// What the operator reads from, and adds to, an address such as `0.0.0.0:4317` that a component listens on.
enum EndpointAddress {
    /// The address on which a component is reachable from other pods.
    static let anyAddress = "0.0.0.0"

    /// The port in an address or URL: the first colon that digits follow. `nil` when there is none, or it is 0 or too
    /// large. The colons of an IPv6 address in brackets and of a password do not count.
    ///
    /// Environment variables (`${env:POD_IP}:4317`) may stand for everything but the port.
    static func port(in text: String) -> Int? {
        var rest = text.utf8[...]
        if let scheme = text.range(of: "://") {
            rest = text.utf8[scheme.upperBound...]
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            if let at = authority.lastIndex(of: UInt8(ascii: "@")) { rest = rest[rest.index(after: at)...] }
        }
        if rest.first == UInt8(ascii: "["), let bracket = rest.firstIndex(of: UInt8(ascii: "]")) {
            rest = rest[bracket...]
        }
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[rest.index(after: colon)...]
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if digits.isEmpty { continue }
            guard let port = Int32(String(decoding: digits, as: UTF8.self)), port != 0 else { return nil }
            return Int(port)
        }
        return nil
    }

    /// The address with a host: `:4317` and `4317` listen on all addresses.
    ///
    /// The reference puts `0.0.0.0:` also before a lone host name or variable, which gives an address that cannot work;
    /// those stay as they are.
    static func completed(_ endpoint: String) -> String {
        let parts = endpoint.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last else { return endpoint }
        if parts.count >= 2 { return parts[0].isEmpty ? "\(anyAddress):\(last)" : endpoint }
        return !last.isEmpty && last.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? "\(anyAddress):\(last)" : endpoint
    }

    /// Whether only the pod itself reaches the address.
    static func isLoopback(_ endpoint: String) -> Bool {
        ["localhost", "127.", "[::1]", "::1"].contains { endpoint.hasPrefix($0) }
    }
}

extension String {
    /// The first occurrence of a text, without Foundation.
    func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
