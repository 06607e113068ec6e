public import KubeClient
public import KubeModel
public import Logging
public import Metrics
import ServiceLifecycle
import Synchronization

/// Sees to it that of several replicas one leads at a time, by means of a Lease.
///
/// ## Timings
/// The reference holds its lease for 137 s (renews within 107 s, every 26 s): with those figures a cluster without a
/// working API server for a minute or two sees no change of leader, because there a leader that loses its lease *exits*.
/// Here it does not: it stops leading, goes on serving webhooks, and contends again. So losing the lease is cheap, and the
/// figures are client-go's defaults (15 s, 10 s, 2 s): after a leader died without a word another one leads within 17 s
/// instead of 163. That leaders change more often does no harm: reconciles are level-based and idempotent and write with
/// server-side apply. During an outage of the API server nobody can take over either; when it is back, the old leader finds
/// its own name in the lease and goes on at once.
///
/// - Guarantees: between two leaders lie at least `leaseDuration - renewDeadline` (5 s) in which the first one has been
///   cancelled. Other candidates' clocks do not matter. An orderly stop gives the lease back.
/// - Assumptions: clocks run at about the same speed; work that is cancelled ends within those 5 s.
/// - Caveats: no fencing. A process that was stopped in the middle of a request may still finish it.
///
/// Source: client-go `tools/leaderelection`; Kubernetes documentation, "Leases".
public final class LeaderElector: Sendable {
    public struct Configuration: Sendable {
        public var namespace: String
        public var name: String
        /// Who we are, different for each process: `<hostname>_<uuid>`.
        public var identity: String
        /// For how long others leave us alone after a renewal. In whole seconds.
        public var leaseDuration: Duration = .seconds(15)
        /// After so long without a renewal we stop leading. Shorter than `leaseDuration`.
        public var renewDeadline: Duration = .seconds(10)
        /// Between two tries. Candidates wait up to 1.2 times longer, so that they do not all come at once.
        public var retryPeriod: Duration = .seconds(2)

        /// - Parameter name: by default that of the reference, so that the two contend when both are installed.
        public init(namespace: String, name: String = "9f7554c3.opentelemetry.io", identity: String) {
            self.namespace = namespace
            self.name = name
            self.identity = identity
        }
    }

    /// How many times its length a candidate's wait may grow by at most; client-go's figure.
    private static let retryJitter = 1.2
    /// For giving the lease back while the process is stopping.
    private static let releaseTimeout = Duration.seconds(2)

    private let api: any KubeAPI
    private let configuration: Configuration
    private let clock: RuntimeClock
    private let timestamp: @Sendable () -> Timestamp
    private let recorder: EventRecorder?
    private let logger: Logger
    private let masterStatus: Meter
    private let slowPath: Counter
    private let state: Mutex<ElectionState>
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    /// - Parameter recorder: gets an Event on the Lease for each change of leader.
    public init(
        _ configuration: Configuration, api: any KubeAPI, recorder: EventRecorder? = nil,
        clock: any Clock<Duration> = ContinuousClock(), timestamp: @escaping @Sendable () -> Timestamp = Timestamp.now,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        precondition(
            configuration.leaseDuration > configuration.renewDeadline
                && configuration.renewDeadline > configuration.retryPeriod * Self.retryJitter,
            "lease duration, renew deadline and retry period must be apart")
        self.api = api
        self.configuration = configuration
        self.recorder = recorder
        self.clock = RuntimeClock(clock)
        self.timestamp = timestamp
        var logger = logger
        logger[metadataKey: "lease"] = "\(configuration.namespace)/\(configuration.name)"
        logger[metadataKey: "identity"] = "\(configuration.identity)"
        self.logger = logger
        masterStatus = Meter(
            label: "leader_election_master_status", dimensions: [("name", configuration.name)], factory: factory)
        masterStatus.set(0)
        slowPath = Counter(
            label: "leader_election_slowpath_total", dimensions: [("name", configuration.name)], factory: factory)
        state = Mutex(
            ElectionState(
                identity: configuration.identity, leaseDuration: configuration.leaseDuration,
                renewDeadline: configuration.renewDeadline))
        self.generator = Mutex(generator)
    }

    /// Whether we lead now.
    public var isLeader: Bool { state.withLock { $0.isLeader } }

    /// Contends for the lease and runs `lead` whenever we have it.
    ///
    /// `lead` is cancelled when the lease is lost, awaited, and called again when the lease is won again. The lease is given
    /// back, and this returns, when `lead` returns by itself, such as in a graceful shutdown; also when the task is
    /// cancelled, or a graceful shutdown begins before we lead.
    ///
    /// - Throws: what `lead` throws while we hold the lease.
    public func run(whileLeading lead: @escaping @Sendable () async throws -> Void) async throws {
        while true {
            guard await cancelWhenGracefulShutdown({ await self.acquire() }) else { return }
            changed(to: true)
            let outcome: Result<Ended, any Error>
            do { outcome = .success(try await leadAndRenew(lead)) } catch { outcome = .failure(error) }
            if case .success(.lost) = outcome, !Task.isCancelled {
                changed(to: false)
                continue
            }
            await release()
            changed(to: false)
            if Task.isCancelled { return }
            _ = try outcome.get()
            return
        }
    }

    // MARK: Acquiring and renewing

    private enum Ended { case finished, lost }

    /// - Returns: whether we lead; `false` when the task was cancelled.
    private func acquire() async -> Bool {
        logger.info("contending for the lease")
        while !Task.isCancelled {
            let start = clock.now()
            if await attempt(until: start + configuration.renewDeadline) { return true }
            let pause = generator.withLock {
                BackOff.jittered(configuration.retryPeriod, by: Self.retryJitter, using: &$0)
            }
            try? await clock.sleep(for: pause)
        }
        // Won in the moment of the cancellation: the lease must not stay with us.
        await release()
        return false
    }

    /// Runs the leader's work beside the renewals. Whichever ends first ends the other.
    private func leadAndRenew(_ lead: @escaping @Sendable () async throws -> Void) async throws -> Ended {
        try await withThrowingTaskGroup(of: Ended.self) { group in
            group.addTask {
                try await lead()
                return .finished
            }
            group.addTask {
                await self.renew()
                return .lost
            }
            defer { group.cancelAll() }
            let first = try await group.next() ?? .lost
            group.cancelAll()
            if first == .lost {
                // What the work throws because it was cancelled is no failure of its own.
                while let result = await group.nextResult() {
                    if case .failure(let error) = result {
                        logger.debug("the leader's work ended", metadata: ["error": "\(error)"])
                    }
                }
            }
            return first
        }
    }

    /// Renews until that fails for too long.
    private func renew() async {
        while !Task.isCancelled {
            guard let deadline = state.withLock({ $0.deadline }) else { return }
            // Not beyond the deadline: we stop leading then, not a retry later.
            try? await clock.sleep(until: min(clock.now() + configuration.retryPeriod, deadline))
            guard !Task.isCancelled else { return }
            let hasRenewed = await attempt(until: deadline)
            guard !Task.isCancelled else { return }
            if hasRenewed { continue }
            let (isLeader, holder) = state.withLock { ($0.isLeader, $0.record?.holder ?? "") }
            if !isLeader {
                logger.warning("somebody else holds the lease", metadata: ["holder": "\(holder)"])
                return
            }
            if clock.now() >= deadline {
                state.withLock { $0.steppedDown() }
                logger.warning("could not renew the lease in time")
                return
            }
        }
    }

    /// Tries once to get or renew the lease.
    ///
    /// - Returns: whether we lead until the next deadline.
    private func attempt(until deadline: Duration) async -> Bool {
        do {
            return try await clock.run(until: deadline) { try await self.attempt() } ?? false
        } catch is CancellationError {
            return false
        } catch {
            if !Task.isCancelled { logger.warning("could not get the lease", metadata: ["error": "\(error)"]) }
            return false
        }
    }

    private func attempt() async throws -> Bool {
        // While we lead, our last write is most likely still what is there: one request instead of two.
        let known = state.withLock { $0.isLeader ? $0.lease : nil }
        if let known {
            do throws(KubeError) {
                try await claim(known)
                return true
            } catch {
                guard let status = error.status, status.isConflict || status.isNotFound else { throw error }
                slowPath.increment()
            }
        }
        do throws(KubeError) {
            let lease = try await api.get(.lease, key)
            let mayClaim = state.withLock { state in
                state.observed(lease, at: clock.now())
                return state.mayClaim(at: clock.now())
            }
            guard mayClaim else { return false }
            do throws(KubeError) { try await claim(lease) } catch {
                guard error.status?.isConflict == true else { throw error }
                return false  // another candidate was faster
            }
        } catch {
            guard error.status?.isNotFound == true else { throw error }
            state.withLock { $0.observedNone() }
            do throws(KubeError) { try await claim(nil) } catch {
                guard error.status?.isAlreadyExists == true else { throw error }
                return false
            }
        }
        return true
    }

    /// Writes us into the lease. Its resource version makes the server refuse when somebody else has written meanwhile.
    private func claim(_ lease: KubeObject?) async throws(KubeError) {
        let start = clock.now()
        var wanted = lease ?? KubeObject(.lease, key)
        state.withLock { $0.claim(now: timestamp()) }.write(into: &wanted)
        let written: KubeObject
        if lease == nil {
            written = try await api.create(.lease, wanted)
        } else {
            written = try await api.replace(.lease, wanted, subresource: nil)
        }
        state.withLock { $0.claimed(written, start: start) }
    }

    private var key: ObjectKey { ObjectKey(namespace: configuration.namespace, name: configuration.name) }

    // MARK: Giving back

    /// Gives the lease back, if we have it.
    private func release() async {
        guard state.withLock({ $0.isLeader }) else { return }
        // The task may be cancelled already, and this request is wanted all the same. Unstructured, therefore, but awaited
        // here and bounded by the deadline.
        await Task {
            do {
                let deadline = clock.now() + Self.releaseTimeout
                let isReleased = try await clock.run(until: deadline) { try await self.writeRelease() } ?? false
                if isReleased { logger.info("gave the lease back") }
            } catch {
                logger.debug("could not give the lease back", metadata: ["error": "\(error)"])
            }
        }.value
        state.withLock { $0.steppedDown() }
    }

    /// - Returns: `false` when the lease turns out not to be ours.
    private func writeRelease() async throws(KubeError) -> Bool {
        guard let wanted = releasedLease() else { return false }
        do throws(KubeError) {
            _ = try await api.replace(.lease, wanted, subresource: nil)
            return true
        } catch {
            guard error.status?.isConflict == true else { throw error }
        }
        // A renewal that was cut off by the cancellation may have been carried out all the same.
        let lease = try await api.get(.lease, key)
        state.withLock { $0.observed(lease, at: clock.now()) }
        guard let wanted = releasedLease() else { return false }
        _ = try await api.replace(.lease, wanted, subresource: nil)
        return true
    }

    private func releasedLease() -> KubeObject? {
        state.withLock { state in
            guard let record = state.release(now: timestamp()), var lease = state.lease else { return nil }
            record.write(into: &lease)
            return lease
        }
    }

    private func changed(to isLeader: Bool) {
        masterStatus.set(isLeader ? 1 : 0)
        logger.info(isLeader ? "became leader" : "stopped leading")
        guard let recorder else { return }
        let lease = state.withLock { $0.lease } ?? KubeObject(.lease, key)
        recorder.record(
            .normal, regarding: ObjectReference(.lease, lease), reason: "LeaderElection",
            note: "\(configuration.identity) \(isLeader ? "became leader" : "stopped leading")")
    }
}
