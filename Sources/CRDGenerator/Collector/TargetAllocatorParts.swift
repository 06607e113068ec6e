import Document

/// The two larger parts of `spec.targetAllocator`: which Prometheus resources it reads, and its certificates.
extension Schema {
    static let prometheusResources = Schema.object(
        [
            Field("allowNamespaces", .list(.string), "Namespaces to look into. Default is all."),
            Field(
                "denyFSAccessThroughSMs", .boolean,
                "Refuse monitors that name files of the container, such as a token file."),
            Field("denyNamespaces", .list(.string), "Namespaces to leave out."),
            Field("enabled", .boolean, "Whether to read these resources."),
            Field(
                "evaluationInterval", .duration.defaulting(to: "30s"), "Interval of rules, such as 30s."),
            Field(
                "scrapeClasses", .list(.object([])).atomicList().preservingUnknownFields(),
                "Scrape classes as in the Prometheus resource."),
            Field(
                "scrapeInterval", .duration.defaulting(to: "30s"),
                "Interval of monitors that name none, such as 30s."),
            Field("scrapeProtocols", .list(.string), "Protocols to offer when scraping, best first."),
            Field(
                "secretNamespaces", .list(.string), "Namespaces whose Secrets monitors may name. Default is its own."),
        ] + selectors("podMonitor", "PodMonitors") + selectors("probe", "Probes")
            + selectors("scrapeConfig", "ScrapeConfigs") + selectors("serviceMonitor", "ServiceMonitors"))

    private static func selectors(_ name: String, _ kind: String) -> [Field] {
        let selector = Schema.kubernetes("LabelSelector")
        return [
            Field(
                "\(name)NamespaceSelector", selector.defaulting(to: [:]),
                "Namespaces of the \(kind), by label. Default is all."),
            Field(
                "\(name)Selector", selector,
                "Labels of the \(kind) to take. Empty takes all; leaving it out takes none."),
        ]
    }

    static let mutualTLS = Schema.object([
        Field("enabled", .boolean, "Whether to use it."),
        Field("tls", certificates, "Certificates of your own, when cert-manager is not used."),
        Field("useCertManager", .boolean.defaulting(to: true), "Let cert-manager make the certificates."),
    ])

    private static let certificates = Schema.object([
        Field("certificateAuthorityCertificate", authority, "CA that signed both certificates."),
        Field("clientCertificate", keyPair, "Certificate of the collectors."),
        Field("serverCertificate", keyPair, "Certificate of the target allocator."),
    ])

    private static let authority = Schema.object([
        Field(
            "configMap", reference("ConfigMap", key: .string.defaulting(to: "ca.crt")),
            "ConfigMap that holds it. Give this or secret."),
        Field("secret", reference("Secret", key: .string), "Secret that holds it."),
    ])

    private static let keyPair = Schema.object([
        Field(required: "certificateSecret", reference("Secret", key: .string), "Secret with the certificate."),
        Field(required: "keySecret", reference("Secret", key: .string), "Secret with the private key."),
    ])

    private static func reference(_ kind: String, key: Schema) -> Schema {
        .object([
            Field("key", key, "Key in the \(kind). Default is the usual one for its content."),
            Field(required: "name", .string.length(1...), "Name of the \(kind)."),
        ])
    }
}
