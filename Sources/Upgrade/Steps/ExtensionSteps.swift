import Document

enum ExtensionSteps {
    /// 0.24.0: the health check has an endpoint in place of a port.
    static func turnPortIntoEndpoint(_ collector: inout ObjectDraft) {
        collector.components(.extensions, of: ["health_check"]) { check in
            // With both, they are joined by a later step.
            guard check.has("port"), !check.has("endpoint") else { return }
            check.joinPort()
        }
    }

    /// 0.57.2: the port of a health check that had an address beside it is part of the endpoint.
    static func joinPortAndEndpoint(_ collector: inout ObjectDraft) {
        collector.components(.extensions, of: ["health_check"]) { check in
            guard check.members["port"] != nil else { return }
            check.joinPort()
        }
    }
}

extension ObjectDraft {
    /// Joins `port` to `endpoint`.
    fileprivate mutating func joinPort() {
        guard has("port") else {
            self["port"] = nil
            return
        }
        guard let port = members["port"]?.intValue.map(String.init) ?? members["port"]?.stringValue, !port.isEmpty
        else {
            return leave("port", expected: "a port number")
        }
        if has("endpoint"), members["endpoint"]?.stringValue == nil {
            return leave("endpoint", expected: "a string")
        }
        let endpoint = Endpoint(members["endpoint"]?.stringValue ?? "")
        self["port"] = nil
        if endpoint.port != nil { return warn("removed port, as endpoint has one") }
        self["endpoint"] = .string("\(endpoint.host.isEmpty ? "0.0.0.0" : endpoint.host):\(port)")
        say("port is now part of endpoint")
    }
}
