import Document
import KubeModel
import OperatorAPI

/// Apache HTTPD with the OpenTelemetry module.
///
/// Source: OpenTelemetry C++ contrib, "OpenTelemetry Web Server Module".
struct ApacheModule: WebServerModule {
    private let settings: WebServer
    let configurationFolder: String

    let language = Language.apacheHttpd
    let configurationVolume = "otel-apache-conf-dir"
    let agentVolume = "otel-apache-agent"
    let attachContainer = "otel-agent-attach-apache"
    let directivesVariable = "OTEL_APACHE_AGENT_CONF"
    let instanceVariable = "APACHE_SERVICE_INSTANCE_ID"
    let followsLastContainer = true

    init(_ settings: WebServer) {
        self.settings = settings
        let folder = settings.configuration.isEmpty ? WebServer.apacheConfiguration : settings.configuration
        configurationFolder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    func refusal() -> SkipReason? {
        guard WebServerPath.isUnusable(configurationFolder) else { return nil }
        return .instrumentationInvalid(
            FieldError(
                path: "spec.apacheHttpd.configPath", value: .string(settings.configuration),
                expected: "a folder below the root that is not the agent's, without ':'"))
    }

    var cloneCommand: (command: [String], arguments: [String]?) {
        (["cp", "-r", "\(configurationFolder)/.", WebServerPath.configuration], nil)
    }

    var attachArguments: [String] { [attachScript, "--", configurationFolder] }

    func configurationVolumeSource(_ section: AgentSection) -> JSONValue {
        section.scratchVolume(named: configurationVolume)
    }

    func agentVolumeSource(_ section: AgentSection) -> JSONValue { section.agentVolume(named: agentVolume) }

    func prepare(_ environment: inout EnvironmentDraft) -> [String] { [] }

    func directives(_ facts: ServerFacts) -> String {
        let libraries = "\(WebServerPath.agent)/sdk_lib/lib"
        // Each needs those before it.
        let loaded = [
            "libopentelemetry_common.so", "libopentelemetry_resources.so", "libopentelemetry_trace.so",
            "libopentelemetry_otlp_recordable.so", "libopentelemetry_exporter_ostream_span.so",
            "libopentelemetry_exporter_otlp_grpc.so", "libopentelemetry_webserver_sdk.so",
        ]
        let module = settings.version == "2.2" ? "libmod_apache_otel22.so" : "libmod_apache_otel.so"
        var lines = ["", "# OpenTelemetry: the libraries of the agent"]
        lines += loaded.map { "LoadFile \(libraries)/\($0)" }
        lines.append("# The module")
        lines.append("LoadModule otel_apache_module \(WebServerPath.agent)/WebServerModule/Apache/\(module)")
        lines.append("# Its directives")
        let directives = settings.directives([
            "ApacheModuleEnabled": "ON",
            "ApacheModuleOtelExporterEndpoint": facts.endpoint,
            "ApacheModuleOtelSpanExporter": "otlp",
            "ApacheModuleResolveBackends": " ON",
            "ApacheModuleServiceInstanceId": WebServerPath.instancePlaceholder,
            "ApacheModuleServiceName": facts.serviceName,
            "ApacheModuleServiceNamespace": facts.serviceNamespace.isEmpty
                ? language.rawValue : facts.serviceNamespace,
            "ApacheModuleTraceAsError": " ON",
        ])
        lines += directives.map { "\($0.name) \($0.argument)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `$1`: the folder of the configuration in the application.
    private var attachScript: String {
        """
        set -e
        \(bringAgent(to: "opentemetry_agent.conf"))
        printf '\\nInclude %s/opentemetry_agent.conf\\n' "$1" >> "$conf/httpd.conf"

        """
    }
}
