/// What a reconcile says when nothing failed.
public enum ReconcileResult: Sendable, Equatable {
    /// The world is as it should be, until the next change.
    case done
    /// Look again after this time, if nothing happens before.
    case requeue(after: Duration)
}

/// An error that trying again does not help against: the key is left alone until it changes.
public struct TerminalError: Error, Sendable, CustomStringConvertible {
    public var cause: any Error

    public init(_ cause: any Error) { self.cause = cause }

    public var description: String { "\(cause)" }
}
