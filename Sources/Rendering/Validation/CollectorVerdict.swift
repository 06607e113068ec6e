/// What the validating webhook says of an OpenTelemetryCollector.
public struct CollectorVerdict: Sendable, Equatable {
    /// The first thing that is wrong: with it the request is denied. `nil` when nothing is.
    public var denial: String?
    /// Shown to who asked, whether denied or not.
    public var warnings: [String]

    public init(denial: String? = nil, warnings: [String] = []) {
        self.denial = denial
        self.warnings = warnings
    }
}

/// Why a collector is not admitted: a sentence for who sent it.
struct CollectorRefusal: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
