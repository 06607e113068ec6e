#if canImport(Glibc)
    import Glibc
#endif

/// Why a file could not be read or written.
struct FileError: Error, CustomStringConvertible {
    var description: String
}

/// Reads and writes whole text files.
enum Files {
    static func read(_ path: String) throws(FileError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw FileError(description: "could not open \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            guard count == chunk.count else { break }
        }
        guard ferror(file) == 0 else { throw FileError(description: "could not read \(path)") }
        return bytes
    }

    static func write(_ text: String, to path: String) throws(FileError) {
        guard let file = fopen(path, "wb") else { throw FileError(description: "could not open \(path) for writing") }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else {
            throw FileError(description: "could not write \(path)")
        }
    }
}
