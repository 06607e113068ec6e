/// Where the API server is: `https://host:port/prefix`.
public struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// `https`, or `http` for a local test server.
    public let scheme: String
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    public let host: String
    public let port: Int
    /// What stands before every path, without a slash at its end; mostly empty.
    public let prefix: String

    /// - Throws: ``KubeError/configuration(_:)`` for anything but an http or https URL without user, query and fragment.
    public init(_ url: String) throws(KubeError) {
        guard let separator = url.range(of: "://") else { throw Self.invalid(url, "it has no scheme") }
        scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw Self.invalid(url, "its scheme is neither https nor http")
        }

        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var path = rest[authority.endIndex...]
        guard !path.contains(where: { $0 == "?" || $0 == "#" }) else { throw Self.invalid(url, "it has a query") }
        // Never repeated in an error: this is where a password would be.
        guard !authority.contains("@") else { throw .configuration("could not use the server's URL: it holds a user") }

        var name = authority
        var portText: Substring?
        if authority.hasPrefix("["), let bracket = authority.lastIndex(of: "]") {
            name = authority[...bracket]
            let after = authority[authority.index(after: bracket)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw Self.invalid(url, "its host is not readable") }
            if !after.isEmpty { portText = after.dropFirst() }
        } else if let colon = authority.lastIndex(of: ":") {
            name = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !name.isEmpty, !name.contains(where: { $0.isWhitespace || $0.isNewline }) else {
            throw Self.invalid(url, "it has no host")
        }
        host = String(name)
        if let portText, !portText.isEmpty {
            guard let port = Int(portText), (1...65535).contains(port) else {
                throw Self.invalid(url, "its port is none")
            }
            self.port = port
        } else {
            port = scheme == "https" ? 443 : 80
        }
        while path.hasSuffix("/") { path.removeLast() }
        prefix = String(path)
    }

    private static func invalid(_ url: String, _ why: String) -> KubeError {
        .configuration("could not use \"\(url)\" as the server's URL: \(why)")
    }

    /// `host:port`.
    public var authority: String { "\(host):\(port)" }

    public var description: String { "\(scheme)://\(authority)\(prefix)" }
}

extension String {
    /// Where `text` stands first.
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
