import Glibc
import NIOCore

/// Debian's wrk, posting one body again and again over kept TLS connections.
struct LoadGenerator {
    struct Result {
        /// Requests a second.
        var throughput: Double
        /// Milliseconds.
        var p99: Double
        /// Milliseconds of CPU that this process, the server, took for a request.
        var cpu: Double
    }

    private let folder: String
    private let core: Int
    private let seconds: Int
    private let connections: Int
    private let path: String

    init(body: ByteBuffer, core: Int, seconds: Int, connections: Int, path: String) throws {
        var name = Array("/tmp/otel-operator-bench.XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw BenchError("could not make a temporary folder") }
        folder = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.core = core
        self.seconds = seconds
        self.connections = connections
        self.path = path
        try File.write(Array(body.readableBytesView), to: "\(folder)/body.json")
        try File.write(Array(Self.script(body: "\(folder)/body.json").utf8), to: "\(folder)/post.lua")
    }

    /// Loads the server on that port of this machine, and waits.
    func run(port: Int) throws -> Result {
        _ = try output(of: command(port: port, seconds: 1))  // warms up
        let before = Self.processTime()
        let output = try output(of: command(port: port, seconds: seconds))
        let cpu = Self.processTime() - before
        let line = output.split(separator: "\n").last { $0.hasPrefix("bench ") } ?? ""
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 4, numbers[0] > 0 else { throw BenchError("wrk said: \(output)") }
        guard numbers[3] == 0 else { throw BenchError("wrk met \(Int(numbers[3])) errors: \(output)") }
        return Result(
            throughput: numbers[0] / (numbers[1] / 1e6), p99: numbers[2] / 1e3, cpu: cpu / numbers[0] * 1e3)
    }

    func remove() {
        for name in ["body.json", "post.lua"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private func command(port: Int, seconds: Int) -> String {
        "taskset -c \(core) wrk -t1 -c\(connections) -d\(seconds)s -s \(folder)/post.lua https://127.0.0.1:\(port)\(path)"
    }

    /// Prints requests, microseconds, p99 in microseconds, and whatever went wrong, counted.
    private static func script(body: String) -> String {
        """
        local file = assert(io.open("\(body)", "rb"))
        wrk.method = "POST"
        wrk.body = file:read("*a")
        wrk.headers["Content-Type"] = "application/json"
        function done(summary, latency)
          local e = summary.errors
          print(string.format("bench %d %d %d %d", summary.requests, summary.duration, latency:percentile(99),
            e.connect + e.read + e.write + e.status + e.timeout))
        end
        """
    }

    private func output(of command: String) throws -> String {
        guard let pipe = popen("\(command) 2>&1", "r") else { throw BenchError("could not start wrk") }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { text += chunk.prefix(count) }
        let output = String(decoding: text, as: UTF8.self)
        guard pclose(pipe) == 0 else { throw BenchError("wrk failed: \(output)") }
        return output
    }

    /// Seconds of CPU that this process has taken, its children apart.
    private static func processTime() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
