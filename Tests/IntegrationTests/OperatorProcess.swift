import Foundation
import Synchronization
import TestSupport

/// The operator as a process beside the control plane, run as the ServiceAccount of the manifests by `hack/local/run`.
final class OperatorProcess {
    let state: URL
    private let launcher: Process

    /// The port that the installed webhook configurations name.
    private static let port = Int.random(in: 10_000...14_999)
    private static let isInstalled = Atomic(false)

    /// Installs the manifests when that was not done yet, and starts the operator.
    ///
    /// - Parameter webhookPort: another port than the one that the API server calls, for a second replica.
    init(flags: [String] = [], webhookPort: Int? = nil) throws {
        state = FileManager.default.temporaryDirectory.appending(path: "operator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        launcher = Process()
        // Foundation starts processes with the signals blocked that its threads block; this one must hear SIGTERM.
        launcher.executableURL = URL(filePath: "/usr/bin/python3")
        launcher.arguments =
            [
                "-c",
                "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])",
                Cluster.root.appending(path: "hack/local/run").path(),
            ] + flags
        var environment = ["STATE": state.path(), "WEBHOOK_PORT": String(webhookPort ?? Self.port)]
        if webhookPort != nil || Self.isInstalled.exchange(true, ordering: .relaxed) { environment["INSTALL"] = "no" }
        launcher.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try Self.newFile(state.appending(path: "out"))
        let log = try Self.newFile(state.appending(path: "log"))
        launcher.standardOutput = output
        launcher.standardError = log
        launcher.standardInput = FileHandle.nullDevice
        try launcher.run()
    }

    deinit { stop() }

    func untilServing() async throws {
        _ = try await eventually("the operator to serve") {
            guard launcher.isRunning else { throw OperatorEnded(log: log) }
            return try text("out").contains("otel-operator: serving") ? true : nil
        }
    }

    /// Asks it to stop, and waits until it has.
    func stop() {
        if launcher.isRunning { launcher.terminate() }
        launcher.waitUntilExit()
    }

    /// `kill -9`, as a node failure would look.
    func kill() throws {
        _ = try shell(["kill", "-9", text("pid").trimmingCharacters(in: .whitespacesAndNewlines)])
    }

    var isRunning: Bool { launcher.isRunning }
    var log: String { (try? text("log")) ?? "" }

    /// A URL of the operator: `HEALTH_URL`, `METRICS_URL` or `WEBHOOK_URL`.
    func url(_ name: String) throws -> String {
        let line = try text("env").split(separator: "\n").first { $0.hasPrefix("\(name)=") } ?? ""
        return String(line.dropFirst(name.count + 1))
    }

    func metrics() throws -> String { try shell(["curl", "-sS", url("METRICS_URL") + "/metrics"]).output }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: state.appending(path: name), encoding: .utf8)
    }

    private static func newFile(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }
}

struct OperatorEnded: Error, CustomStringConvertible {
    var log: String
    var description: String { "the operator ended:\n\(log.suffix(4000))" }
}
