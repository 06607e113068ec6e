import Document
import Glibc
import KubeModel
import Manifests

/// Writes objects to a folder, a file each: `shop/deployment-web-collector.yaml`, those without a namespace at the top.
///
/// The same objects always get the same files, so that a change is a small one in a repository. Nothing is removed: what is
/// in the folder besides may be the user's.
struct ObjectFiles {
    var folder: String

    /// The path of each object's file below the folder.
    static func path(of object: JSONValue) -> String {
        let object = KubeObject(object)
        let group = ManifestObject(object.json).group
        // Two groups have a PodMonitor, and a collector may get both.
        let isCommon = group.isEmpty || !group.contains(".") || group.hasSuffix(".k8s.io")
        let kind = isCommon ? object.kind : "\(object.kind).\(group)"
        let file = "\(kind.lowercased())-\(object.name).yaml"
        let name = String(file.map { $0 == "/" ? "_" : $0 })
        return object.namespace.isEmpty ? name : "\(object.namespace)/\(name)"
    }

    /// - Throws: what the system says, with the path.
    func write(_ objects: [JSONValue]) throws(ManifestError) {
        try make(folder)
        for object in objects {
            let path = Self.path(of: object)
            if let slash = path.lastIndex(of: "/") { try make("\(folder)/\(path[..<slash])") }
            try write(YAML.serialized(object), to: "\(folder)/\(path)")
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
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let failure = Self.failure(path)
                close(file)
                throw failure
            }
            rest = rest.dropFirst(count)
        }
        guard close(file) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> ManifestError {
        ManifestError(description: "could not write \(path): \(String(cString: strerror(errno)))")
    }
}
