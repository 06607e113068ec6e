import Document
import KubeClient
import KubeModel
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import KubeRuntime

private let pod = ObjectReference(
    apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web", uid: "u1", resourceVersion: "7")

private func note(_ text: String = "did it", reason: String = "Info", regarding: ObjectReference = pod) -> EventNote {
    EventNote(type: "Normal", reason: reason, action: reason, note: text, regarding: regarding)
}

private let time = Timestamp(seconds: 1_700_000_000, nanoseconds: 123_456_000)

@Suite struct EventReporterTests {
    private let reporter = EventReporter(controller: "opentelemetry-operator", instance: "operator-1")

    @Test("an Event has all that the API asks for")
    func event() {
        let event = reporter.event(note(), at: time)
        #expect(event.apiVersion == "events.k8s.io/v1")
        #expect(event.kind == "Event")
        #expect(event.namespace == "shop")
        #expect(event.name.hasPrefix("web."))
        #expect(event["eventTime"] == "2023-11-14T22:13:20.123456Z")
        #expect(event["reportingController"] == "opentelemetry-operator")
        #expect(event["reportingInstance"] == "operator-1")
        #expect(event["action"] == "Info")
        #expect(event["reason"] == "Info")
        #expect(event["type"] == "Normal")
        #expect(event["note"] == "did it")
        #expect(
            event["regarding"]
                == [
                    "apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "web", "uid": "u1",
                    "resourceVersion": "7",
                ])
        #expect(event["related"] == nil)
    }

    @Test("events of cluster-scoped objects are in the namespace default")
    func clusterScoped() {
        let node = ObjectReference(apiVersion: "v1", kind: "Namespace", namespace: "", name: "shop")
        #expect(reporter.event(note(regarding: node), at: time).namespace == "default")
    }

    @Test(
        "names are valid whatever the object is called",
        arguments: [
            "System:Role", String(repeating: "a", count: 253), "::", String(repeating: "-", count: 300), "a.b-c.", "",
        ])
    func names(_ name: String) {
        let object = ObjectReference(apiVersion: "v1", kind: "X", namespace: "n", name: name)
        let result = reporter.event(note(regarding: object), at: time).name
        #expect(result.utf8.count <= 253)
        #expect(result.wholeMatch(of: /[a-z0-9]([-a-z0-9.]*[a-z0-9])?/) != nil, "\(result)")
        #expect(!result.contains(".."))
    }

    @Test(
        "notes are cut at 1,024 bytes between characters",
        arguments: [
            "a", "é", "한", "🙂",
        ])
    func cuts(character: String) {
        for prefix in ["", "x", "xy", "xyz"] {
            let text = prefix + String(repeating: character, count: 1500)
            let cut = EventReporter.cut(text, to: 1024)
            #expect(cut.utf8.count <= 1024)
            #expect(cut.utf8.count > 1024 - 3 - 4)
            #expect(cut.hasSuffix("…"))
            #expect(text.utf8.starts(with: cut.dropLast().utf8), "no character is broken")
        }
        #expect(EventReporter.cut(String(repeating: "a", count: 1024), to: 1024).utf8.count == 1024)
        #expect(!EventReporter.cut(String(repeating: "a", count: 1024), to: 1024).hasSuffix("…"))
    }
}

@Suite struct EventSeriesTests {
    private var series = EventSeries(
        reporter: EventReporter(controller: "c", instance: "i"),
        limits: EventSeries.Limits(cacheSize: 5, refresh: .seconds(360), burst: 3, refill: .seconds(300)))

    private func key(_ outcome: EventSeries.Outcome) -> ObjectKey? {
        if case .write(.create(let event)) = outcome { event.key } else { nil }
    }

    @Test("the first is an Event, the second a series, the rest are counted and written with the refresh")
    mutating func aggregates() {
        let first = series.record(note(), at: .zero, timestamp: time)
        let key = key(first)
        #expect(key != nil)
        guard let key else { return }
        expect(
            series.record(note(), at: .seconds(1), timestamp: time),
            is: .write(.patch(key, count: 2, lastObserved: time)))
        for second in 2..<100 {
            expect(series.record(note(), at: .seconds(second), timestamp: time), is: .counted)
        }
        expect(series.refresh(at: .seconds(300)), is: [])
        expect(series.refresh(at: .seconds(361)), is: [.patch(key, count: 100, lastObserved: time)])
        expect(series.refresh(at: .seconds(362)), is: [])
        _ = series.refresh(at: .seconds(1000))
        #expect(series.count == 0, "a series that was silent is over")
        expect(self.key(series.record(note(), at: .seconds(1001), timestamp: time)) != nil, is: true)
    }

    @Test("a new resource version of the object is no new event; another note is")
    mutating func identity() {
        var later = pod
        later.resourceVersion = "8"
        _ = series.record(note(), at: .zero, timestamp: time)
        let again = series.record(note(regarding: later), at: .zero, timestamp: time)
        #expect(key(again) == nil)
        let other = series.record(note("something else"), at: .zero, timestamp: time)
        #expect(key(other) != nil)
    }

    @Test("an object and a reason make only so many Events; others are not held up")
    mutating func limits() {
        for index in 0..<3 {
            expect(key(series.record(note("n\(index)"), at: .zero, timestamp: time)) != nil, is: true)
        }
        expect(series.record(note("n3"), at: .zero, timestamp: time), is: .limited)
        expect(key(series.record(note("n3", reason: "Other"), at: .zero, timestamp: time)) != nil, is: true)
        expect(series.record(note("n4"), at: .seconds(299), timestamp: time), is: .limited)
        expect(key(series.record(note("n4"), at: .seconds(301), timestamp: time)) != nil, is: true)
    }

    @Test("memory is bounded")
    mutating func bounded() {
        for index in 0..<100 {
            let object = ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "n", name: "p\(index)")
            _ = series.record(note(regarding: object), at: .seconds(index), timestamp: time)
            #expect(series.count <= 5)
        }
    }

    // MARK: - Many refused pods

    private func job(_ index: Int, namespace: String = "shop") -> ObjectReference {
        ObjectReference(apiVersion: "batch/v1", kind: "Job", namespace: namespace, name: "j\(index)", uid: "u\(index)")
    }

    private static let shop = ObjectReference(apiVersion: "v1", kind: "Namespace", namespace: "shop", name: "shop")

    private func creations(_ writes: [EventSeries.Write]) -> [KubeObject] {
        writes.compactMap { if case .create(let event) = $0 { event } else { nil } }
    }

    @Test("10,000 refused pods of one owner make one Event with a count, in a few writes")
    func oneOwner() {
        var series = EventSeries(reporter: EventReporter(controller: "c", instance: "i"))
        var writes: [EventSeries.Write] = []
        // A pod each 100 ms, and the refresh in its time.
        for index in 0..<10_000 {
            let now = Duration.milliseconds(100 * index)
            let outcome = series.record(note(regarding: job(1)), fallback: Self.shop, at: now, timestamp: time)
            if case .write(let write) = outcome { writes.append(write) }
            if index % 3_600 == 3_599 { writes += series.refresh(at: now) }
        }
        writes += series.refresh(at: .seconds(2_000))
        #expect(creations(writes).count == 1)
        #expect(writes.count <= 6)
        guard case .patch(_, let count, _) = writes.last else { return #expect(Bool(false), "no count") }
        #expect(count == 10_000)
    }

    @Test("10,000 refused pods of as many owners make 50 Events, and one about the namespace that counts the rest")
    func manyOwners() throws {
        var series = EventSeries(reporter: EventReporter(controller: "c", instance: "i"))
        var writes: [EventSeries.Write] = []
        for index in 0..<10_000 {
            let outcome = series.record(
                note(regarding: job(index)), fallback: Self.shop, at: .zero, timestamp: time)
            if case .write(let write) = outcome { writes.append(write) }
            #expect(outcome != .limited)
        }
        writes += series.refresh(at: .seconds(361))
        let created = creations(writes)
        #expect(created.count == 51)
        let combined = try #require(created.last)
        #expect(combined["note"] == "(combined from similar events): did it")
        #expect(combined["regarding"]?["kind"] == "Namespace")
        #expect(combined.namespace == "shop")
        #expect(writes.contains(.patch(combined.key, count: 9_950, lastObserved: time)))
        #expect(series.count <= 51)
    }

    @Test("with time the owners have Events of their own again, so many an hour and no more")
    func refills() {
        var series = EventSeries(reporter: EventReporter(controller: "c", instance: "i"))
        var writes: [EventSeries.Write] = []
        for index in 0..<3_600 {
            let now = Duration.seconds(index)
            let outcome = series.record(note(regarding: job(index)), fallback: Self.shop, at: now, timestamp: time)
            if case .write(let write) = outcome { writes.append(write) }
            if index % 360 == 359 { writes += series.refresh(at: now) }
        }
        let created = creations(writes).filter { $0["regarding"]?["kind"] == "Job" }
        // The burst, and one each 30 seconds.
        #expect((160...175).contains(created.count), "\(created.count)")
        #expect(writes.count < 220)
    }

    @Test("neither other namespaces nor other reasons are held up, and memory stays bounded")
    func apart() {
        var series = EventSeries(reporter: EventReporter(controller: "c", instance: "i"))
        for index in 0..<100 {
            _ = series.record(note(regarding: job(index)), fallback: Self.shop, at: .zero, timestamp: time)
        }
        let elsewhere = series.record(
            note(regarding: job(1, namespace: "other")), fallback: Self.shop, at: .zero, timestamp: time)
        #expect(key(elsewhere)?.namespace == "other")
        let reason = series.record(
            note(reason: "Other", regarding: job(1)), fallback: Self.shop, at: .zero, timestamp: time)
        #expect(key(reason) != nil)
        // Each has an Event less to make than its limit, as long as it is remembered that it made one.
        let early = (0..<100).map {
            ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "early", name: "p\($0)", uid: "u")
        }
        for object in early { _ = series.record(note("first", regarding: object), at: .zero, timestamp: time) }
        for index in 0..<10_000 {
            let name = "n\(index)"
            let namespace = ObjectReference(apiVersion: "v1", kind: "Namespace", namespace: name, name: name)
            _ = series.record(
                note(regarding: job(index, namespace: name)), fallback: namespace, at: .zero, timestamp: time)
        }
        #expect(series.count <= 1000)
        let made = early.map { object in
            (0..<25).count { index in
                key(series.record(note("n\(index)", regarding: object), at: .zero, timestamp: time)) != nil
            }
        }
        #expect(made.allSatisfy { (24...25).contains($0) })
        #expect(made.contains(25), "what so many objects have spent is not remembered")
    }

    @Test("a forgotten Event is made anew")
    mutating func forgets() {
        let first = series.record(note(), at: .zero, timestamp: time)
        guard let key = key(first) else { return }
        series.forget(key)
        let second = series.record(note(), at: .seconds(1), timestamp: time)
        #expect(self.key(second) != nil)
    }
}

/// Takes events, or refuses them.
private final class EventAPI: RefusingAPI {
    enum Call: Equatable, Sendable { case create(note: String), patch(ObjectKey, JSONValue) }

    let calls = Recorder<Call>()
    private let failures = Shared<[KubeError]>([])

    func fail(with errors: KubeError...) { failures.withLock { $0 += errors } }

    private func answer(_ call: Call) throws(KubeError) {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        calls.append(call)
        if let failure { throw failure }
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        try answer(.create(note: object["note"]?.stringValue ?? ""))
        return object
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        guard case .merge(let value) = patch else { throw .cancelled }
        try answer(.patch(key, value))
        return KubeObject(type, key)
    }
}

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
    private let api = EventAPI()
    private let clock = TestClock()
    private let recorder: EventRecorder

    init() {
        recorder = EventRecorder(
            api: api, reporter: EventReporter(controller: "c", instance: "i"), limits: EventSeries.Limits(burst: 5000),
            clock: clock, timestamp: { time },
            backOff: BackOff(initial: .seconds(1), maximum: .seconds(10), generator: ConstantGenerator()),
            logger: quiet)
    }

    private func record(_ note: String) { recorder.record(.normal, regarding: pod, reason: "Info", note: note) }

    @Test("events are written in order, equal ones as a series")
    func writes() async throws {
        try await whileRunning(recorder.run) {
            record("one")
            record("two")
            record("one")
            record("one")
            let calls = await api.calls.wait(for: 3)
            #expect(calls.prefix(2) == [.create(note: "one"), .create(note: "two")])
            guard case .patch(let key, let patch) = calls[2] else { return #expect(Bool(false), "no patch") }
            #expect(key.name.hasPrefix("web."))
            #expect(patch == ["series": ["count": 2, "lastObservedTime": "2023-11-14T22:13:20.123456Z"]])
            await clock.advanceToNextSleeper()
            let refreshed = await api.calls.wait(for: 4)
            guard case .patch(_, let patch) = refreshed[3] else { return #expect(Bool(false), "no patch") }
            #expect(patch[path: "series", "count"] == 3)
        }
    }

    @Test("a server that is busy is asked again, a refusal is not")
    func retries() async throws {
        api.fail(with: .transport("reset"), .status(503), .status(403, "Forbidden"))
        try await whileRunning(recorder.run) {
            record("one")
            #expect(await clock.advanceToNextSleeper() == .seconds(1))
            #expect(await clock.advanceToNextSleeper() == .seconds(2))
            record("two")
            await api.calls.wait(for: 4)
        }
        #expect(
            api.calls.elements
                == [.create(note: "one"), .create(note: "one"), .create(note: "one"), .create(note: "two")])
    }

    @Test("what happens again after its Event has gone from the server is told in a new one")
    func expired() async throws {
        try await whileRunning(recorder.run) {
            record("one")
            await api.calls.wait(for: 1)
            // The second try of the new Event is for that Event, too.
            api.fail(with: .status(404, "NotFound"), .status(503))
            record("one")
            await api.calls.wait(for: 3)
            await clock.advanceToNextSleeper()
            let calls = await api.calls.wait(for: 4)
            #expect(calls[0] == .create(note: "one") && calls[2...3] == [.create(note: "one"), .create(note: "one")])
        }
    }

    @Test("what happens again after its Event was refused is tried again")
    func refused() async throws {
        api.fail(with: .status(403, "Forbidden"))
        try await whileRunning(recorder.run) {
            record("one")
            await api.calls.wait(for: 1)
            // Written in order: when this one is there, the refusal was understood.
            record("two")
            await api.calls.wait(for: 2)
            record("one")
            await api.calls.wait(for: 3)
        }
        #expect(
            api.calls.elements == [.create(note: "one"), .create(note: "two"), .create(note: "one")])
    }

    @Test("recording never waits, and what does not fit is dropped")
    func bounded() async throws {
        for index in 0..<3000 { record("note \(index)") }
        try await whileRunning(recorder.run) {
            await api.calls.wait(for: EventRecorder.queueLimit)
            record("last")
            await api.calls.wait(for: EventRecorder.queueLimit + 1)
        }
        #expect(api.calls.elements.count == EventRecorder.queueLimit + 1)
    }

    @Test("a graceful shutdown writes what waits")
    func drains() async throws {
        let group = ServiceGroup(
            configuration: .init(services: [recorder], gracefulShutdownSignals: [], logger: quiet))
        api.fail(with: .transport("reset"))
        async let run: Void = group.run()
        record("one")
        record("two")
        await clock.waitForSleepers()  // the pause before the second try
        await group.triggerGracefulShutdown()
        try await run
        #expect(api.calls.elements == [.create(note: "one"), .create(note: "one"), .create(note: "two")])
    }
}
