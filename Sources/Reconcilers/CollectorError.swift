import KubeClient
import KubeModel

/// One object that could not be brought to what was rendered.
struct ObjectProblem: Sendable, Equatable {
    /// What it is about, for telling it once: the texts of one cause may differ from try to try.
    enum Cause: Hashable, Sendable {
        case refused(code: Int, reason: String)
        case unanswered
        case leaving
        case foreign(String)
    }

    var reference: TypedKey
    var message: String
    var cause: Cause
    /// Worth another try soon: the cause may pass by itself.
    var isTransient: Bool
    /// Mostly over in a moment, and only told when it is not.
    var isInPassing: Bool { cause == .leaving }
    /// The namespace is on its way out, and our objects with it: nobody waits for them, and no Event can be made there.
    var isFarewell = false

    init(_ reference: TypedKey, _ what: String, _ error: KubeError) {
        self.reference = reference
        message = "\(what) \(reference): \(error)"
        cause = error.status.map { .refused(code: $0.code, reason: $0.reason) } ?? .unanswered
        isFarewell = error.status?.causes.contains("NamespaceTerminating") == true
        isTransient = !isFarewell
    }

    init(_ reference: TypedKey, leaving state: String) {
        self.reference = reference
        message = "\(reference) \(state) and will be made again when it is gone"
        cause = .leaving
        isTransient = true
    }

    init(_ reference: TypedKey, foreign holder: String) {
        self.reference = reference
        message = "\(reference) belongs to \(holder) and was left alone: rename the collector, or delete that object"
        cause = .foreign(holder)
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
