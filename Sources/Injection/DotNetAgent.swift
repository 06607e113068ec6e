import OperatorAPI

/// The .NET agent: a native profiler that the CoreCLR loads, and a startup hook with its dependencies.
///
/// Source: OpenTelemetry .NET automatic instrumentation, "Manual setup".
struct DotNetAgent: Agent {
    /// The value of the runtime annotation, a .NET runtime identifier; empty means glibc.
    let runtime: String

    let language = Language.dotnet
    let name = "opentelemetry-auto-instrumentation-dotnet"
    let folder = "/otel-auto-instrumentation-dotnet"

    private var nativeFolder: String? {
        switch runtime {
        case "", "linux-x64": "linux"
        case "linux-musl-x64": "linux-musl"
        default: nil
        }
    }

    var copies: [FileCopy] {
        [FileCopy(container: name, command: ["cp", "-r", "/autoinstrumentation/.", folder])]
    }

    func refusal() -> SkipReason? {
        nativeFolder == nil ? .unsupportedPlatform(annotation: AnnotationKey.dotnetRuntime, value: runtime) : nil
    }

    func prepare(_ environment: inout EnvironmentDraft, section: AgentSection) throws(ContainerRefused) -> [String] {
        try environment.refuseSource(of: Self.hooks, Self.dependencies, Self.store)
        // Who sets the home has put an agent of their own in place.
        if environment.contains(Self.home) || section.environment.contains(where: { $0.name == Self.home }) {
            throw ContainerRefused(reason: .agentAlreadyConfigured(Self.home))
        }
        environment.appendIfAbsent(section.environment)
        return []
    }

    func addDefaults(to environment: inout EnvironmentDraft, container: String) -> [String] {
        environment.appendIfAbsent("CORECLR_ENABLE_PROFILING", "1")
        environment.appendIfAbsent("CORECLR_PROFILER", "{918728DD-259F-4A6A-AC2B-B85E1B658318}")
        environment.appendIfAbsent(
            "CORECLR_PROFILER_PATH",
            "\(folder)/\(nativeFolder ?? "linux")/OpenTelemetry.AutoInstrumentation.Native.so")
        var leftAlone: [String] = []
        func addPath(_ name: String, _ path: String) {
            let isMerged = environment.merge(name) { own in own.map { "\($0):\(path)" } ?? path }
            if !isMerged { leftAlone.append(name) }
        }
        addPath(Self.hooks, "\(folder)/net/OpenTelemetry.AutoInstrumentation.StartupHook.dll")
        addPath(Self.dependencies, "\(folder)/AdditionalDeps")
        environment.appendIfAbsent(Self.home, folder)
        addPath(Self.store, "\(folder)/store")
        return leftAlone
    }

    private static let hooks = "DOTNET_STARTUP_HOOKS"
    private static let dependencies = "DOTNET_ADDITIONAL_DEPS"
    private static let store = "DOTNET_SHARED_STORE"
    private static let home = "OTEL_DOTNET_AUTO_HOME"
}
