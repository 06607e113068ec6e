import Document
import KubeModel

/// What an Event says. Two notes that are equal are the same event happening again.
struct EventNote: Hashable, Sendable {
    var type: String
    var reason: String
    var action: String
    var note: String
    var regarding: ObjectReference
    var related: ObjectReference?
}

/// Turns notes into few writes: the first makes an Event, the second makes it a series, later ones are counted and written
/// now and then. Pure: time is an argument.
///
/// - Guarantees: memory is bounded. An object and a reason together make at most `burst` Events at once, and then one
///   each `refill`. Where a note names an object to fall back on, a namespace and a reason together make at most
///   `namespaceBurst` Events at once, and then one each `namespaceRefill`; what is beyond becomes one series for
///   each different text about the object to fall back on, up to `burst`.
///
/// Source: client-go `tools/events`; Kubernetes API reference, `events.k8s.io/v1` EventSeries.
struct EventSeries: Sendable {
    struct Limits: Sendable {
        /// How many different events are remembered.
        var cacheSize = 1000
        /// Counts of a series are written so often, and a series that was silent for as long is over.
        var refresh = Duration.seconds(360)
        var burst = 25
        /// For one more Event of the same object and reason.
        var refill = Duration.seconds(300)
        /// The same for all objects of a namespace and a reason, of notes with an object to fall back on.
        var namespaceBurst = 50
        var namespaceRefill = Duration.seconds(30)
    }

    /// What a note about many objects begins with; client-go's words.
    static let combinedPrefix = "(combined from similar events): "

    enum Write: Equatable, Sendable {
        case create(KubeObject)
        /// The event happened so often until then.
        case patch(ObjectKey, count: Int, lastObserved: Timestamp)
    }

    enum Outcome: Equatable, Sendable {
        case write(Write)
        /// Will be written with the next refresh.
        case counted
        /// Too many of that object and reason.
        case limited
    }

    private struct Entry: Sendable {
        var key: ObjectKey
        var count = 1
        var writtenCount = 1
        var lastObserved: Timestamp
        var lastSeen: Duration
        var lastWritten: Duration
    }

    private struct Budget: Sendable {
        var spent: Double
        var since: Duration
    }

    private struct Source: Hashable, Sendable {
        enum Scope: Hashable { case object(ObjectReference), namespace(String) }
        var scope: Scope
        var reason: String
    }

    private let limits: Limits
    private let reporter: EventReporter
    private var entries: [EventNote: Entry] = [:]
    private var budgets: [Source: Budget] = [:]

    init(reporter: EventReporter, limits: Limits = Limits()) {
        self.reporter = reporter
        self.limits = limits
    }

    var count: Int { entries.count }

    /// Something happened.
    ///
    /// - Parameter fallback: what the note is about when too many objects of the namespace have the same to tell, such as
    ///   the namespace.
    mutating func record(
        _ note: EventNote, fallback: ObjectReference? = nil, at now: Duration, timestamp: Timestamp
    ) -> Outcome {
        guard let fallback, fallback.identity != note.regarding.identity else {
            return record(note, spending: [], at: now, timestamp: timestamp)
        }
        let budget = Source(scope: .namespace(note.regarding.namespace), reason: note.reason)
        let outcome = record(note, spending: [budget], at: now, timestamp: timestamp)
        guard outcome == .limited else { return outcome }
        var combined = note
        combined.regarding = fallback
        combined.related = nil
        combined.note = EventReporter.cut(Self.combinedPrefix + note.note, to: EventReporter.noteLimit)
        return record(combined, spending: [], at: now, timestamp: timestamp)
    }

    /// - Parameter budgets: that a new Event is taken from, besides that of its object.
    private mutating func record(
        _ note: EventNote, spending budgets: [Source], at now: Duration, timestamp: Timestamp
    ) -> Outcome {
        var identity = note
        identity.regarding = note.regarding.identity
        identity.related = note.related?.identity
        if var entry = entries[identity], now - entry.lastSeen < limits.refresh {
            entry.count += 1
            entry.lastSeen = now
            entry.lastObserved = timestamp
            let isDue = entry.writtenCount == 1 || now - entry.lastWritten >= limits.refresh
            if isDue {
                entry.writtenCount = entry.count
                entry.lastWritten = now
            }
            entries[identity] = entry
            return isDue ? .write(.patch(entry.key, count: entry.count, lastObserved: timestamp)) : .counted
        }
        let sources = [Source(scope: .object(identity.regarding), reason: note.reason)] + budgets
        guard spend(sources, at: now) else { return .limited }
        let event = reporter.event(note, at: timestamp)
        if entries.count >= limits.cacheSize { evict() }
        entries[identity] = Entry(key: event.key, lastObserved: timestamp, lastSeen: now, lastWritten: now)
        return .write(.create(event))
    }

    /// The counts that have not been written for long. Series that are over are forgotten.
    mutating func refresh(at now: Duration) -> [Write] {
        var writes: [Write] = []
        for (note, entry) in entries {
            let isOver = now - entry.lastSeen >= limits.refresh
            if entry.count > entry.writtenCount, isOver || now - entry.lastWritten >= limits.refresh {
                writes.append(.patch(entry.key, count: entry.count, lastObserved: entry.lastObserved))
                entries[note]?.writtenCount = entry.count
                entries[note]?.lastWritten = now
            }
            if isOver { entries[note] = nil }
        }
        budgets = budgets.filter { spent($0.value, of: $0.key, at: now) > 0 }
        return writes
    }

    /// The Event could not be made: the next time makes one.
    mutating func forget(_ key: ObjectKey) {
        if let note = note(key) { entries[note] = nil }
    }

    /// The Event is gone from the server (it keeps them for an hour): what happened last makes a new one.
    ///
    /// - Returns: `nil` when the series is over, or there were too many of that object and reason.
    mutating func renew(_ key: ObjectKey, at now: Duration, timestamp: Timestamp) -> Write? {
        guard let note = note(key) else { return nil }
        entries[note] = nil
        guard case .write(let write) = record(note, at: now, timestamp: timestamp) else { return nil }
        return write
    }

    private func note(_ key: ObjectKey) -> EventNote? { entries.first { $0.value.key == key }?.key }

    private func spent(_ source: Source, at now: Duration) -> Double {
        budgets[source].map { spent($0, of: source, at: now) } ?? 0
    }

    private func spent(_ budget: Budget, of source: Source, at now: Duration) -> Double {
        max(0, budget.spent - (now - budget.since) / limit(of: source).refill)
    }

    private func limit(of source: Source) -> (burst: Int, refill: Duration) {
        switch source.scope {
        case .object: (limits.burst, limits.refill)
        case .namespace: (limits.namespaceBurst, limits.namespaceRefill)
        }
    }

    /// Takes one Event from each of the budgets, or from none.
    private mutating func spend(_ sources: [Source], at now: Duration) -> Bool {
        let spent = sources.map { self.spent($0, at: now) }
        guard zip(sources, spent).allSatisfy({ $1 + 1 <= Double(limit(of: $0).burst) }) else { return false }
        for (source, spent) in zip(sources, spent) {
            if budgets[source] == nil, budgets.count >= limits.cacheSize { forgetBudgets(at: now) }
            budgets[source] = Budget(spent: spent + 1, since: now)
        }
        return true
    }

    /// Half of them, so that it happens seldom: whoever has spent least has least to gain from being forgotten.
    private mutating func forgetBudgets(at now: Duration) {
        let spent = budgets.map { (source: $0.key, spent: self.spent($0.value, of: $0.key, at: now)) }
        for (source, _) in spent.sorted(by: { $0.spent < $1.spent }).prefix((spent.count + 1) / 2) {
            budgets[source] = nil
        }
    }

    /// A tenth of them, those that were silent for longest.
    private mutating func evict() {
        let oldest = entries.map { (note: $0.key, lastSeen: $0.value.lastSeen) }
            .sorted { $0.lastSeen < $1.lastSeen }.prefix((entries.count + 9) / 10)
        for (note, _) in oldest { entries[note] = nil }
    }
}
