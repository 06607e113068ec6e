import ArgumentParser
import Document
import KubeClient
import KubeModel
import Manifests
import Rendering

/// `otel-operator render`: what the operator does with collectors, done to manifests.
struct Render: OfflineCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Render the collectors of manifests without a cluster: every object that the operator would apply.",
        usage:
            "otel-operator render -f <file> ... [--namespace <name>] [-o yaml|json|dir] [--output-dir <folder>] [--diff]",
        discussion: """
            Collectors of v1alpha1 and v1beta1 are taken. They get their defaults and are checked as the operator's webhooks \
            would do it; what they would warn of stands on standard error, with file and line. The objects are written in \
            the order in which the operator applies them, and the same input always gives the same bytes.

            EXAMPLES:
              otel-operator render -f collector.yaml
              kustomize build overlays/prod | otel-operator render -f - -n observability --output-dir rendered/
              otel-operator render -f collectors/ --api-versions apis.txt -o json
              otel-operator render -f collectors/ --diff

            EXIT STATUS:
              0   everything was rendered; with --diff: and the cluster has it so
              1   with --diff: the cluster differs
              2   a collector was rejected; nothing is written
              3   the command line, a setting, a file or the cluster cannot be used; or the output cannot be written


            """
                + Setting.flagsHelp(
                    of: Setting.rendering, title: "FLAGS of run that say what is rendered, and count here, too"))

    enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json, dir }

    @Option(
        name: [.customShort("f"), .customLong("filename")], parsing: .upToNextOption,
        help: ArgumentHelp("File or folder with manifests, - for standard input. Repeatable.", valueName: "file"))
    var files: [String] = []

    @Flag(
        name: [.customShort("R"), .long], inversion: .prefixedNo,
        help: "Read the folders in a folder, too.")
    var recursive = true

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Namespace of collectors that name none (default: default, or with --diff that of the cluster's context).",
            valueName: "name"))
    var namespace: String?

    @Option(name: .shortAndLong, help: "yaml, json, or dir: a file for each object.")
    var output: Format?

    @Option(
        help: ArgumentHelp(
            "Folder of -o dir, which it implies. It is made, and nothing in it is removed.", valueName: "folder"))
    var outputDir: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What the cluster serves: API versions such as policy/v1, or a file with the output of `kubectl api-versions` (default: everything; with --diff, what the cluster says).",
            valueName: "api"))
    var apiVersions: [String] = []

    @Option(
        help: ArgumentHelp(
            "The cluster's Kubernetes version, such as 1.33 (default: a recent one).", valueName: "version"))
    var kubeVersion: String?

    @Flag(
        help: "Show what would change in the cluster of $KUBECONFIG instead of the objects. Nothing is written there.")
    var diff = false

    @Flag(
        inversion: .prefixedNo,
        help: "Render the ClusterRoles that components need, as an operator does that may make them.")
    var clusterRoles = true

    @Flag(help: "Pass on the objects that are no collectors, before those that are rendered.")
    var keepOthers = false

    @Flag(
        help: "Give collectors this command's HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as the operator gives them its own."
    )
    var proxyEnvironment = false

    /// Those of ``Setting/rendering``, which `Settings` reads.
    @Argument(parsing: .allUnrecognized, help: ArgumentHelp(visibility: .hidden))
    var flags: [String] = []

    /// What a command line or a cluster that cannot be used ends with. 1 says that something differs, as with `kubectl diff`.
    static let unusable: Int32 = 3

    func validate() throws {
        if files.isEmpty { throw ValidationError("Say what to read: -f <file>, or -f - for standard input.") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input (-) can be read only once.") }
        if let namespace, !ResourceName.isLabel(namespace) {
            throw ValidationError("--namespace needs the name of a namespace: \(ResourceName.labelRule).")
        }
        if outputDir == "" { throw ValidationError("--output-dir needs a folder.") }
        if output == .dir, outputDir == nil { throw ValidationError("-o dir needs --output-dir.") }
        if let output, output != .dir, outputDir != nil {
            throw ValidationError("--output-dir goes with -o dir, not with -o \(output.rawValue).")
        }
        if diff, output != nil || outputDir != nil || keepOthers {
            throw ValidationError("--diff has an output of its own: leave out -o, --output-dir and --keep-others.")
        }
        if let kubeVersion, KubernetesVersion(text: kubeVersion) == nil {
            throw ValidationError("--kube-version needs a version such as 1.33.")
        }
    }

    func run() async throws {
        let settings = try resolvedSettings(Setting.rendering)
        for note in settings.notes { tell("warning: \(note)") }
        let rendering = try manifestRendering(settings)
        let manifests = try read()
        if diff { return try await compare(manifests, rendering) }

        let report = rendering.run(manifests)
        try tell(report, namespace: namespace ?? "default")
        let objects = (keepOthers ? report.others : []) + report.objects.map(\.object.json)
        if let outputDir {
            do throws(ManifestError) {
                try ObjectFiles(folder: outputDir).write(objects)
            } catch {
                try fail("\(error)")
            }
            return
        }
        let text =
            output == .json
            ? objects.map { $0.serializedPretty() + "\n" }.joined() : YAML.serializedAll(objects)
        try write(text)
    }

    // MARK: - Without a cluster

    private func manifestRendering(_ settings: Settings) throws -> ManifestRendering {
        var environment = ProcessEnvironment()
        // A shell's proxies are not the operator's.
        if !proxyEnvironment { environment.proxies = ProxyEnvironment() }
        do {
            var options = try settings.rendering(environment)
            options.kubernetesVersion = kubeVersion.flatMap { KubernetesVersion(text: $0) }
            options.availableAPIs = try served().available(in: options.kubernetesVersion)
            options.canGrantAccess = clusterRoles
            // This machine's FIPS mode says nothing about the cluster's nodes: what was named counts.
            return ManifestRendering(
                options: options, forbidden: settings.forbiddenComponents, namespace: namespace ?? "default")
        } catch {
            try fail("configuration error: \(error)")
        }
    }

    private func served() throws(SettingsError) -> ServedAPIs {
        apiVersions.isEmpty ? .all : try ServedAPIs(apiVersions, readFile: Run.readFile)
    }

    private func read() throws -> [Manifest] {
        let reader = ManifestReader(isRecursive: recursive)
        do {
            let manifests = try files.flatMap { try reader.read($0) }
            // What was to write them has failed, most likely.
            if manifests.isEmpty { throw ManifestError(description: "the input holds no object at all") }
            return manifests
        } catch let error as ManifestError {
            try fail(error.message, at: error.place)
        }
    }

    /// - Throws: when a collector is rejected.
    private func tell(_ report: RenderReport, namespace: String) throws {
        let text = report.text(namespace: namespace, isNamespaceNamed: self.namespace != nil)
        StandardStream.error.write(text.split(separator: "\n").map { TextTable.printable(String($0)) + "\n" }.joined())
        StandardStream.error.write(report.summary(areOthersKept: keepOthers))
        if report.hasRejections { throw ExitCode(2) }
    }

    // MARK: - With a cluster

    private func compare(_ manifests: [Manifest], _ rendering: ManifestRendering) async throws {
        let configuration: ClusterConfiguration
        do {
            configuration = try ClusterConfiguration.detected(environment: ProcessEnvironment.all)
        } catch {
            try fail("could not read from the cluster: \(error)")
        }
        let client = Client(configuration, options: .ours)
        let result: Result<(RenderReport, [ClusterComparison.Difference]), any Error>
        var rendering = rendering
        rendering.namespace = namespace ?? configuration.namespace
        do {
            result = .success(try await differences(manifests, rendering, client))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        let (report, differences): (RenderReport, [ClusterComparison.Difference])
        do {
            (report, differences) = try result.get()
        } catch {
            try fail("could not compare with the cluster: \(error)")
        }
        try tell(report, namespace: rendering.namespace)
        for difference in differences {
            for note in difference.notes { tell("note: \(difference.type.kind) \(difference.key) \(note)") }
        }
        let isColored = StandardStream.output.isColored
        try write(differences.map { $0.text(isColored: isColored) }.joined())
        if differences.contains(where: \.isChanged) { throw ExitCode(1) }
    }

    private func differences(
        _ manifests: [Manifest], _ rendering: ManifestRendering, _ client: Client
    ) async throws -> (RenderReport, [ClusterComparison.Difference]) {
        var rendering = rendering
        if apiVersions.isEmpty {
            let discovery = try await client.discover(AvailableAPIs.optional)
            rendering.options.availableAPIs = AvailableAPIs(AvailableAPIs.optional.filter(discovery.serves))
        }
        var types = CollectorSide.ownedTypes.filter {
            !AvailableAPIs.optional.contains($0) || rendering.options.availableAPIs.serves($0)
        }
        // An operator that may not make them leaves them where they are.
        if clusterRoles { types += ClusterObjects.types }
        let comparison = ClusterComparison(api: client, types: types)
        rendering.stored = try await comparison.stored(rendering.keys(manifests))
        rendering.restrictedNamespaces = try await comparison.restrictedNamespaces(of: rendering.keys(manifests))
        let report = rendering.run(manifests)
        if report.hasRejections { return (report, []) }
        return (report, try await comparison.differences(report.collectors, stored: rendering.stored))
    }
}
