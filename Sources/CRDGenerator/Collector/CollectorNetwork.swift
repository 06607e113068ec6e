import Document

/// What `spec` says about ports, Services and ways in from outside.
extension Schema {
    static let networkFields = [
        Field("ipFamilies", .list(.string), "IPv4 and IPv6, in order of preference, of the Services."),
        Field(
            "ipFamilyPolicy", .string.defaulting(to: "SingleStack"),
            "SingleStack, PreferDualStack or RequireDualStack, for the Services."),
        Field("networkPolicy", networkPolicy, "NetworkPolicy that admits traffic to the collector's ports only."),
        Field(
            "ports", .list(.collectorPort).atomicList(),
            "Ports of the Services, beside those that follow from the configuration. A port of the same number wins."),
        Field("sessionAffinity", .string, "ClientIP, to keep a client with one pod, or None (default)."),
        Field("sessionAffinityConfig", .kubernetes("SessionAffinityConfig"), "Settings of sessionAffinity."),
        Field(
            "trafficDistribution", .string, "Which pods a Service prefers, such as PreferClose. Needs Kubernetes 1.30."),
    ]

    static let exposureFields = [
        Field("httpRoute", httpRoute, "HTTPRoute of the Gateway API to the receivers."),
        Field("ingress", ingress, "Ingress, or Route of OpenShift, to the receivers."),
    ]

    private static let networkPolicy = Schema.object([
        Field("enabled", .boolean, "Whether to make it. Default true.")
    ])

    private static let collectorPort = Schema.kubernetes("ServicePort").adding(
        Field("hostPort", .int32.minimum(0).maximum(65535), "Port of the node, with mode daemonset for instance."))

    private static let httpRoute = Schema.object([
        Field(required: "enabled", .boolean, "Whether to make it."),
        Field(required: "gateway", .string, "Gateway that serves it."),
        Field("gatewayNamespace", .string, "Namespace of the Gateway. Default is the collector's own."),
        Field("hostnames", .list(.string), "Host names that it serves."),
    ])

    private static let ingress = Schema.object([
        Field("annotations", .map(.string), "Annotations of the Ingress or Route."),
        Field("hostname", .string, "Host name, or the domain below which every port gets its own."),
        Field("ingressClassName", .string, "IngressClass that serves it."),
        Field("route", route, "Settings of Routes, with type route."),
        Field(
            "ruleType", .string.oneOf("path", "subdomain"),
            "Whether every port has its own path (default) or its own subdomain."),
        Field("tls", .list(.kubernetes("IngressTLS")), "Certificates of the Ingress."),
        Field(
            "type", .string.oneOf("ingress", "route"), "Ingress of Kubernetes or Route of OpenShift. Default is none."),
    ])

    private static let route = Schema.object([
        Field(
            "termination", .string.oneOf("insecure", "edge", "passthrough", "reencrypt"),
            "Where TLS ends. Default edge.")
    ])
}
