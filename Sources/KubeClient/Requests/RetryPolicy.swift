/// When an answer that says "not now" is worth another try. A value: it decides, the client waits.
///
/// - A 429 was not carried out, so any request may be repeated; a 503 may have been, so only an idempotent one is.
/// - The server's `Retry-After` is obeyed, never shortened. When it asks for more than ``longestWait`` or than is left
///   until the deadline, the caller gets the answer at once, with the number of seconds in its Status.
///
/// Source: RFC 9110 §10.2.3; Kubernetes "API Priority and Fairness".
public struct RetryPolicy: Sendable, Equatable {
    /// Tries in all, the first one included.
    public var attempts: Int
    /// The longest single wait.
    public var longestWait: Duration
    /// The wait after a 429 without `Retry-After`; it doubles with each try.
    public var firstWait: Duration

    public init(attempts: Int = 5, longestWait: Duration = .seconds(10), firstWait: Duration = .milliseconds(500)) {
        self.attempts = attempts
        self.longestWait = longestWait
        self.firstWait = firstWait
    }

    /// Gives every answer to the caller as it is.
    public static let never = RetryPolicy(attempts: 1)

    /// How long to wait before the next try; `nil` when there is to be none.
    ///
    /// - Parameter attempt: the number of the try that got this answer, from 1.
    /// - Parameter remaining: time until the deadline.
    func delay(
        after attempt: Int, code: Int, retryAfterSeconds: Int?, isIdempotent: Bool, remaining: Duration
    ) -> Duration? {
        guard attempt < attempts else { return nil }
        let wait: Duration
        switch (code, retryAfterSeconds) {
        case (429, let seconds?): wait = .seconds(seconds)
        case (503, let seconds?) where isIdempotent: wait = .seconds(seconds)
        case (429, nil): wait = firstWait * (1 << min(attempt - 1, 20))
        default: return nil
        }
        return wait <= longestWait && wait < remaining ? wait : nil
    }
}
