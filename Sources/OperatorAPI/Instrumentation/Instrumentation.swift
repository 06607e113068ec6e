public import Document
public import KubeModel

/// How the pods of a namespace are instrumented: `opentelemetry.io/v1alpha1`, kind Instrumentation.
///
/// Nothing reconciles this kind; the pod webhook reads it when a pod is created. Parts that are core/v1 types stay JSON
/// and pass through. Fields that are not known are ignored.
///
/// It never changes, and every pod's webhook hands it on many times; so it is a reference.
public final class Instrumentation: Sendable {
    public let key: ObjectKey
    public let spec: InstrumentationSpec
    let digests: SpecDigests

    /// - Throws: for a field of another type than the schema has.
    public init(_ json: JSONValue) throws(FieldError) {
        key = KubeObject(json).key
        spec = try InstrumentationSpec(try FieldReader(json["spec"], at: "spec"))
        digests = SpecDigests(json["spec"])
    }
}

extension Instrumentation: Equatable {
    public static func == (left: Instrumentation, right: Instrumentation) -> Bool {
        left === right || left.key == right.key && left.spec == right.spec && left.digests == right.digests
    }
}

/// What all languages share, and one section a language. Every field is optional.
public struct InstrumentationSpec: Equatable, Sendable {
    public var exporter = Exporter()
    public var resource = Resource()
    /// Values of `OTEL_PROPAGATORS`.
    public var propagators: [String] = []
    public var sampler = Sampler()
    /// Whether `app.kubernetes.io/…` labels name the service and its version.
    public var usesLabelsForResourceAttributes = false
    /// For every language; a language's own environment wins.
    public var environment: [EnvironmentVariable] = []
    /// For most injected containers; the API server's default when empty.
    public var imagePullPolicy = ""
    /// core/v1 SecurityContext for injected init containers; `nil` takes over the one of the instrumented container.
    public var initContainerSecurityContext: JSONValue?

    public var java = AgentSection()
    public var nodejs = AgentSection()
    public var python = AgentSection()
    public var dotnet = AgentSection()
    public var go = AgentSection()
    public var apacheHttpd = AgentSection()
    public var nginx = AgentSection()
    /// More init containers that bring extensions of the Java agent.
    public var javaExtensions: [JavaExtension] = []
    /// core/v1 SecurityContext that replaces the default of the Go agent.
    public var goSecurityContext: JSONValue?
    public var apacheHttpdServer = WebServer()
    public var nginxServer = WebServer()

    public init() {}

    /// Where telemetry goes.
    public struct Exporter: Equatable, Sendable {
        public var endpoint = ""
        /// Not `nil` switches the handling of certificates on, even when empty.
        public var tls: TLS?

        public init(endpoint: String = "", tls: TLS? = nil) {
            self.endpoint = endpoint
            self.tls = tls
        }
    }

    /// Certificates for the exporter, from objects in the pod's namespace. Files are keys in them, or absolute paths.
    public struct TLS: Equatable, Sendable {
        public var secretName = ""
        public var configMapName = ""
        public var caFile = ""
        public var certificateFile = ""
        public var keyFile = ""

        public init() {}
    }

    public struct Resource: Equatable, Sendable {
        /// Attributes that everything else overrides.
        public var attributes: [String: String] = [:]
        /// Whether the UIDs of the pod and its owners are added.
        public var addsKubernetesUIDs = false

        public init() {}
    }

    /// Values of `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`; none when empty.
    public struct Sampler: Equatable, Sendable {
        public var type = ""
        public var argument = ""

        public init(type: String = "", argument: String = "") {
            self.type = type
            self.argument = argument
        }
    }
}

/// What every language's section has.
public struct AgentSection: Equatable, Sendable {
    public var image = ""
    /// core/v1 PersistentVolumeClaimTemplate; see ``claimTemplate``.
    public var volumeClaimTemplate: JSONValue?
    /// Quantity, deprecated in favour of the template.
    public var volumeLimitSize: JSONValue?
    public var environment: [EnvironmentVariable] = []
    /// core/v1 ResourceRequirements of the injected containers. In JSON `resources` for Java, `resourceRequirements` for the others.
    public var resources: JSONValue?

    public init() {}

    /// The template, when it says anything: stored objects carry one made of empty objects, which counts as none.
    public var claimTemplate: JSONValue? {
        guard let template = volumeClaimTemplate, !Self.isHollow(template) else { return nil }
        return template
    }

    /// Whether a value is made of empty objects alone. An empty list, map or text below says something was meant.
    private static func isHollow(_ template: JSONValue) -> Bool {
        func isEmpty(_ value: JSONValue?, besides allowed: [String]) -> Bool {
            switch value {
            case nil, .null?: true
            case .object(let object)?: object.members.allSatisfy { allowed.contains($0.key) || $0.value.isNull }
            default: false
            }
        }
        return isEmpty(template, besides: ["metadata", "spec"]) && isEmpty(template["metadata"], besides: [])
            && isEmpty(template["spec"], besides: ["resources"]) && isEmpty(template["spec"]?["resources"], besides: [])
    }
}

public struct JavaExtension: Equatable, Sendable {
    public var image: String
    /// The folder in the image with the extensions.
    public var directory: String

    public init(image: String, directory: String) {
        self.image = image
        self.directory = directory
    }
}

/// What the sections of Apache HTTPD and nginx have besides.
public struct WebServer: Equatable, Sendable {
    /// Apache HTTPD: `2.2` selects its module, all else is 2.4.
    public var version = ""
    /// Apache HTTPD: the configuration folder; nginx: the configuration file.
    public var configuration = ""
    /// Directives of the agent: name and argument.
    public var attributes: [EnvironmentVariable] = []

    /// Where the official images have it.
    public static let apacheConfiguration = "/usr/local/apache2/conf"
    public static let nginxConfiguration = "/etc/nginx/nginx.conf"

    public init() {}
}

extension InstrumentationSpec {
    /// The language's section; `nil` for the SDK.
    public subscript(language: Language) -> AgentSection? {
        switch language {
        case .java: java
        case .nodejs: nodejs
        case .python: python
        case .dotnet: dotnet
        case .go: go
        case .apacheHttpd: apacheHttpd
        case .nginx: nginx
        case .sdk: nil
        }
    }
}
