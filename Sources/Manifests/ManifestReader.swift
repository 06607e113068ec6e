import Glibc

/// Reads manifests as they are named on a command line: files, folders, and `-` for standard input.
///
/// Of a folder it takes what ends in `.yaml`, `.yml` or `.json`, of it and the folders below, in the order of the names.
/// Names that begin with a dot are left out, and links to folders are not followed. A file that is named itself is read
/// whatever its name.
public struct ManifestReader: Sendable {
    /// Whether the folders in a folder are read, too.
    public var isRecursive: Bool
    private let readStandardInput: @Sendable () throws(ManifestError) -> [UInt8]

    public init(isRecursive: Bool = true) {
        self.init(isRecursive: isRecursive) { () throws(ManifestError) in
            try Self.content(of: STDIN_FILENO, named: Manifest.standardInput)
        }
    }

    init(isRecursive: Bool, readStandardInput: @escaping @Sendable () throws(ManifestError) -> [UInt8]) {
        self.isRecursive = isRecursive
        self.readStandardInput = readStandardInput
    }

    /// All documents of a file, of a folder's files, or of standard input.
    ///
    /// - Throws: for what cannot be read, for a text that is neither YAML nor JSON, and for a folder without manifests.
    public func read(_ path: String) throws(ManifestError) -> [Manifest] {
        if path == "-" { return try Manifest.parse(readStandardInput(), source: Manifest.standardInput) }
        guard try FileTree.isFolder(path) else { return try readFile(path) }
        let files = try FileTree.manifests(in: path, isRecursive: isRecursive)
        if files.isEmpty {
            throw ManifestError(
                description: "could not use \(path): the folder holds no .yaml, .yml or .json file"
                    + (isRecursive ? "" : " (folders below it were not read)"))
        }
        var manifests: [Manifest] = []
        for file in files { manifests += try readFile(file) }
        return manifests
    }

    private func readFile(_ path: String) throws(ManifestError) -> [Manifest] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path) }
        defer { close(descriptor) }
        return try Manifest.parse(Self.content(of: descriptor, named: path), source: path)
    }

    /// Larger than any sensible set of manifests; a pipe could go on for ever.
    private static let greatestSize = 256 << 20

    private static func content(of descriptor: Int32, named name: String) throws(ManifestError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(name)
            }
            if count == 0 { return content }
            content += chunk.prefix(count)
            if content.count > greatestSize {
                throw ManifestError(description: "could not read \(name): it is larger than \(greatestSize >> 20) MiB")
            }
        }
    }
}

extension ManifestError {
    /// What the last call to the system says.
    static func system(_ path: String) -> ManifestError {
        ManifestError(description: "could not read \(path): \(String(cString: strerror(errno)))")
    }
}
