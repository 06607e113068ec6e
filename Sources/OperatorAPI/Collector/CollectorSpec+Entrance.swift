public import Document

/// How receivers are reached from outside the cluster.
extension CollectorSpec {
    public enum IngressType: String, Sendable, CaseIterable {
        /// A networking.k8s.io Ingress.
        case ingress
        /// A Route of OpenShift for each port.
        case route
    }

    /// Which part of a URL tells the receivers apart.
    public enum IngressRule: String, Sendable, CaseIterable {
        /// `host/otlp-http`.
        case path
        /// `otlp-http.host`.
        case subdomain
    }

    /// Where a Route's TLS ends.
    public enum RouteTermination: String, Sendable, CaseIterable {
        case insecure, edge, passthrough, reencrypt
    }

    /// `spec.ingress`.
    public struct IngressSettings: Sendable, Equatable {
        /// `nil` for neither an Ingress nor Routes.
        public var type: IngressType?
        /// `spec.ingress.ruleType`; for an Ingress only: a Route has a host of its own for each port.
        public var rule = IngressRule.path
        /// Empty, or `*`, for every host.
        public var hostname = ""
        /// Of the Ingress or the Routes; those of the resource do not reach them.
        public var annotations: [String: String] = [:]
        /// networking.k8s.io/v1 IngressTLS.
        public var tls: [JSONValue] = []
        /// `spec.ingress.ingressClassName`; `nil` for the cluster's default class.
        public var className: String?
        /// `spec.ingress.route.termination`; for Routes only.
        public var termination = RouteTermination.edge

        public init() {}

        /// Whether no host is named.
        public var takesEveryHost: Bool { hostname.isEmpty || hostname == "*" }
    }

    /// `spec.httpRoute`.
    public struct HTTPRouteSettings: Sendable, Equatable {
        /// `spec.httpRoute.enabled`: whether routes are wanted. Without it the other members say nothing.
        public var isEnabled = false
        /// The Gateway that the routes are attached to.
        public var gateway = ""
        /// Empty for the collector's own.
        public var gatewayNamespace = ""
        /// Empty for those of the Gateway.
        public var hostnames: [String] = []

        public init() {}
    }
}

extension CollectorSpec.IngressSettings {
    /// - Parameter reader: of `spec.ingress`.
    init(_ reader: FieldReader) throws(FieldError) {
        type = try reader.choice("type")
        rule = try reader.choice("ruleType") ?? rule
        hostname = try reader.string("hostname") ?? ""
        annotations = try reader.dictionary("annotations")
        tls = try reader.list("tls")
        className = try reader.filledString("ingressClassName")
        termination = try reader.nested("route").choice("termination") ?? termination
    }
}

extension CollectorSpec.HTTPRouteSettings {
    /// - Parameter reader: of `spec.httpRoute`.
    init(_ reader: FieldReader) throws(FieldError) {
        isEnabled = try reader.bool("enabled") ?? false
        gateway = try reader.string("gateway") ?? ""
        gatewayNamespace = try reader.string("gatewayNamespace") ?? ""
        hostnames = try reader.strings("hostnames")
    }
}
