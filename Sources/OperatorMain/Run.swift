import ArgumentParser
import Document
import Glibc
import KubeClient
import Logging

/// `otel-operator run`: the in-cluster process.
struct Run: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run in a cluster: admission webhooks on every replica, reconcilers on the leader.",
        discussion: Setting.flagsHelp)

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("See FLAGS above.", visibility: .hidden))
    var flags: [String] = []

    func run() async throws {
        if flags.contains(where: { ["--help", "-h", "-help"].contains($0) }) { throw CleanExit.helpRequest(self) }
        let settings: Settings
        do throws(SettingsError) {
            settings = try Settings.resolved(
                arguments: flags, environment: { ProcessEnvironment.value(of: $0) }, readFile: Self.readFile)
        } catch {
            Self.fail("configuration error: \(error.description)")
        }
        let logSettings = settings.log
        LoggingSystem.bootstrap { LineLogHandler(label: $0, settings: logSettings) }
        for note in settings.notes {
            Logger(label: "setup").warning("setting without effect", metadata: ["note": "\(note)"])
        }
        do {
            try await OperatorProcess(settings: settings, environment: ProcessEnvironment()).run()
        } catch {
            Logger(label: "setup").critical("stopped", metadata: ["error": "\(error)"])
            throw ExitCode(1)
        }
    }

    private static func fail(_ message: String) -> Never {
        _ = "\(message)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
        Glibc.exit(1)
    }

    static func readFile(_ path: String) throws(SettingsError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw SettingsError(description: "could not read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            // A folder opens, and only reading it fails.
            if ferror(file) != 0 {
                throw SettingsError(description: "could not read \(path): \(String(cString: strerror(errno)))")
            }
            if count == 0 { return content }
            content += chunk.prefix(count)
        }
    }
}
