import Document
import Glibc
import KubeModel
import Manifests

/// Writes objects to a folder, a file each: `shop/deployment-web-collector.yaml`, those without a namespace at the top.
///
/// The same objects always get the same files, so that a change is a small one in a repository. Nothing is removed: what is
/// in the folder besides may be the user's.
///
/// - Guarantees: nothing is written outside the folder, and no object takes the place of another one. Every file is the old
///   one or the new one, never half of it: all are written beside the old ones before the first is renamed.
/// - Caveats: the folder as a whole is not all or nothing. Should a rename fail, some files are new and some are old.
struct ObjectFiles {
    var folder: String

    /// The path of each object's file below the folder.
    ///
    /// - Throws: for an object whose kind, name or namespace cannot be part of a path; no API server has such a one.
    static func path(of object: JSONValue) throws(ManifestError) -> String {
        let object = KubeObject(object)
        let group = ManifestObject(object.json).group
        // Two groups have a PodMonitor, and a collector may get both.
        let isCommon = group.isEmpty || !group.contains(".") || group.hasSuffix(".k8s.io")
        let kind = isCommon ? object.kind : "\(object.kind).\(group)"
        try require(object.kind, "kind", of: object)
        try require(object.name, "metadata.name", of: object)
        if let namespace = object.metadata["namespace"], !namespace.isNull {
            try require(namespace.stringValue ?? "", "metadata.namespace", of: object)
        }
        let file = "\(kind.lowercased())-\(object.name).yaml"
        return object.namespace.isEmpty ? file : "\(object.namespace)/\(file)"
    }

    private static func require(_ part: String, _ field: String, of object: KubeObject) throws(ManifestError) {
        let isUsable =
            ![".", "..", ""].contains(part)
            && !part.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 || $0.value == 0x7F }
        if isUsable { return }
        let found = part.isEmpty ? "is missing" : "is \(JSONValue.string(part).serializedString())"
        throw ManifestError(
            description: "could not write \(object.kind.isEmpty ? "an object" : object.kind) "
                + "\(object.key): \(field) \(found), expected a name that can be part of a path")
    }

    /// - Throws: before anything is written, for objects that have no path or one path; else what the system says, with the
    ///   path.
    func write(_ objects: [JSONValue]) throws(ManifestError) {
        var files: [(path: String, object: JSONValue)] = []
        var known: Set<String> = []
        for object in objects {
            let path = try Self.path(of: object)
            guard known.insert(path).inserted else {
                let object = KubeObject(object)
                throw ManifestError(
                    description: "could not write \(folder)/\(path): \(object.kind) \(object.key) is there twice")
            }
            files.append((path, object))
        }
        try make(folder)
        var written: [(temporary: String, path: String)] = []
        do throws(ManifestError) {
            for (path, object) in files {
                var parent = folder
                if let slash = path.lastIndex(of: "/") {
                    parent += "/\(path[..<slash])"
                    try make(parent)
                }
                let temporary = "\(parent)/.otel-operator-\(getpid())-\(written.count)"
                written.append((temporary, "\(folder)/\(path)"))
                try write(YAML.serialized(object), to: temporary)
            }
            while let file = written.last {
                guard rename(file.temporary, file.path) == 0 else { throw Self.failure(file.path) }
                written.removeLast()
            }
        } catch {
            for file in written { unlink(file.temporary) }
            throw error
        }
    }

    private func make(_ folder: String) throws(ManifestError) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += path.isEmpty || path.hasSuffix("/") ? String(part) : "/\(part)"
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw Self.failure(path) }
        }
    }

    private func write(_ text: String, to path: String) throws(ManifestError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw Self.failure(path) }
        guard writeWhole(text, to: file) else {
            let failure = Self.failure(path)
            close(file)
            throw failure
        }
        guard close(file) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> ManifestError {
        ManifestError(description: "could not write \(path): \(String(cString: strerror(errno)))")
    }
}
