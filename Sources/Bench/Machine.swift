import Document
import Glibc

/// What the figures were measured on.
struct Machine {
    let cores: Int
    let processor: String
    let kernel: String
    let memoryGB: Double
    /// Of the last minute; above the number of cores, something else was running too.
    let loadAverage: Double

    init() throws {
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let model = try File.lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
        processor = model.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "unknown"
        kernel = try File.lines("/proc/sys/kernel/osrelease").first ?? "unknown"
        let total = try File.lines("/proc/meminfo").first?.split(separator: " ").dropFirst().first
        memoryGB = (total.flatMap { Double($0) } ?? 0) * 1_024 / 1e9
        let load = try File.lines("/proc/loadavg").first?.split(separator: " ").first
        loadAverage = load.flatMap { Double($0) } ?? 0
    }

    var json: JSONValue {
        [
            "cores": .int(cores), "processor": .string(processor), "kernel": .string(kernel),
            "memoryGB": .rounded(memoryGB), "loadAverage": .rounded(loadAverage),
        ]
    }
}

extension JSONValue {
    /// A number with four significant digits at least, which is more than any measurement here is worth.
    static func rounded(_ value: Double) -> JSONValue {
        let scale = value.magnitude < 1 ? 1e5 : 1e3
        return JSONNumber((value * scale).rounded() / scale).map(JSONValue.number) ?? .null
    }
}
