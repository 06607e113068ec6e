import Document
import KubeClient
import KubeModel
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import KubeRuntime

@Suite(.timeLimit(.minutes(1))) struct ControllerTests {
    private struct Broken: Error, CustomStringConvertible { let description = "broken" }

    private let clock = TestClock()
    private let calls = Recorder<ObjectKey>()
    private let key = ObjectKey(namespace: "ns", name: "a")

    private func controller(
        workers: Int = 1, logger: Logger = quiet, _ reconcile: @escaping Controller.Reconcile
    ) -> Controller {
        Controller(name: "test", workers: workers, clock: clock, logger: logger) { [calls] key in
            calls.append(key)
            return try await reconcile(key)
        }
    }

    @Test("a result that asks for it is looked at again after its time")
    func requeue() async throws {
        let controller = controller { _ in .requeue(after: .seconds(90)) }
        try await whileRunning(controller.run) {
            controller.queue.add(key)
            await calls.wait(for: 1)
            #expect(await clock.advanceToNextSleeper() == .seconds(90))
            await calls.wait(for: 2)
        }
    }

    @Test("failures are tried again after a growing delay, with one log line each, and forgotten after a success")
    func retries() async throws {
        let log = Recorder<String>()
        let logger = Logger(label: "test") { _ in RecordingLogHandler(lines: log) }
        let failuresLeft = Shared(3)
        let controller = controller(logger: logger) { _ in
            let fails = failuresLeft.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw Broken() }
            return .done
        }
        try await whileRunning(controller.run) {
            controller.queue.add(key)
            for (index, delay) in [5, 10, 20].enumerated() {
                await calls.wait(for: index + 1)
                #expect(await clock.advanceToNextSleeper() == .milliseconds(delay))
            }
            await calls.wait(for: 4)
            while controller.queue.failureCount(of: key) != 0 { await Task.yield() }
        }
        let errors = log.elements.filter { $0.hasPrefix("error") }
        #expect(errors.count == 3)
        #expect(
            errors.allSatisfy { $0.contains("could not reconcile") && $0.contains("broken") && $0.contains("ns/a") })
    }

    @Test("a terminal error is not tried again until the key is added")
    func terminal() async throws {
        let controller = controller { _ in throw TerminalError(Broken()) }
        try await whileRunning(controller.run) {
            controller.queue.add(key)
            await calls.wait(for: 1)
            controller.queue.add(key)
            await calls.wait(for: 2)
            while controller.queue.depth > 0 { await Task.yield() }
            #expect(clock.sleeperCount == 0)
            #expect(controller.queue.failureCount(of: key) == 0)
        }
    }

    @Test("workers run side by side, but not on the same key")
    func workers() async throws {
        let gate = Latch()
        let controller = controller(workers: 2) { _ in
            try await gate.wait()
            return .done
        }
        let other = ObjectKey(namespace: "ns", name: "b")
        try await whileRunning(controller.run) {
            controller.queue.add(key)
            await calls.wait(for: 1)
            controller.queue.add(key)
            controller.queue.add(other)
            #expect(await calls.wait(for: 2) == [key, other])
            gate.open()
            #expect(await calls.wait(for: 3).last == key)
        }
    }

    @Test("a key whose reconcile was cancelled is the first of the next run")
    func cancelledKey() async throws {
        let blocks = Shared(true)
        let controller = controller { _ in
            if blocks.withLock({ $0 }) { try await Latch().wait() }
            return .done
        }
        try await whileRunning(controller.run) {
            controller.queue.add(key)
            await calls.wait(for: 1)
        }
        blocks.withLock { $0 = false }
        #expect(controller.queue.failureCount(of: key) == 0)
        try await whileRunning(controller.run) { await calls.wait(for: 2) }
    }

    private func runInGroup(_ controller: Controller, _ body: (ServiceGroup) async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(services: [controller], gracefulShutdownSignals: [], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // The group calls a service that returns before it is asked to an error; asked to, it is none.
                try await group.run()
            }
            try await body(group)
            try await tasks.waitForAll()
        }
    }

    @Test("a graceful shutdown finishes the running reconcile and starts no other")
    func gracefulShutdown() async throws {
        let gate = Latch()
        let finished = Recorder<ObjectKey>()
        let controller = controller { key in
            try await gate.wait()
            finished.append(key)
            return .done
        }
        try await runInGroup(controller) { group in
            controller.queue.add(key)
            await calls.wait(for: 1)
            controller.queue.add(ObjectKey(name: "never"))
            await group.triggerGracefulShutdown()
            await clock.waitForSleepers()
            gate.open()
        }
        #expect(finished.elements == [key])
        #expect(calls.elements == [key])
    }

    @Test("a reconcile that does not end is cancelled after the grace period")
    func boundedShutdown() async throws {
        let controller = controller { _ in
            try await Latch().wait()
            return .done
        }
        try await runInGroup(controller) { group in
            controller.queue.add(key)
            await calls.wait(for: 1)
            await group.triggerGracefulShutdown()
            #expect(await clock.advanceToNextSleeper() == .seconds(5))
        }
        #expect(calls.elements == [key])
    }

    @Test("changes of a store are mapped to keys, through a predicate")
    func watches() async throws {
        let api = ScriptedAPI()
        var owned = configMap("ns", "owned", version: "2")
        owned.json["metadata"]?["ownerReferences"] = [
            OwnerReference(
                apiVersion: "opentelemetry.io/v1alpha1", kind: "OpenTelemetryCollector", name: "otel", uid: "u",
                isController: true
            ).json
        ]
        api.onList(
            [owned, configMap("ns", "free", version: "3"), configMap("ns", "other", version: "3")], version: "3")
        let reflector = Reflector(.configMap, api: api, clock: clock, logger: quiet) { $0 }
        let controller = controller { _ in .done }
        controller.watch(reflector, ownedBy: .openTelemetryCollector) { $0.controller }
        controller.watch(reflector, where: .matching { $0.name == "free" })
        try await whileRunning(reflector.run) {
            try await reflector.waitUntilSynced()
        }
        try await whileRunning(controller.run) { await calls.wait(for: 2) }
        #expect(Set(calls.elements.map(\.description)) == ["ns/otel", "ns/free"])
    }
}

@Suite struct PredicateTests {
    private let key = ObjectKey(name: "a")

    private func object(generation: Int, label: String) -> KubeObject {
        var object = KubeObject(.configMap, key, labels: [("l", label)])
        object.json["metadata"]?["generation"] = .int(generation)
        return object
    }

    @Test("a change of the status alone is no change of the generation")
    func generation() {
        let predicate = Predicate<KubeObject>.generationChanged
        let old = object(generation: 1, label: "x")
        #expect(!predicate.accepts(.updated(key, old: old, new: object(generation: 1, label: "y"))))
        #expect(predicate.accepts(.updated(key, old: old, new: object(generation: 2, label: "x"))))
        #expect(predicate.accepts(.added(key, old)))
        #expect(predicate.accepts(.deleted(key, old)))
    }

    @Test("predicates combine")
    func combines() {
        let change = StoreChange.updated(
            key, old: object(generation: 1, label: "x"), new: object(generation: 1, label: "y"))
        #expect(Predicate.generationChanged.or(.labelsChanged).accepts(change))
        #expect(!Predicate.generationChanged.and(.labelsChanged).accepts(change))
        #expect((!Predicate.annotationsChanged).accepts(change))
        #expect(Predicate.matching { $0.label("l") == "x" }.accepts(change), "it was so before")
    }

    @Test("an owner is told by kind and group, whatever its version")
    func ownership() {
        func owner(_ apiVersion: String, _ kind: String, isController: Bool = true) -> KubeObject {
            var object = configMap("ns", "x", version: "1")
            let reference = OwnerReference(
                apiVersion: apiVersion, kind: kind, name: "o", uid: "u", isController: isController)
            object.json["metadata"]?["ownerReferences"] = [reference.json]
            return object
        }
        let type = ResourceType.openTelemetryCollector
        let key = ObjectKey(namespace: "ns", name: "o")
        #expect(owner("opentelemetry.io/v1beta1", type.kind).controllerKey(of: type) == key)
        #expect(owner("opentelemetry.io/v1alpha1", type.kind).controllerKey(of: type) == key)
        #expect(owner("example.com/v1beta1", type.kind).controllerKey(of: type) == nil)
        #expect(owner("opentelemetry.io/v1beta1", "Instrumentation").controllerKey(of: type) == nil)
        #expect(owner("opentelemetry.io/v1beta1", type.kind, isController: false).controllerKey(of: type) == nil)
        #expect(owner("v1", "Namespace").controllerKey(of: .namespace) == ObjectKey(name: "o"))
    }
}

/// Keeps what is logged, one line each with its metadata.
struct RecordingLogHandler: LogHandler {
    let lines: Recorder<String>
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    init(lines: Recorder<String>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.append("\(event.level) \(event.message) \(all.sorted { $0.key < $1.key })")
    }
}
