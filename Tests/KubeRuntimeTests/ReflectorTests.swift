import Document
import KubeClient
import KubeModel
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import KubeRuntime

@Suite(.timeLimit(.minutes(1))) struct ReflectorTests {
    private let api = ScriptedAPI()
    private let clock = TestClock()
    private let changes = Recorder<StoreChange<String>>()

    private func reflector(
        _ type: ResourceType = .namespace, namespaces: [String]? = nil, projection: Projection = .metadata
    ) -> Reflector<String> {
        let reflector = Reflector<String>(
            type, namespaces: namespaces, projection: projection, api: api, clock: clock,
            backOff: .watching(generator: ConstantGenerator()), logger: quiet
        ) { $0.label("skip") == nil ? $0.resourceVersion : nil }
        reflector.onChange { [changes] in changes.append($0) }
        return reflector
    }

    @Test("it lists page by page, is synced after the last one, and follows the watch")
    func follows() async throws {
        api.onList([namespace("a", version: "1")], version: "5", continueToken: "more")
        api.onList(
            [namespace("b", version: "2"), namespace("c", version: "3", labels: [("skip", "")])], version: "5")
        let watch = WatchScript()
        api.onWatch(watch)
        let reflector = reflector()
        #expect(reflector.isServed == nil)
        try await whileRunning(reflector.run) {
            try await reflector.waitUntilSynced()
            #expect(reflector.isSynced)
            #expect(reflector.isServed == true)
            #expect(reflector.store.values.sorted() == ["1", "2"])
            watch.send(.modified(namespace("a", version: "6")))
            watch.send(.bookmark(resourceVersion: "7"))
            watch.send(.added(namespace("d", version: "8")))
            watch.send(.deleted(namespace("b", version: "9")))
            let seen = await changes.wait(for: 5)
            #expect(
                seen == [
                    .added(ObjectKey(name: "a"), "1"), .added(ObjectKey(name: "b"), "2"),
                    .updated(ObjectKey(name: "a"), old: "1", new: "6"), .added(ObjectKey(name: "d"), "8"),
                    .deleted(ObjectKey(name: "b"), "2"),
                ])
            #expect(reflector.store.values.sorted() == ["6", "8"])
            #expect(reflector.gauges.first?.read() == 2)
        }
        #expect(
            api.requests == [
                .list(.namespace, namespace: nil, token: nil, limit: 500),
                .list(.namespace, namespace: nil, token: "more", limit: 500),
                .watch(.namespace, namespace: nil, from: "5"),
            ])
        #expect(api.projections == [.metadata, .metadata])
    }

    @Test("readers see the old list until the new one is complete")
    func swapsInWhole() async throws {
        api.onList([namespace("a", version: "1"), namespace("b", version: "2")], version: "5")
        api.onWatch([.error(Status(code: 410, reason: "Expired", message: "too old resource version"))])
        let sizes = Recorder<Int>()
        let reflector = reflector()
        reflector.onChange { [store = reflector.store] _ in sizes.append(store.count) }
        try await whileRunning(reflector.run) {
            await changes.wait(for: 2)
            #expect(sizes.elements == [2, 2])
            api.onList([namespace("b", version: "2")], version: "9", continueToken: "more")
            api.onList([namespace("c", version: "8")], version: "9")
            await clock.advanceToNextSleeper()
            let seen = await changes.wait(for: 4)
            #expect(seen.suffix(2) == [.deleted(ObjectKey(name: "a"), "1"), .added(ObjectKey(name: "c"), "8")])
            #expect(sizes.elements.suffix(2) == [2, 2])
            await api.waitForRequests(5)
        }
        #expect(api.requests.last == .watch(.namespace, namespace: nil, from: "9"))
    }

    @Test("410 as an HTTP status lists again too")
    func goneStatus() async throws {
        api.onList([], version: "5")
        api.onWatch([], failure: .status(410, "Gone"))
        api.onList([namespace("a", version: "7")], version: "8")
        let reflector = reflector()
        try await whileRunning(reflector.run) {
            await clock.advanceToNextSleeper()
            await api.waitForRequests(4)
        }
        #expect(api.requests.last == .watch(.namespace, namespace: nil, from: "8"))
        #expect(reflector.store.count == 1)
    }

    @Test("a dropped connection resumes from the last version, bookmarks included, without listing")
    func resumes() async throws {
        api.onList([], version: "5")
        api.onWatch(
            [.added(namespace("a", version: "6")), .bookmark(resourceVersion: "40")],
            failure: .transport("connection reset"))
        let reflector = reflector()
        try await whileRunning(reflector.run) {
            #expect(await clock.advanceToNextSleeper() == .milliseconds(800))
            await api.waitForRequests(3)
        }
        #expect(
            api.requests.dropFirst() == [
                .watch(.namespace, namespace: nil, from: "5"), .watch(.namespace, namespace: nil, from: "40"),
            ])
    }

    @Test("a resource that is not served is known to be so, and picked up when its CRD comes")
    func notServed() async throws {
        api.onList(.failure(.status(404, "NotFound")))
        api.onList(.failure(.status(404, "NotFound")))
        let reflector = reflector(.azurePodMonitor)
        try await whileRunning(reflector.run) {
            try await reflector.waitUntilSettled()
            #expect(reflector.isServed == false)
            #expect(!reflector.isSynced)
            #expect(await clock.advanceToNextSleeper() == .milliseconds(800))
            api.onList([configMap("ns", "m", version: "2")], version: "3")
            #expect(await clock.nextSleep() == .milliseconds(1600))
            clock.advance(by: .milliseconds(1600))
            try await reflector.waitUntilSynced()
            #expect(reflector.isServed == true)
            #expect(reflector.store.count == 1)
        }
    }

    @Test("a list that fails again and again is known to, until it works")
    func failing() async throws {
        for _ in 0..<2 { api.onList(.failure(.status(500, "InternalError"))) }
        let reflector = reflector()
        try await whileRunning(reflector.run) {
            #expect(await clock.nextSleep() == .milliseconds(800))
            #expect(!reflector.isFailing)
            clock.advance(by: .milliseconds(800))
            #expect(await clock.nextSleep() == .milliseconds(1600))
            #expect(reflector.isFailing)
            #expect(reflector.isServed == nil)
            api.onList([namespace("a", version: "1")], version: "5")
            clock.advance(by: .milliseconds(1600))
            try await reflector.waitUntilSynced()
            #expect(!reflector.isFailing)
        }
    }

    @Test("an object that cannot be read is left out, and the watch goes on behind it")
    func unreadable() async throws {
        let bad = UnreadableObject(key: ObjectKey(name: "b"), resourceVersion: "7", reason: "too deep")
        api.onList(
            .success(ObjectList(items: [namespace("a", version: "1")], resourceVersion: "5", unreadable: [bad])))
        api.onWatch([.unreadable(bad), .modified(namespace("a", version: "8"))])
        let reflector = reflector()
        try await whileRunning(reflector.run) {
            await changes.wait(for: 2)
            await api.waitForRequests(3)
        }
        #expect(reflector.store.values == ["8"])
        #expect(api.requests.last == .watch(.namespace, namespace: nil, from: "8"))
    }

    @Test("a nudge asks at once for a resource that was not served, and begins with short pauses again")
    func nudged() async throws {
        for _ in 0..<3 { api.onList(.failure(.status(404, "NotFound"))) }
        let reflector = reflector(.azurePodMonitor)
        reflector.nudge()
        try await whileRunning(reflector.run) {
            #expect(await clock.advanceToNextSleeper() == .milliseconds(800))
            #expect(await clock.nextSleep() == .milliseconds(1600))
            reflector.nudge()
            _ = try await eventually("the third list") { api.requests.count == 3 ? true : nil }
            api.onList([configMap("ns", "m", version: "2")], version: "3")
            #expect(await clock.nextSleep() == .milliseconds(800))
            reflector.nudge()
            try await reflector.waitUntilSynced()
            #expect(reflector.isServed == true)
        }
    }

    @Test("when a CRD is removed its objects are reported as deleted")
    func becomesUnserved() async throws {
        api.onList([configMap("ns", "m", version: "2")], version: "3")
        api.onWatch([], failure: .status(404, "NotFound"))
        api.onList(.failure(.status(404, "NotFound")))
        let reflector = reflector(.azurePodMonitor)
        try await whileRunning(reflector.run) {
            await changes.wait(for: 1)
            await clock.advanceToNextSleeper()
            await changes.wait(for: 2)
            await clock.waitForSleepers()
            #expect(reflector.isServed == false)
        }
        #expect(changes.elements.last == .deleted(ObjectKey(namespace: "ns", name: "m"), "2"))
    }

    @Test("several namespaces fill one store, which is synced when all are")
    func namespaces() async throws {
        api.onList(ofNamespace: "a", [configMap("a", "m", version: "1")], version: "3")
        let reflector = reflector(.configMap, namespaces: ["a", "b"], projection: .full)
        try await whileRunning(reflector.run) {
            await changes.wait(for: 1)
            await api.waitForRequests(3)  // two lists, of which one waits, and a watch
            #expect(!reflector.isSynced)
            #expect(reflector.isServed == true)
        }
        api.onList(ofNamespace: "a", [configMap("a", "m", version: "1")], version: "3")
        api.onList(ofNamespace: "b", [configMap("b", "m", version: "2")], version: "3")
        try await whileRunning(reflector.run) {
            try await reflector.waitUntilSynced()
            #expect(reflector.store.keys.sorted().map(\.description) == ["a/m", "b/m"])
        }
    }

    @Test("waiting for a store ends when the waiting task is cancelled")
    func cancelledWait() async throws {
        let reflector = reflector()
        let waiting = Task { try await reflector.waitUntilSynced() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("a graceful shutdown ends it")
    func gracefulShutdown() async throws {
        api.onList([], version: "5")
        let reflector = reflector()
        let group = ServiceGroup(
            configuration: .init(services: [reflector], gracefulShutdownSignals: [], logger: quiet))
        async let run: Void = group.run()
        await api.waitForRequests(2)
        await group.triggerGracefulShutdown()
        try? await run
    }
}
