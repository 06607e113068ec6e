import Foundation
import Testing

@testable import CRDGenerator

@Suite("Committed files")
struct CommittedFilesTests {
    @Test("crds/ holds what the declarations say", arguments: CommittedFile.definitions.map(\.path))
    func definitionsAreCurrent(path: String) throws {
        let file = try #require(CommittedFile.definitions.first { $0.path == path })
        let committed = try Repository.text(path)
        #expect(committed == file.text, "run `make crds`")
    }

    @Test("install.yaml holds what crds/ and manifests/ hold")
    func installManifestIsCurrent() throws {
        let file = try CommittedFile.installManifest(read: Repository.text)
        let committed = try Repository.text(file.path)
        #expect(committed == file.text, "run `make manifests`")
    }

    @Test("the Helm chart holds copies of what it takes as it is, and nothing else but the list of images")
    func chartFilesAreCurrent() throws {
        let files = try CommittedFile.chartFiles(read: Repository.text)
        for file in files { #expect(try Repository.text(file.path) == file.text, "run `make manifests`: \(file.path)") }
        let folder = Repository.root.appending(path: "charts/otel-operator/files")
        let found = try #require(FileManager.default.subpaths(atPath: folder.path())).filter { $0.hasSuffix(".yaml") }
        let expected = files.map { $0.path.replacing("charts/otel-operator/files/", with: "") } + ["images.yaml"]
        #expect(Set(found) == Set(expected))
    }

    @Test("the kustomize base holds the same files as install.yaml")
    func kustomizationIsComplete() throws {
        func resources(_ folder: String) throws -> [String] {
            try Repository.text("\(folder)/Kustomization").split(separator: "\n").filter { $0.hasPrefix("- ") }
                .map { String($0.dropFirst(2)) }
        }
        let crds = try resources("crds").map { "crds/\($0)" }
        let all = try resources("manifests").flatMap { $0 == "../crds" ? crds : ["manifests/\($0)"] }
        #expect(all == CommittedFile.installParts)
    }

    @Test("a missing part of install.yaml is an error that names it")
    func missingPart() {
        #expect(throws: FileError.self) {
            try CommittedFile.installManifest { path throws(FileError) in
                throw FileError(description: "could not open \(path)")
            }
        }
    }

    @Test(
        "the Kubernetes facts are those of the OpenAPI document in KUBERNETES_OPENAPI",
        .enabled(if: ProcessInfo.processInfo.environment["KUBERNETES_OPENAPI"] != nil))
    func factsAreThoseOfTheDocument() throws {
        let path = try #require(ProcessInfo.processInfo.environment["KUBERNETES_OPENAPI"])
        let facts = try FactsExtractor(openAPI: Files.read(path)).text(for: FactsExtractor.roots)
        #expect(facts == kubernetesFacts)
        let file = try Repository.text("Sources/CRDGenerator/Kubernetes/KubernetesFacts.swift")
        #expect(file == FactsExtractor.swiftFile(facts))
    }
}
