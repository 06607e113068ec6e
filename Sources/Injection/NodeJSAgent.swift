import OperatorAPI

/// The Node.js agent: a module that `NODE_OPTIONS` has loaded before the application.
///
/// Source: OpenTelemetry JavaScript, "Automatic instrumentation".
struct NodeJSAgent: Agent {
    let language = Language.nodejs
    let name = "opentelemetry-auto-instrumentation-nodejs"
    let folder = "/otel-auto-instrumentation-nodejs"

    var copies: [FileCopy] {
        [FileCopy(container: name, command: ["cp", "-r", "/autoinstrumentation/.", folder])]
    }

    func prepare(_ environment: inout EnvironmentDraft, section: AgentSection) throws(ContainerRefused) -> [String] {
        try environment.refuseSource(of: Self.options)
        environment.appendIfAbsent(section.environment)
        return []
    }

    func addDefaults(to environment: inout EnvironmentDraft, container: String) -> [String] {
        let argument = " --require \(folder)/autoinstrumentation.js"
        let isMerged = environment.merge(Self.options) { ($0 ?? "") + argument }
        environment.appendIfAbsent("OTEL_METRICS_EXPORTER", "otlp")
        return isMerged ? [] : [Self.options]
    }

    private static let options = "NODE_OPTIONS"
}
