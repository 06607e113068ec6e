#if canImport(Glibc)
    import Glibc
#endif

/// The commands of this program. Paths are relative to the top of the repository, where it runs.
enum Program {
    static let usage = """
        usage: CRDGenerator [crds | manifests | extract-facts FILE]

          crds                 write the CustomResourceDefinitions into crds/
          manifests            write manifests/install.yaml from crds/ and the files of manifests/, and those of them that the
                               Helm chart takes as they are into charts/otel-operator/files/
          extract-facts FILE   write Sources/CRDGenerator/Kubernetes/KubernetesFacts.swift from an OpenAPI v2 document
                               (`kubectl get --raw /openapi/v2`)

        Without a command: crds, then manifests.
        """

    /// - Returns: the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        do {
            switch (arguments.first, arguments.count) {
            case (nil, _):
                try writeDefinitions()
                try writeInstallManifest()
            case ("crds", 1): try writeDefinitions()
            case ("manifests", 1): try writeInstallManifest()
            case ("extract-facts", 2): try writeFacts(from: arguments[1])
            default:
                complain(usage)
                return 2
            }
            return 0
        } catch {
            complain("CRDGenerator: \(error)")
            return 1
        }
    }

    static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

    private static func writeDefinitions() throws(FileError) {
        for file in CommittedFile.definitions { try Files.write(file.text, to: file.path) }
    }

    private static func writeInstallManifest() throws(FileError) {
        let read = { (path: String) throws(FileError) in String(decoding: try Files.read(path), as: UTF8.self) }
        let file = try CommittedFile.installManifest(read: read)
        try Files.write(file.text, to: file.path)
        for file in try CommittedFile.chartFiles(read: read) { try Files.write(file.text, to: file.path) }
    }

    private static func writeFacts(from path: String) throws {
        let facts = try FactsExtractor(openAPI: Files.read(path)).text(for: FactsExtractor.roots)
        try Files.write(FactsExtractor.swiftFile(facts), to: "Sources/CRDGenerator/Kubernetes/KubernetesFacts.swift")
    }

    private static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)  // nobody is left to tell when this fails
    }
}
