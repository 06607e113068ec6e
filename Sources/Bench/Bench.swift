import ArgumentParser

/// What `make bench` is made of; `hack/local/bench` calls the parts in their order.
///
/// Each part prints one measured figure a line: its key, a space, its value in the unit that ``Figure`` names.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Bench", abstract: "Measures the operator's speed and size.",
        subcommands: [
            InProcess.self, OverTLS.self, AwaitReady.self, Populate.self, Floor.self, Memory.self, Report.self,
            Review.self,
        ])

    /// Prints a figure where the report finds it.
    static func print(_ key: String, _ value: Double) { Swift.print(key, value) }
}
