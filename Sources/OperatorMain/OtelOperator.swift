import ArgumentParser
import Glibc

/// The command line. Without a subcommand it runs the operator, so that a Deployment made for the reference works.
@main
struct OtelOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otel-operator",
        abstract: "Automates OpenTelemetry on Kubernetes.",
        version: "otel-operator \(Version.current) (compatible with opentelemetry-operator \(Version.reference))",
        subcommands: commands,
        defaultSubcommand: Run.self)

    private static let commands: [any OperatorCommand.Type] = [Run.self, Inject.self, Render.self]

    /// A command line that cannot be used ends with the command's own status for that, whoever finds it out:
    /// argument-parser's is 64.
    static func main() async {
        var type = asked(by: CommandLine.arguments.dropFirst().first)
        do {
            var command = try parseAsRoot()
            type = Swift.type(of: command) as? any OperatorCommand.Type ?? type
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardStream.error.write(fullMessage(for: error) + "\n")
            Glibc.exit(type.unusable)
        }
    }

    /// The command whose line could not even be read, as argument-parser does not tell: the first word names it.
    private static func asked(by word: String?) -> any OperatorCommand.Type {
        commands.first { $0.configuration.commandName == word } ?? Run.self
    }
}

/// A command of this program.
protocol OperatorCommand: AsyncParsableCommand {
    /// The exit status for a command line that cannot be used.
    static var unusable: Int32 { get }
}

extension OperatorCommand {
    static var unusable: Int32 { 1 }
}
