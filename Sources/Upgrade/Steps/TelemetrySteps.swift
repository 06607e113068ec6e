import Document

enum TelemetrySteps {
    private static let anyAddress = "0.0.0.0"
    private static let defaultPort = 8888

    /// 0.111.0: the collector's own metrics would be served on localhost only, unless they have an address.
    static func nameMetricsAddress(_ collector: inout ObjectDraft) {
        collector.edit(path: "spec", "config") { config in
            config.editOrCreate("service") { service in
                service.editOrCreate("telemetry") { telemetry in
                    telemetry.editOrCreate("metrics") { metrics in
                        guard !hasReaders(metrics), !hasAddress(metrics) else { return }
                        metrics["address"] = .string("\(anyAddress):\(defaultPort)")
                        metrics.say("address is \(anyAddress):\(defaultPort), as it was without one")
                    }
                }
            }
        }
    }

    /// 0.122.0: the address is a reader. All other telemetry settings stay as they are.
    static func turnAddressIntoReader(_ collector: inout ObjectDraft) {
        collector.edit(path: "spec", "config", "service", "telemetry", "metrics") { metrics in
            guard metrics.members["address"] != nil else { return }
            guard metrics.has("address"), hasAddress(metrics) else {
                metrics["address"] = nil
                return
            }
            guard let address = metrics.members["address"]?.stringValue else {
                return metrics.leave("address", expected: "a string")
            }
            if metrics.has("readers"), metrics.members["readers"]?.arrayValue == nil {
                return metrics.leave("readers", expected: "a list")
            }
            let endpoint = Endpoint(address)
            guard endpoint.port == nil || endpoint.hasUsablePort else {
                // A newer collector does not start with it, so the image that knows it stays.
                return metrics.stop(
                    "address \"\(address.prefix(100))\" has a port that is neither a number nor a variable, and newer "
                        + "collectors take no address: write it as host:port, or as a reader")
            }
            metrics["address"] = nil
            let exporter = prometheus(at: endpoint)
            let readers = metrics.members["readers"]?.arrayValue ?? []
            guard !readers.contains(where: { serves($0, exporter) }) else {
                return metrics.say("removed address, as there is a reader for it")
            }
            metrics["readers"] = .array(readers + [["pull": ["exporter": ["prometheus": exporter]]]])
            metrics.say("address is now a Prometheus reader")
        }
    }

    private static func hasReaders(_ metrics: ObjectDraft) -> Bool {
        // Whatever else it is, the user has said something about them.
        metrics.has("readers") && metrics.members["readers"] != []
    }

    private static func hasAddress(_ metrics: ObjectDraft) -> Bool {
        metrics.has("address") && metrics.members["address"] != ""
    }

    /// Whether the reader has that host and port, whatever else it has.
    private static func serves(_ reader: JSONValue, _ exporter: JSONValue) -> Bool {
        guard let other = reader[path: "pull", "exporter", "prometheus"] else { return false }
        return other["host"] == exporter["host"] && other["port"] == exporter["port"]
    }

    /// With the default port when there is none. The collector puts a number in place of a variable that is the whole value.
    private static func prometheus(at endpoint: Endpoint) -> JSONValue {
        let port = endpoint.port.map { Int($0).map(JSONValue.int) ?? .string($0) }
        return [
            "host": .string(endpoint.host.isEmpty ? anyAddress : endpoint.host), "port": port ?? .int(defaultPort),
        ]
    }
}
