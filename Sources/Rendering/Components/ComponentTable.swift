import OperatorAPI

/// The component types that the operator knows. Other receivers get a port when their configuration names one; other
/// exporters and extensions get none.
///
/// Source: the parsers of opentelemetry-operator v0.158; the components' own README files.
enum ComponentTable {
    static let receivers: [String: any ComponentParser] = merged([
        [
            "otlp": MultiProtocol(servers: [
                .init(name: "grpc", port: 4317, appProtocol: "grpc"),
                .init(name: "http", port: 4318, appProtocol: "http"),
            ]),
            "skywalking": MultiProtocol(servers: [
                .init(name: "grpc", port: 11800, appProtocol: "grpc"),
                .init(name: "http", port: 12800, appProtocol: "http"),
            ]),
            "jaeger": MultiProtocol(servers: [
                .init(name: "grpc", port: 14250, appProtocol: "grpc"),
                .init(name: "thrift_http", port: 14268, appProtocol: "http"),
                .init(name: "thrift_compact", port: 6831, protocol: "UDP"),
                .init(name: "thrift_binary", port: 6832, protocol: "UDP"),
            ]),
            "loki": MultiProtocol(servers: [
                .init(name: "grpc", port: 9095, appProtocol: "grpc"),
                .init(name: "http", port: 3100, appProtocol: "http"),
            ]),
            "awsxray": SingleEndpoint(defaultPort: 2000, protocol: "UDP"),
            "carbon": SingleEndpoint(defaultPort: 2003),
            "collectd": SingleEndpoint(defaultPort: 8081),
            "influxdb": SingleEndpoint(defaultPort: 8086),
            "sapm": SingleEndpoint(defaultPort: 7276),
            "signalfx": SingleEndpoint(defaultPort: 9943),
            "splunk_hec": SingleEndpoint(defaultPort: 8088),
            "statsd": SingleEndpoint(defaultPort: 8125, protocol: "UDP"),
            "wavefront": SingleEndpoint(defaultPort: 2003),
            "zipkin": SingleEndpoint(defaultPort: 9411, appProtocol: "http"),
            "prometheus": PrometheusReceiver(),
        ],
        named("fluent_forward", "fluentforward", SingleEndpoint(defaultPort: 8006)),
        named("tcp_log", "tcplog", SingleEndpoint(hasTargetPort: false, addsAddress: false, needsPort: true)),
        named(
            "udp_log", "udplog",
            SingleEndpoint(protocol: "UDP", hasTargetPort: false, addsAddress: false, needsPort: true)),
        named(
            "kubelet_stats", "kubeletstats",
            WithoutPorts(environment: [EnvironmentVariable("K8S_NODE_NAME", field: "spec.nodeName")])),
        Dictionary(uniqueKeysWithValues: withoutPorts.map { ($0, WithoutPorts()) }),
    ])

    /// For every receiver that is not in the table.
    static let otherReceiver = SingleEndpoint(hasTargetPort: false, addsAddress: false)

    static let exporters: [String: any ComponentParser] = [
        "prometheus": SingleEndpoint(defaultPort: 8888, hasTargetPort: false)
    ]

    static let extensions: [String: any ComponentParser] = [
        HealthCheck.type: HealthCheck(),
        "jaeger_query": JaegerQuery(),
    ]

    /// Receivers whose `endpoint`, if any, is not theirs but that of what they scrape.
    private static let withoutPorts = [
        "k8s_events", "k8s_cluster", "k8s_objects", "k8sobjects", "ssh_check", "sshcheck", "cloud_foundry",
        "cloudfoundry", "vcenter", "oracledb", "snmp", "googlecloudpubsub", "chrony", "jmx", "podman_stats", "pulsar",
        "docker_stats", "aerospike", "zookeeper", "prometheus_simple", "saphana", "riak", "redis", "rabbitmq", "purefb",
        "postgresql", "nsxt", "nginx", "mysql", "memcached", "http_check", "httpcheck", "haproxy", "flink_metrics",
        "flinkmetrics", "couchdb", "filelog",
    ]

    /// One parser under its name and its older name.
    private static func named(_ name: String, _ alias: String, _ parser: any ComponentParser) -> [String:
        any ComponentParser]
    {
        [name: parser, alias: parser]
    }

    private static func merged(_ tables: [[String: any ComponentParser]]) -> [String: any ComponentParser] {
        tables.reduce(into: [:]) { result, table in result.merge(table) { first, _ in first } }
    }
}
