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

    /// How many of its requests to the API server have changed something: accepted PATCH, which an apply is too, and DELETE.
    /// Leases are written by PUT, Events and reviews by POST.
    func changes() throws -> Int {
        try metrics().split(separator: "\n").reduce(0) { sum, line in
            let isChange =
                line.hasPrefix("rest_client_requests_total{") && line.contains(#"code="2"#)
                && (line.contains(#"method="PATCH""#) || line.contains(#"method="DELETE""#))
            return sum + (isChange ? line.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0 : 0)
        }
    }

    /// Waits until it has changed nothing for that long.
    func settles(for quiet: Duration) async throws {
        let clock = ContinuousClock()
        var last = try changes()
        var since = clock.now
        _ = try await eventually("\(quiet) without a change by the operator", within: .seconds(60)) {
            let now = try changes()
            if now != last { (last, since) = (now, clock.now) }
            return clock.now - since >= quiet ? true : nil
        }
    }

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
