import Glibc

/// A directory with `tls.crt` and `tls.key` that somebody else keeps up to date: a mounted Secret, cert-manager's
/// usually.
///
/// The files are polled, as the kubelet swaps a whole directory behind the symbolic link `..data`, which a file watch
/// on the names does not see. A look costs two `stat` calls while nothing changes.
///
/// - Guarantees: only a certificate and key that belong together are taken over; a pair that is half written is
///   reported, tried again at the next look, and the old one stays in use.
public struct MountedCertificate: Sendable {
    /// What one look found.
    public enum Look: Sendable, Equatable {
        /// Nothing has changed since the last one.
        case unchanged
        /// A new identity is in use; its fingerprint.
        case taken(String)
        case failed(MountedCertificateError)
    }

    public let directory: String
    public let certificateName: String
    public let keyName: String
    public let source: CertificateSource

    /// - Parameters:
    ///   - directory: such as `/tmp/k8s-webhook-server/serving-certs`.
    ///   - source: gets the identity.
    public init(
        directory: String, certificateName: String = "tls.crt", keyName: String = "tls.key", source: CertificateSource
    ) {
        self.directory = directory
        self.certificateName = certificateName
        self.keyName = keyName
        self.source = source
    }

    /// Looks now and then every `interval` until the task is cancelled. Each look that finds a change is reported.
    public func run(
        every interval: Duration = .seconds(5), clock: some Clock<Duration> = ContinuousClock(),
        report: @Sendable (Look) -> Void
    ) async {
        var memory = Memory()
        while !Task.isCancelled {
            let look = look(&memory)
            if look != .unchanged { report(look) }
            try? await clock.sleep(for: interval)
        }
    }

    /// What the last look saw.
    public struct Memory: Sendable {
        fileprivate var seen: [FileState?]?
        fileprivate var failure: MountedCertificateError?

        public init() {}
    }

    /// Looks once. A failure is returned once and then counts as unchanged until it changes.
    public func look(_ memory: inout Memory) -> Look {
        let paths = ["\(directory)/\(certificateName)", "\(directory)/\(keyName)"]
        let states = paths.map(FileState.init)
        if states == memory.seen, memory.failure == nil { return .unchanged }
        do throws(MountedCertificateError) {
            let identity = try read(paths)
            // Files that changed while they were read are read again at the next look.
            if paths.map(FileState.init) == states { memory.seen = states }
            memory.failure = nil
            return source.replace(identity) ? .taken(identity.leaf.fingerprint) : .unchanged
        } catch {
            let isNew = memory.failure != error || memory.seen != states
            memory.failure = error
            memory.seen = states
            return isNew ? .failed(error) : .unchanged
        }
    }

    private func read(_ paths: [String]) throws(MountedCertificateError) -> ServingIdentity {
        let certificate = try readFile(paths[0])
        let key = try readFile(paths[1])
        do throws(CertificateError) {
            return try ServingIdentity(chainPEM: certificate, keyPEM: key)
        } catch {
            throw .unusable(directory: directory, cause: error)
        }
    }
}

/// Why a mounted certificate could not be taken over.
public enum MountedCertificateError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(path: String, errno: Int32)
    case tooLarge(path: String)
    case unusable(directory: String, cause: CertificateError)

    public var description: String {
        switch self {
        case .unreadable(let path, let errno): "could not read \(path): \(String(cString: strerror(errno)))"
        case .tooLarge(let path): "could not read \(path): it is larger than \(fileLimit) bytes"
        case .unusable(let directory, let cause): "could not use the certificate in \(directory): \(cause)"
        }
    }
}

/// What changes when a file is written or another takes its place. Symbolic links are followed.
private struct FileState: Equatable, Sendable {
    let device: UInt
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}

/// No chain of certificates is larger.
private let fileLimit = 1_048_576

private func readFile(_ path: String) throws(MountedCertificateError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw .unreadable(path: path, errno: errno) }
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(contentsOf: chunk[..<count])
        if bytes.count > fileLimit { throw .tooLarge(path: path) }
    }
}
