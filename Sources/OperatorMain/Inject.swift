import ArgumentParser
import Document
import Injection
import KubeClient
import KubeModel
import Manifests
import Rendering

/// `otel-operator inject`: what the pod webhook does, done to manifests.
struct Inject: OfflineCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Instrument the pods of manifests without a cluster, as the webhook would when they are created.",
        usage:
            "otel-operator inject -f <file> ... [--instrumentation <file> ...] [--namespace <name>] [-o yaml|json|diff]",
        discussion: """
            The same documents are written to standard output, with what was injected. Comments are lost; nothing else \
            changes. A table on standard error tells what was injected and what was not, and why.

            EXAMPLES:
              otel-operator inject -f app.yaml -f instrumentation.yaml -o diff
              helm template ./chart | otel-operator inject -f - -n shop --cluster
              otel-operator inject -f base/ --instrumentation otel.yaml > injected.yaml

            EXIT STATUS:
              0   all that was asked for was injected, or nothing was asked for
              1   the command line or the input cannot be used, and nothing is written to standard output; or that failed
              2   something was asked for and refused; the output is complete but for that

            The flags of `run` that say what is injected are taken, too, and so are their environment variables:
              --enable-multi-instrumentation, --enable-<language>-instrumentation,
              --auto-instrumentation-<language>-image, --collector-image, --config-file
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json, diff }

    @Option(
        name: [.customShort("f"), .customLong("filename")], parsing: .upToNextOption,
        help: ArgumentHelp(
            "File or folder with manifests, - for standard input. Repeatable. Instrumentations, collectors and Namespaces among them count.",
            valueName: "file"))
    var files: [String] = []

    @Flag(
        name: [.customShort("R"), .long], inversion: .prefixedNo,
        help: "Read the folders in a folder, too.")
    var recursive = true

    @Option(
        name: .customLong("instrumentation"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "File or folder with Instrumentations, collectors and annotated Namespaces that are not to be in the output. Repeatable.",
            valueName: "file"))
    var instrumentationFiles: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Namespace of objects that name none (default: default, or that of the cluster's context).",
            valueName: "name"))
    var namespace: String?

    @Flag(help: "Take Instrumentations, collectors and Namespaces from the cluster of $KUBECONFIG, too.")
    var cluster = false

    @Flag(
        inversion: .prefixedNo,
        help: "Add collector sidecars as Kubernetes 1.29 and newer runs them (default: yes; with --cluster, as it can)."
    )
    var nativeSidecars: Bool?

    @Option(name: .shortAndLong, help: "yaml, json, or diff: only what changes.")
    var output = Format.yaml

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp(visibility: .hidden))
    var flags: [String] = []

    func validate() throws {
        if files.isEmpty { throw ValidationError("Say what to read: -f <file>, or -f - for standard input.") }
        if (files + instrumentationFiles).count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Standard input (-) can be read only once.")
        }
        if namespace == "" { throw ValidationError("--namespace needs a name.") }
    }

    func run() async throws {
        let (documents, report) = try await injected()
        let isColored = StandardStream.output.isColored
        let text =
            switch output {
            case .yaml: YAML.serializedAll(documents)
            case .json: documents.map { $0.serializedPretty() + "\n" }.joined()
            case .diff: report.objects.map { $0.diff(isColored: isColored) }.joined()
            }
        try write(text)
        StandardStream.error.write(report.text)
        if report.hasRefusals { throw ExitCode(2) }
    }

    private func injected() async throws -> (documents: [JSONValue], report: InjectionReport) {
        let settings = try resolvedSettings(Setting.injection)
        for note in settings.notes { tell("warning: \(note)") }
        let injector = Injector(settings: try injectionSettings(settings))
        var surroundings = Surroundings()
        var defaultNamespace = namespace ?? "default"
        if cluster {
            let found = try await fromCluster()
            surroundings = found.surroundings
            defaultNamespace = namespace ?? found.namespace
        }
        let manifests = try read(files)
        let extra = try read(instrumentationFiles)
        var notes = surroundings.add(manifests, namespace: defaultNamespace, images: injector.settings.defaultImages)
        notes += surroundings.add(extra, namespace: defaultNamespace, images: injector.settings.defaultImages)
        for warning in notes.warnings { tell("warning: \(warning)") }
        if !notes.errors.isEmpty {
            for error in notes.errors { tell("error: \(error)") }
            throw ExitCode(1)
        }
        surroundings.instrumentationForAll = settings.instrumentationForAll
        var rendering = RenderingOptions()
        if !settings.collectorImage.isEmpty { rendering.collectorImage = settings.collectorImage }
        let isNative = nativeSidecars ?? surroundings.hasNativeSidecars
        let injection = ManifestInjection(
            injector: injector, surroundings: surroundings,
            sidecars: surroundings.sidecarSource(isNative: isNative, options: rendering), namespace: defaultNamespace)
        let result = injection.run(manifests, others: extra)
        if namespace == nil, let warning = result.report.namespaceWarning(defaultNamespace) {
            tell("warning: \(warning)")
        }
        return result
    }

    private func injectionSettings(_ settings: Settings) throws -> InjectionSettings {
        do {
            return try settings.injection()
        } catch {
            try fail("configuration error: \(error)")
        }
    }

    private func read(_ paths: [String]) throws -> [Manifest] {
        let reader = ManifestReader(isRecursive: recursive)
        do {
            return try paths.flatMap { try reader.read($0) }
        } catch {
            try fail("\(error)")
        }
    }

    private func fromCluster() async throws -> (surroundings: Surroundings, namespace: String) {
        do {
            let configuration = try ClusterConfiguration.detected(environment: ProcessEnvironment.all)
            let client = Client(configuration, options: .ours)
            let surroundings: Result<Surroundings, any Error>
            do {
                surroundings = .success(try await Surroundings(readingFrom: client))
            } catch {
                surroundings = .failure(error)
            }
            await client.shutdown()
            return (try surroundings.get(), configuration.namespace)
        } catch {
            try fail("could not read from the cluster: \(error)")
        }
    }
}
