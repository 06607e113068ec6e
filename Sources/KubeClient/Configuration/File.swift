import Glibc

/// Reading small files: tokens, certificates, kubeconfigs.
enum File {
    /// No token, certificate or kubeconfig comes near.
    private static let limit = 16 << 20

    /// - Parameter what: completes "could not read …".
    static func read(_ path: String, as what: String) throws(KubeError) -> [UInt8] {
        guard let bytes = try bytes(of: path, as: what) else {
            throw .configuration("could not read \(what) (\(path)): \(String(cString: strerror(ENOENT)))")
        }
        return bytes
    }

    /// `nil` when there is no such file.
    static func bytes(of path: String, as what: String) throws(KubeError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .configuration("could not read \(what) (\(path)): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: 16 << 10))
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: start), 16 << 10)
            }
            bytes.removeLast((16 << 10) - max(0, count))
            if count == 0 { return bytes }
            if count < 0 && errno != EINTR {
                throw .configuration("could not read \(what) (\(path)): \(String(cString: strerror(errno)))")
            }
            guard bytes.count <= limit else {
                throw .configuration("could not read \(what) (\(path)): it is too large")
            }
        }
    }

    /// The file's text without white space around it; an empty file is an error.
    static func text(_ path: String, as what: String) throws(KubeError) -> String {
        let bytes = try read(path, as: what)
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard !trimmed.isEmpty else { throw .configuration("could not read \(what) (\(path)): it is empty") }
        return String(decoding: trimmed, as: UTF8.self)
    }
}
