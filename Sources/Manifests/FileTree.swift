import Glibc

/// Finds the manifests in a folder.
enum FileTree {
    /// - Throws: when there is nothing of that name.
    static func isFolder(_ path: String) throws(ManifestError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(path) }
        return status.isFolder
    }

    /// The paths of the manifests, in the order in which a walk meets them when each folder is sorted by name.
    static func manifests(in folder: String, isRecursive: Bool) throws(ManifestError) -> [String] {
        var result: [String] = []
        for name in try names(in: folder) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var status = stat()
            // Not through links: they may lead back up.
            guard lstat(path, &status) == 0 else { throw .system(path) }
            if status.isFolder {
                if isRecursive { result += try manifests(in: path, isRecursive: true) }
            } else if endings.contains(where: name.hasSuffix), try !isFolder(path) {
                result.append(path)
            }
        }
        return result
    }

    private static let endings = [".yaml", ".yml", ".json"]

    /// Sorted bytewise, so that every machine reads in the same order.
    private static func names(in folder: String) throws(ManifestError) -> [String] {
        guard let directory = opendir(folder) else { throw .system(folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension stat {
    fileprivate var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
