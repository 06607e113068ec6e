import ArgumentParser

/// Prints a review, for a look at what is measured.
struct Review: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a review that the measurements use.")

    @Argument(help: "skip, or a language, such as python")
    var kind: String
    @Argument(help: "Bytes.")
    var bytes: Int

    func run() throws {
        guard let kind = PodReview.Case(name: kind) else { throw ValidationError("no such case: \(kind)") }
        print(String(decoding: PodReview(kind, bytes: bytes).body, as: UTF8.self))
    }
}
