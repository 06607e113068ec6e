extension CommittedFile {
    /// The files of `manifests/install.yaml`, in the order in which a cluster needs them.
    static let installParts =
        ["manifests/namespace.yaml"] + definitions.map(\.path)
        + [
            "manifests/serviceaccount.yaml", "manifests/rbac.yaml", "manifests/automatic-rbac.yaml",
            "manifests/rbac-users.yaml", "manifests/services.yaml", "manifests/network-policy.yaml",
            "manifests/deployment.yaml", "manifests/pdb.yaml", "manifests/webhooks.yaml",
        ]

    /// `manifests/install.yaml`: everything in one file, so that one `kubectl apply -f` installs the operator.
    ///
    /// - Parameter read: the text of a file, by its path in the repository.
    static func installManifest(
        read: (String) throws(FileError) -> String
    ) throws(FileError) -> CommittedFile {
        var text = "# Written by `make manifests` from the files beside it and ../crds; do not edit.\n"
        for path in installParts {
            text += "---\n# \(path)\n"
            let part = try read(path)
            text += part.hasSuffix("\n") ? part : part + "\n"
        }
        return CommittedFile(path: "manifests/install.yaml", text: text)
    }
}
