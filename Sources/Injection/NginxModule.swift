import Document
import KubeModel
import OperatorAPI

/// nginx with the OpenTelemetry module, which depends on the version of nginx: the application's image is asked for it.
///
/// Source: OpenTelemetry C++ contrib, "OpenTelemetry Web Server Module".
struct NginxModule: WebServerModule {
    private let settings: WebServer
    let configurationFolder: String
    private let configurationFile: String

    let language = Language.nginx
    let configurationVolume = "otel-nginx-conf-dir"
    let agentVolume = "otel-nginx-agent"
    let attachContainer = "otel-agent-attach-nginx"
    let directivesVariable = "OTEL_NGINX_AGENT_CONF"
    let instanceVariable = "OTEL_NGINX_SERVICE_INSTANCE_ID"
    let followsLastContainer = false

    init(_ settings: WebServer) {
        self.settings = settings
        let path = settings.configuration.isEmpty ? WebServer.nginxConfiguration : settings.configuration
        (configurationFolder, configurationFile) = Self.split(path)
    }

    /// The folder without `.`, `..` and double slashes (`.` when there is none), and the last part.
    static func split(_ path: String) -> (folder: String, file: String) {
        var folder: [Substring] = []
        let isAbsolute = path.hasPrefix("/")
        let end = path.lastIndex(of: "/") ?? path.startIndex
        for part in path[..<end].split(separator: "/") where part != "." {
            if part == "..", let last = folder.last, last != ".." {
                folder.removeLast()
            } else if part != ".." || !isAbsolute {
                folder.append(part)
            }
        }
        let text = folder.joined(separator: "/")
        let file = path.split(separator: "/").last.map(String.init) ?? (isAbsolute ? "/" : ".")
        return (isAbsolute ? "/" + text : text.isEmpty ? "." : text, file)
    }

    func refusal() -> SkipReason? {
        guard WebServerPath.isUnusable(configurationFolder) else { return nil }
        return .instrumentationInvalid(
            FieldError(
                path: "spec.nginx.configFile", value: .string(settings.configuration),
                expected: "a file in a folder below the root that is not the agent's, without ':'"))
    }

    var cloneCommand: (command: [String], arguments: [String]?) {
        (["/bin/sh", "-c"], [Self.cloneScript, "--", configurationFolder])
    }

    var attachArguments: [String] { [attachScript, "--", configurationFile] }

    func configurationVolumeSource(_ section: AgentSection) -> JSONValue {
        ["name": .string(configurationVolume), "emptyDir": [:]]
    }

    func agentVolumeSource(_ section: AgentSection) -> JSONValue { ["name": .string(agentVolume), "emptyDir": [:]] }

    func prepare(_ environment: inout EnvironmentDraft) -> [String] {
        let libraries = "\(WebServerPath.agent)/sdk_lib/lib"
        let isMerged = environment.merge(Self.libraryPath) { own in own.map { "\($0):\(libraries)" } ?? libraries }
        return isMerged ? [] : [Self.libraryPath]
    }

    private static let libraryPath = "LD_LIBRARY_PATH"

    func directives(_ facts: ServerFacts) -> String {
        let directives = settings.directives([
            "NginxModuleEnabled": "ON",
            "NginxModuleOtelExporterEndpoint": facts.endpoint,
            "NginxModuleOtelSpanExporter": "otlp",
            "NginxModuleResolveBackends": "ON",
            "NginxModuleServiceInstanceId": WebServerPath.instancePlaceholder,
            "NginxModuleServiceName": facts.serviceName,
            "NginxModuleServiceNamespace": facts.serviceNamespace.isEmpty
                ? language.rawValue : facts.serviceNamespace,
            "NginxModuleTraceAsError": "ON",
        ])
        return directives.map { "\($0.name) \($0.argument);\n" }.joined()
    }

    /// `$1`: the folder of the configuration; a ConfigMap's files are links into a hidden folder beside them, which is copied too.
    /// The version is what stands behind the last slash of `nginx version: nginx/1.25.3`, without the name of a distribution.
    private static let cloneScript = """
        set -e
        conf=\(WebServerPath.configuration)
        cp -r "$1"/. "$conf"
        nginx -v 2>&1 | sed -e 's,.*/,,' -e 's, .*,,' > "$conf/version.txt"

        """

    /// `$1`: the file of the configuration in its folder.
    private var attachScript: String {
        """
        set -ex
        \(bringAgent(to: "opentelemetry_agent.conf"))
        module="$agent/WebServerModule/Nginx/$(cat "$conf/version.txt")/ngx_http_opentelemetry_module.so"
        { printf 'env OTEL_RESOURCE_ATTRIBUTES;\\nload_module %s;\\n' "$module"; cat "$conf/$1"; } > "$conf/$1.otel"
        cat "$conf/$1.otel" > "$conf/$1"
        rm "$conf/$1.otel"
        mkdir -p "$conf/conf.d"
        mv "$conf/opentelemetry_agent.conf" "$conf/conf.d"

        """
    }
}
