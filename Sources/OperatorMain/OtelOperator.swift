import ArgumentParser

/// The command line. Without a subcommand it runs the operator, so that a Deployment made for the reference works.
@main
struct OtelOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otel-operator",
        abstract: "Automates OpenTelemetry on Kubernetes.",
        version: "otel-operator \(Version.current) (compatible with opentelemetry-operator \(Version.reference))",
        subcommands: [Run.self],
        defaultSubcommand: Run.self)
}
