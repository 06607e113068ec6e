import Document

/// Where the collector shows its own metrics.
struct MetricsEndpoint: Sendable, Equatable {
    static let defaultPort = 8888

    var host = EndpointAddress.anyAddress
    var port = defaultPort
    /// Whether a Prometheus reader serves there at all.
    var isServed = true
    /// Why the port is a guess: only the running collector knows it, or it is none.
    var problem: String?

    /// Whether a scraper in another pod gets an answer.
    var isScrapable: Bool { isServed && problem == nil && !EndpointAddress.isLoopback(host) }

    /// - Parameter telemetry: `service.telemetry` of the collector's configuration.
    init(telemetry: JSONObject?) {
        let metrics = telemetry?["metrics"]
        isServed = metrics?["level"]?.stringValue != "none"
        if let readers = metrics?["readers"]?.arrayValue, !readers.isEmpty {
            read(readers)
        } else if let address = metrics?["address"]?.stringValue, !address.isEmpty {
            read(address)
        }
    }

    private mutating func read(_ readers: [JSONValue]) {
        guard let exporter = readers.lazy.compactMap({ $0[path: "pull", "exporter", "prometheus"] }).first else {
            isServed = false
            return
        }
        if let host = exporter["host"]?.stringValue, !host.isEmpty { self.host = host }
        switch exporter["port"] {
        case nil, .null?: break
        case let value?:
            if let port = value.intValue, (0...65535).contains(port) {
                self.port = port == 0 ? Self.defaultPort : port
            } else {
                problem =
                    "the port of the Prometheus reader is \(value.serializedString()), not a number from 1 to 65535"
            }
        }
    }

    /// `host:port`; everything else is a host.
    private mutating func read(_ address: String) {
        host = address
        if Self.endsInVariable(address) {
            problem = "the port in \(address) is an environment variable of the collector"
            return
        }
        guard let colon = address.lastIndex(of: ":") else { return }
        let last = address[address.index(after: colon)...]
        guard !last.isEmpty, last.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return
        }
        host = String(address[..<colon])
        guard let port = Int(last), (1...65535).contains(port) else {
            problem = "the port in \(address) is not a number from 1 to 65535"
            return
        }
        self.port = port
    }

    /// Whether a variable stands where the port should: `0.0.0.0:${env:PORT}`, but not `${env:POD_IP}`.
    private static func endsInVariable(_ address: String) -> Bool {
        guard address.hasSuffix("}"), let dollar = address.lastIndex(of: "$"), dollar > address.startIndex else {
            return false
        }
        return address[address.index(before: dollar)] == ":" && address[dollar...].hasPrefix("${")
    }
}
