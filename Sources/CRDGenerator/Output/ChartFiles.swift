extension CommittedFile {
    /// What the Helm chart takes from the repository as it is: nothing in it depends on a value but the namespace, which its
    /// templates replace. Copies, because a chart must be complete in its folder, and not every tool follows links.
    ///
    /// - Parameter read: the text of a file, by its path in the repository.
    static func chartFiles(read: (String) throws(FileError) -> String) throws(FileError) -> [CommittedFile] {
        let folder = "charts/otel-operator/files"
        var files: [CommittedFile] = []
        for path in definitions.map(\.path) {
            files.append(CommittedFile(path: "\(folder)/\(path)", text: try read(path)))
        }
        for name in ["rbac.yaml", "automatic-rbac.yaml", "rbac-users.yaml"] {
            files.append(CommittedFile(path: "\(folder)/\(name)", text: try read("manifests/\(name)")))
        }
        return files
    }
}
