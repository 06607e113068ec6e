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

    var copies: [FileCopy] {
        source.map { [FileCopy(container: name, command: ["cp", "-r", $0, folder])] } ?? []
    }

    func refusal() -> SkipReason? {
        source == nil ? .unsupportedPlatform(annotation: AnnotationKey.pythonPlatform, value: platform) : nil
    }

    func prepare(_ environment: inout EnvironmentDraft, section: AgentSection) throws(ContainerRefused) -> [String] {
        try environment.refuseSource(of: Self.path)
        environment.appendIfAbsent(section.environment)
        // The agent's start comes first, so that its sitecustomize is the one that is loaded; its libraries after what
        // the application put on the path itself. All of PYTHONPATH precedes site-packages, so what wins against the
        // packages installed there is up to the image: ours keeps all but OpenTelemetry in a folder of its own, which
        // its start puts at the end.
        let modules = "\(folder)/opentelemetry/instrumentation/auto_instrumentation"
        let isMerged = environment.merge(Self.path) { own in
            own.map { "\(modules):\($0):\(folder)" } ?? "\(modules):\(folder)"
        }
        // From the Instrumentation; it may name the agent's folders itself.
        return isMerged ? [] : [Self.path]
    }

    func addDefaults(to environment: inout EnvironmentDraft, container: String) -> [String] {
        environment.appendIfAbsent("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        environment.appendIfAbsent("OTEL_TRACES_EXPORTER", "otlp")
        environment.appendIfAbsent("OTEL_METRICS_EXPORTER", "otlp")
        environment.appendIfAbsent("OTEL_LOGS_EXPORTER", "otlp")
        return []
    }

    private static let path = "PYTHONPATH"
}
