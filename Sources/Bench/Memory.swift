import ArgumentParser
import Glibc

/// Prints what a process holds of the machine's memory, in MB (1,000,000 bytes).
struct Memory: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure the resident memory of a process.")

    @Option(help: "What the figures' keys begin with.")
    var key: String
    @Flag(help: "Also the most it has held since it started.")
    var peak = false
    @Argument(help: "The process.")
    var process: Int

    func run() throws {
        let rollup = try File.lines("/proc/\(process)/smaps_rollup")
        try printField("Rss:", of: rollup, as: "resident")
        try printField("Anonymous:", of: rollup, as: "anonymous")
        if peak { try printField("VmHWM:", of: File.lines("/proc/\(process)/status"), as: "peak") }
    }

    private func printField(_ field: String, of lines: [String], as name: String) throws {
        guard let line = lines.first(where: { $0.hasPrefix(field) }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { throw BenchError("/proc/\(process) does not tell \(field)") }
        Bench.print("\(key).\(name)", kilobytes * 1_024 / 1e6)
    }
}
