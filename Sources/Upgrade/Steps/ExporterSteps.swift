enum ExporterSteps {
    /// 0.9.0: the OpenCensus exporter reconnects by itself.
    static func dropReconnectionDelay(_ collector: inout ObjectDraft) {
        collector.components(.exporters, of: ["opencensus"]) { exporter in
            guard exporter.take("reconnection_delay") != nil else { return }
            exporter.say("removed reconnection_delay, which the exporter no longer has")
        }
    }

    /// 0.36.0: settings of TLS stand together.
    static func gatherTLS(_ collector: inout ObjectDraft) {
        collector.components(.exporters, of: ["otlp", "otlphttp"]) { $0.gather(tlsSettings, into: "tls") }
    }

    private static let tlsSettings = [
        "ca_file", "cert_file", "key_file", "min_version", "max_version", "insecure", "insecure_skip_verify",
        "server_name_override",
    ].map { ($0, $0) }
}
