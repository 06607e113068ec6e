#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension PrometheusRegistry {
    /// Shows what the kernel knows of this process, as `process_*`. Nothing is shown where there is no `/proc`.
    ///
    /// Source: Prometheus documentation, "Writing client libraries", process metrics; proc(5).
    public func collectProcessMetrics() { collect { ProcessMetrics.read()?.samples ?? [] } }
}

/// The resources of a process at one moment.
struct ProcessMetrics: Equatable {
    var cpuSeconds: Double
    var residentBytes: Double
    var virtualBytes: Double
    var openFileDescriptors: Double?
    var maximumFileDescriptors: Double?
    /// Seconds since 1970.
    var startTime: Double?

    /// What the kernel counts in.
    struct Units {
        var ticksPerSecond: Double
        var pageSize: Double
    }

    /// - Parameters:
    ///   - stat: `/proc/self/stat`.
    ///   - limits: `/proc/self/limits`.
    ///   - systemStat: `/proc/stat`.
    init?(stat: String, limits: String?, systemStat: String?, openFileDescriptors: Int?, units: Units) {
        // The second field is the program's name in parentheses and may hold anything, so count from its end.
        guard let end = stat.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = stat[stat.utf8.index(after: end)...].split(separator: " ")
        // The first field here is number 3 of proc(5).
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        guard let user = field(14), let system = field(15), let size = field(23), let pages = field(24) else {
            return nil
        }
        cpuSeconds = (user + system) / units.ticksPerSecond
        virtualBytes = size
        residentBytes = pages * units.pageSize
        self.openFileDescriptors = openFileDescriptors.map(Double.init)
        maximumFileDescriptors = limits.flatMap { limits in
            Self.line(of: limits, startingWith: "Max open files")?.split(separator: " ").first.flatMap {
                $0 == "unlimited" ? .infinity : Double($0)
            }
        }
        startTime = systemStat.flatMap { text in
            guard let boot = Self.line(of: text, startingWith: "btime ").flatMap({ Double($0) }), let start = field(22)
            else { return nil }
            return boot + start / units.ticksPerSecond
        }
    }

    static func read() -> ProcessMetrics? {
        guard let stat = contents(of: "/proc/self/stat") else { return nil }
        let units = Units(
            ticksPerSecond: Double(max(1, sysconf(Int32(_SC_CLK_TCK)))),
            pageSize: Double(max(1, sysconf(Int32(_SC_PAGESIZE)))))
        return ProcessMetrics(
            stat: stat, limits: contents(of: "/proc/self/limits"), systemStat: contents(of: "/proc/stat"),
            openFileDescriptors: openFileDescriptorCount(), units: units)
    }

    var samples: [PrometheusRegistry.Sample] {
        var samples: [PrometheusRegistry.Sample] = [
            .init(
                "process_cpu_seconds_total", help: "User and system CPU time in seconds", kind: .counter,
                value: cpuSeconds),
            .init("process_resident_memory_bytes", help: "Resident memory in bytes", value: residentBytes),
            .init("process_virtual_memory_bytes", help: "Virtual memory in bytes", value: virtualBytes),
        ]
        if let openFileDescriptors {
            samples.append(.init("process_open_fds", help: "Open file descriptors", value: openFileDescriptors))
        }
        if let maximumFileDescriptors {
            samples.append(
                .init("process_max_fds", help: "Most file descriptors that may be open", value: maximumFileDescriptors))
        }
        if let startTime {
            samples.append(
                .init(
                    "process_start_time_seconds", help: "Start of the process in seconds since 1970", value: startTime))
        }
        return samples
    }

    /// What follows the prefix in the line that starts with it, without spaces around it.
    private static func line(of text: String, startingWith prefix: String) -> Substring? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else { return nil }
        let rest = line.dropFirst(prefix.count).drop { $0 == " " }
        return rest[..<(rest.lastIndex { $0 != " " }.map(rest.index(after:)) ?? rest.startIndex)]
    }

    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { readBytes(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func openFileDescriptorCount() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count - 1  // reading the directory takes one itself
    }
}

/// `read(2)`, which has the name of a method above.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
