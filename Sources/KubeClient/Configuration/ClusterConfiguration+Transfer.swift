extension ClusterConfiguration {
    /// A request as it goes over the wire to this cluster. Pure.
    func transfer(
        _ request: Request, _ authentication: Authentication, timeout: Duration?, userAgent: String, bodyLimit: Int
    ) -> TransferRequest {
        var headers = request.headers
        headers.append(Request.Header("User-Agent", userAgent))
        if let authorization = authentication.authorization {
            headers.append(Request.Header("Authorization", authorization))
        }
        if let impersonation { headers += impersonation.headers }

        var url = server.description
        var connectTo: String?
        if let serverName {
            // libcurl takes the name to verify from the URL, so the URL gets that name and the connection the address.
            // The server still hears the name that it has in the configuration.
            url = "\(server.scheme)://\(serverName):\(server.port)\(server.prefix)"
            connectTo = "\(serverName):\(server.port):\(server.host):\(server.port)"
            headers.append(Request.Header("Host", server.authority))
        }
        var security = security
        if let identity = authentication.identity { security.identity = identity }
        return TransferRequest(
            method: request.method.rawValue, url: url + request.target, connectTo: connectTo,
            server: "\(server.scheme)://\(server.authority)\(proxy.address.map { " (proxy \($0))" } ?? "")",
            headers: headers.compactMap(\.line), body: request.body,
            timeout: timeout, bodyLimit: bodyLimit, security: security, proxy: proxy)
    }
}

extension Request.Header {
    /// `Name: value`; `nil` when the value would break out of its line.
    var line: String? {
        if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) { return nil }
        // libcurl takes "Name:" as the wish to leave the header out; "Name;" is one without a value.
        return value.isEmpty ? "\(name);" : "\(name): \(value)"
    }
}
