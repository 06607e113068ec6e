import DequeModule
import Document
public import KubeClient
public import KubeModel
public import Logging
public import Metrics
public import ServiceLifecycle
import Synchronization

/// Tells users what happened to their objects, as Events.
///
/// - Guarantees: `record` never waits. Equal events become one Event with a count. Notes are cut to the 1,024 bytes that
///   the API takes.
/// - Caveats: Events are a courtesy, not a record: when too many are waiting or the API server refuses them, they are
///   dropped, counted in `event_recorder_dropped_total{reason}`.
///
/// Source: `events.k8s.io/v1`; client-go `tools/events`.
public final class EventRecorder: Service, Sendable {
    public enum EventType: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// So many writes wait at most.
    static let queueLimit = 1000
    static let attempts = 5
    /// For what still waits when the process stops.
    static let drainTimeout = Duration.seconds(2)

    private struct Guarded {
        var series: EventSeries
        var pending: Deque<EventSeries.Write> = []
    }

    private let api: any KubeAPI
    private let clock: RuntimeClock
    private let timestamp: @Sendable () -> Timestamp
    private let refresh: Duration
    private let backOff: BackOff
    private let logger: Logger
    private let guarded: Mutex<Guarded>
    private let arrived = Signal()
    private let metrics: EventMetrics

    /// - Parameters:
    ///   - controller: the reporting controller.
    ///   - instance: the name of our pod.
    public convenience init(
        api: any KubeAPI, controller: String = "opentelemetry-operator", instance: String,
        clock: any Clock<Duration> = ContinuousClock(), timestamp: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger, metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.init(
            api: api, reporter: EventReporter(controller: controller, instance: instance), limits: .init(),
            clock: clock, timestamp: timestamp, backOff: BackOff(initial: .seconds(1), maximum: .seconds(10)),
            logger: logger, metrics: metrics)
    }

    init(
        api: any KubeAPI, reporter: EventReporter, limits: EventSeries.Limits, clock: any Clock<Duration>,
        timestamp: @escaping @Sendable () -> Timestamp, backOff: BackOff, logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.api = api
        self.clock = RuntimeClock(clock)
        self.timestamp = timestamp
        self.backOff = backOff
        self.logger = logger
        refresh = limits.refresh
        guarded = Mutex(Guarded(series: EventSeries(reporter: reporter, limits: limits)))
        self.metrics = EventMetrics(factory: metrics)
    }

    /// Records an event. Returns at once.
    ///
    /// - Parameters:
    ///   - regarding: the object that the event is about.
    ///   - related: another object that had a part in it.
    ///   - fallback: what the event is about instead, when too many objects of the namespace have the same reason.
    ///   - reason: a CamelCase word for programs.
    ///   - action: what was done; the reason, when not given.
    ///   - note: a sentence for people. No secrets.
    public func record(
        _ type: EventType, regarding: ObjectReference, related: ObjectReference? = nil,
        fallback: ObjectReference? = nil, reason: String, action: String? = nil, note: String
    ) {
        let event = EventNote(
            type: type.rawValue, reason: reason, action: action ?? reason,
            note: EventReporter.cut(note, to: EventReporter.noteLimit), regarding: regarding, related: related)
        let now = clock.now()
        let drop = guarded.withLock { guarded -> EventMetrics.Drop? in
            // Asked first: an event that finds no place must not be remembered as written.
            guard guarded.pending.count < Self.queueLimit else { return .queueFull }
            switch guarded.series.record(event, fallback: fallback, at: now, timestamp: timestamp()) {
            case .write(let write):
                guarded.pending.append(write)
                return nil
            case .counted: return nil
            case .limited: return .rateLimited
            }
        }
        if let drop { metrics.count(drop) } else { arrived.notify() }
    }

    /// Writes events until the task is cancelled, or a graceful shutdown begins; then what waits is written first.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.writeContinuously() }
        guard !Task.isCancelled else { return }
        _ = try? await clock.run(until: clock.now() + Self.drainTimeout) {
            while !Task.isCancelled, let write = self.takePending() {
                do throws(KubeError) {
                    try await self.perform(write)
                } catch {
                    self.failed(write, error)
                }
            }
        }
    }

    private func writeContinuously() async {
        var nextRefresh = clock.now() + refresh
        while !Task.isCancelled {
            while !Task.isCancelled, let write = takePending() { await performWithRetries(write) }
            if Task.isCancelled { return }
            let now = clock.now()
            if now >= nextRefresh {
                nextRefresh = now + refresh
                guarded.withLock { guarded in
                    let room = Self.queueLimit - guarded.pending.count
                    guarded.pending.append(contentsOf: guarded.series.refresh(at: now).prefix(room))
                }
                continue
            }
            await arrived.wait(until: nextRefresh, on: clock)
        }
    }

    private func takePending() -> EventSeries.Write? { guarded.withLock { $0.pending.popFirst() } }

    private func performWithRetries(_ write: EventSeries.Write) async {
        var backOff = backOff
        while true {
            do throws(KubeError) {
                return try await perform(write)
            } catch {
                if Task.isCancelled {
                    // A graceful shutdown: the drain that follows has another try.
                    guarded.withLock { $0.pending.prepend(write) }
                    return
                }
                guard Self.isWorthRetrying(error), backOff.attempts + 1 < Self.attempts else {
                    return failed(write, error)
                }
                let delay = max(backOff.next(), error.status?.retryAfterSeconds.map { .seconds($0) } ?? .zero)
                try? await clock.sleep(for: delay)
            }
        }
    }

    private func perform(_ write: EventSeries.Write) async throws(KubeError) {
        switch write {
        case .create(let event):
            do throws(KubeError) { _ = try await api.create(.event, event) } catch {
                // A try whose answer was lost has made it.
                guard error.status?.isAlreadyExists == true else { throw error }
            }
        case .patch(let key, let count, let lastObserved):
            let series: JSONValue = [
                "series": ["count": .int(count), "lastObservedTime": .string(lastObserved.rfc3339Micro)]
            ]
            do throws(KubeError) { _ = try await api.patch(.event, key, .merge(series), subresource: nil) } catch {
                guard error.status?.isNotFound == true else { throw error }
                // Expired on the server, or deleted there: what happened gets an Event of its own.
                let now = clock.now()
                guarded.withLock { guarded in
                    let write = guarded.series.renew(key, at: now, timestamp: lastObserved)
                    if let write { guarded.pending.prepend(write) }
                }
                return
            }
        }
        metrics.written.increment()
    }

    private func failed(_ write: EventSeries.Write, _ error: KubeError) {
        // There is no Event that the next time could be added to: it makes one.
        if case .create(let event) = write { guarded.withLock { $0.series.forget(event.key) } }
        metrics.count(.failed)
        logger.debug("could not write an event", metadata: ["error": "\(error)"])
    }

    /// A refusal stays one: forbidden, invalid, or a namespace that is going away.
    private static func isWorthRetrying(_ error: KubeError) -> Bool {
        switch error {
        case .api(let status): status.code == 429 || status.code >= 500
        case .transport, .timeout: true
        default: false
        }
    }
}
