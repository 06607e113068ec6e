import KubeRuntime
import ServiceLifecycle

/// Something that only the leader does.
struct LeadingWork: Sendable {
    /// Before the first reconcile: the stores must show what there is, or it would be made again.
    var prepare: @Sendable () async throws -> Void
    /// Until the task is cancelled or a graceful shutdown begins. May be called again after it was cancelled.
    var run: @Sendable () async throws -> Void
}

/// Runs the leader's work while this replica leads, or always when there is no election.
struct LeadingService: Service {
    let elector: LeaderElector?
    let work: [LeadingWork]

    func run() async throws {
        guard let elector else { return try await lead() }
        try await elector.run(whileLeading: lead)
    }

    /// Each work waits for its own preparation alone.
    private func lead() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for work in work { group.addTask { try await Self.lead(work) } }
            try await group.waitForAll()
        }
    }

    private static func lead(_ work: LeadingWork) async throws {
        let isPrepared: Bool = try await cancelWhenGracefulShutdown {
            do {
                try await work.prepare()
                return true
            } catch is CancellationError {
                return false
            }
        }
        if isPrepared { try await work.run() }
    }
}
