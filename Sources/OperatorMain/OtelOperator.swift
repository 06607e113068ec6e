import ArgumentParser
import Glibc

/// The command line. Without a subcommand it runs the operator, so that a Deployment made for the reference works.
@main
struct OtelOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otel-operator",
        abstract: "Automates OpenTelemetry on Kubernetes.",
        version: "otel-operator \(Version.current) (compatible with opentelemetry-operator \(Version.reference))",
        subcommands: [Run.self, Inject.self, Render.self],
        defaultSubcommand: Run.self)

    /// A command line that cannot be used ends with the command's own status for that, whoever finds it out:
    /// argument-parser's is 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardStream.error.write(fullMessage(for: error) + "\n")
            Glibc.exit(CommandLine.arguments.dropFirst().first == "render" ? Render.failure : 1)
        }
    }
}
