import OperatorAPI

/// The Java agent: a jar named in `JAVA_TOOL_OPTIONS`, and extensions of it from images of their own.
///
/// Source: OpenTelemetry Java agent, "Getting started" and "Extensions".
struct JavaAgent: Agent {
    let extensions: [JavaExtension]

    let language = Language.java
    let name = "opentelemetry-auto-instrumentation-java"
    let folder = "/otel-auto-instrumentation-java"

    var copies: [FileCopy] {
        let agent = FileCopy(container: name, command: ["cp", "/javaagent.jar", "\(folder)/javaagent.jar"])
        return [agent]
            + extensions.enumerated().map { index, item in
                FileCopy(
                    container: "opentelemetry-auto-instrumentation-extension-\(index)", image: item.image,
                    command: ["cp", "-r", "\(item.directory)/.", "\(folder)/extensions"])
            }
    }

    func mountPath(in container: String) -> String { "\(folder)-\(container)" }

    func prepare(_ environment: inout EnvironmentDraft, section: AgentSection) throws(ContainerRefused) -> [String] {
        try environment.refuseSource(of: Self.options)
        environment.appendIfAbsent(section.environment)
        return []
    }

    func addDefaults(to environment: inout EnvironmentDraft, container: String) -> [String] {
        let path = mountPath(in: container)
        var argument = " -javaagent:\(path)/javaagent.jar"
        if !extensions.isEmpty { argument += " -Dotel.javaagent.extensions=\(path)/extensions" }
        return environment.merge(Self.options) { ($0 ?? "") + argument } ? [] : [Self.options]
    }

    private static let options = "JAVA_TOOL_OPTIONS"
}

extension EnvironmentDraft {
    /// An agent that is loaded by a variable whose value is unknown here would take the application's own value away.
    func refuseSource(of names: String...) throws(ContainerRefused) {
        for name in names where self[name]?.hasSource ?? false {
            throw ContainerRefused(reason: .environmentFromSource(name))
        }
    }
}
