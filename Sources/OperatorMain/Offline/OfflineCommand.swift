import ArgumentParser
import Glibc
import Manifests

/// A command that does to manifests what the operator does in a cluster, as its settings say.
protocol OfflineCommand: OperatorCommand {
    /// The flags of `run` that count here, too; `Settings` reads them.
    var flags: [String] { get }
}

extension OfflineCommand {
    /// - Parameter settings: those of `run` that count here.
    func resolvedSettings(_ settings: [Setting]) throws -> Settings {
        do {
            return try Settings.resolved(
                settings, for: Self.configuration.commandName ?? "", arguments: flags,
                environment: { ProcessEnvironment.value(of: $0) }, readFile: Run.readFile)
        } catch {
            try fail("configuration error: \(error)")
        }
    }

    /// Writes to standard output.
    func write(_ text: String) throws {
        guard StandardStream.output.write(text) else {
            try fail("could not write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    /// Writes a line to standard error.
    func tell(_ line: String) { StandardStream.error.write(TextTable.printable(line) + "\n") }

    /// Ends the command.
    ///
    /// - Parameter place: the file, with the line perhaps, that it is about.
    func fail(_ message: String, at place: String? = nil) throws -> Never {
        tell("\(place.map { "\($0): " } ?? "")error: \(message)")
        throw ExitCode(Self.unusable)
    }
}
