import ArgumentParser
import Glibc

/// Asks a probe again and again until it answers 200, and prints how long that took.
struct AwaitReady: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the time from a process's start until it is ready.")

    @Option(help: "When the process was started: seconds since 1970, with a fraction.")
    var since: Double
    @Option(help: "The figure's key.")
    var key: String
    @Argument(help: "The port of the probe on 127.0.0.1.")
    var port: UInt16

    func run() throws {
        let deadline = Self.now() + 60
        while !Self.isReady(port) {
            guard Self.now() < deadline else { throw BenchError("port \(port) was not ready within 60 s") }
            usleep(1_000)
        }
        Bench.print(key, (Self.now() - since) * 1_000)
    }

    private static func isReady(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let request = "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        var answer = [UInt8](repeating: 0, count: 64)
        guard connected == 0, send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0,
            case let count = recv(descriptor, &answer, answer.count, 0), count > 0
        else { return false }
        return String(decoding: answer.prefix(count), as: UTF8.self).hasPrefix("HTTP/1.1 200")
    }

    private static func now() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
