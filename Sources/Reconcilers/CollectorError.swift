import KubeClient
import KubeModel

/// One object that could not be brought to what was rendered.
struct ObjectProblem: Sendable, Equatable {
    var reference: TypedKey
    var message: String
    /// Worth another try soon: the cause may pass by itself.
    var isTransient: Bool

    init(_ reference: TypedKey, _ what: String, _ error: KubeError) {
        self.reference = reference
        message = "\(what) \(reference): \(error)"
        isTransient = true
    }

    init(_ reference: TypedKey, leaving state: String) {
        self.reference = reference
        message = "\(reference) \(state) and will be made again when it is gone"
        isTransient = true
    }

    init(_ reference: TypedKey, foreign holder: String) {
        self.reference = reference
        message = "\(reference) belongs to \(holder) and was left alone: rename the collector, or delete that object"
        isTransient = false
    }
}

/// What kept a collector from being as its resource says.
struct CollectorError: Error, Sendable, CustomStringConvertible {
    var problems: [ObjectProblem]

    /// Whether another try may help without a change of the resource.
    var isTransient: Bool { problems.contains { $0.isTransient } }

    var description: String { Self.message(problems) }

    /// One sentence an object, the first ones in full.
    static func message(_ problems: [ObjectProblem]) -> String {
        let shown = problems.prefix(5).map(\.message).joined(separator: "; ")
        return problems.count > 5 ? "\(shown); and \(problems.count - 5) more" : shown
    }
}
