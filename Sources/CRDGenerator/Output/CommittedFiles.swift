/// A file of the repository that this program writes.
struct CommittedFile: Sendable {
    /// Relative to the repository.
    var path: String
    var text: String
}

extension CommittedFile {
    /// The CustomResourceDefinitions.
    static var definitions: [CommittedFile] {
        [ResourceDefinition.instrumentation, .collector].map { definition in
            CommittedFile(
                path: "crds/\(definition.fileName)",
                text: "# Written by `make crds`; do not edit.\n" + YAMLWriter.write(definition.json))
        }
    }
}
