import Glibc

/// Small text files.
enum File {
    static func text(_ path: String) throws -> String {
        guard let file = fopen(path, "rb") else { throw BenchError("could not read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func lines(_ path: String) throws -> [String] {
        try text(path).split(whereSeparator: \.isNewline).map { $0.replacingTabs }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw BenchError("could not write \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw BenchError("could not write \(path)") }
    }
}

extension Substring {
    /// /proc separates by tabs here and by spaces there.
    fileprivate var replacingTabs: String { String(map { $0 == "\t" ? " " : $0 }) }
}
