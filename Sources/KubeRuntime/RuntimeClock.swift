/// Any clock, with its instants counted from the moment it was wrapped, so that the types that use it need no generics.
struct RuntimeClock: Sendable {
    /// The time since the clock was wrapped.
    let now: @Sendable () -> Duration
    private let sleepUntil: @Sendable (Duration) async throws -> Void

    init(_ clock: any Clock<Duration>) {
        self = Self.wrapping(clock)
    }

    private init(
        now: @escaping @Sendable () -> Duration, sleepUntil: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleepUntil = sleepUntil
    }

    private static func wrapping<C: Clock<Duration>>(_ clock: C) -> RuntimeClock {
        let origin = clock.now
        return RuntimeClock(
            now: { origin.duration(to: clock.now) },
            sleepUntil: { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) })
    }

    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until deadline: Duration) async throws {
        try await sleepUntil(deadline)
    }

    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws {
        try await sleepUntil(now() + duration)
    }

    /// Runs an operation, cancelling it at the deadline.
    ///
    /// - Returns: `nil` when the deadline passed first. The operation has ended in any case, as it is a child task.
    func run<Value: Sendable>(
        until deadline: Duration, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await operation() }
            group.addTask {
                try await sleep(until: deadline)
                return nil
            }
            return try await group.next() ?? nil
        }
    }
}

extension Duration {
    /// In seconds, as Prometheus wants it.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// In whole nanoseconds, cut to what 64 bits hold (292 years).
    var inNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
}
