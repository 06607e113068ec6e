import OperatorAPI

/// The Python agent: a `sitecustomize` module found through `PYTHONPATH`.
///
/// Source: OpenTelemetry Python, "Automatic instrumentation"; the image has one tree for glibc and one for musl.
struct PythonAgent: Agent {
    /// The value of the platform annotation; empty means glibc.
    let platform: String

    let language = Language.python
    let name = "opentelemetry-auto-instrumentation-python"
    let folder = "/otel-auto-instrumentation-python"

    private var source: String? {
        switch platform {
        case "", "glibc": "/autoinstrumentation/."
        case "musl": "/autoinstrumentation-musl/."
        default: nil
        }
    }

    var command: [String] { ["cp", "-r", source ?? "", folder] }

    func refusal() -> SkipReason? {
        source == nil ? .unsupportedPlatform(annotation: AnnotationKey.pythonPlatform, value: platform) : nil
    }

    func mountPath(in container: String) -> String { folder }

    func prepare(_ edit: inout ContainerEdit, section: AgentSection) throws(ContainerRefused) -> [String] {
        if let own = edit.environment[Self.path], own.hasSource {
            throw ContainerRefused(reason: .environmentFromSource(Self.path))
        }
        edit.environment.appendIfAbsent(section.environment)

        // The agent's modules come first, so that its sitecustomize is the one that is loaded; its libraries last, so
        // that the application's own versions win.
        let modules = "\(folder)/opentelemetry/instrumentation/auto_instrumentation"
        guard let index = edit.environment.index(of: Self.path) else {
            edit.environment.append(EnvironmentVariable(Self.path, "\(modules):\(folder)"))
            return []
        }
        let given = EnvironmentVariable(name: Self.path, json: edit.environment.entries[index].json)
        // From the Instrumentation; it may name the agent's folders itself.
        if given.hasSource { return [Self.path] }
        edit.environment.setValue("\(modules):\(given.value ?? ""):\(folder)", at: index)
        return []
    }

    func addDefaults(to environment: inout EnvironmentDraft) {
        environment.appendIfAbsent("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        environment.appendIfAbsent("OTEL_TRACES_EXPORTER", "otlp")
        environment.appendIfAbsent("OTEL_METRICS_EXPORTER", "otlp")
        environment.appendIfAbsent("OTEL_LOGS_EXPORTER", "otlp")
    }

    private static let path = "PYTHONPATH"
}
