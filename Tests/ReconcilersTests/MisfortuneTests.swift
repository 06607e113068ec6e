import Document
import KubeClient
import KubeModel
import KubeRuntime
import Rendering
import Testing

@testable import Reconcilers

/// What an API server may answer, and what its users then see.
@Suite("Reconciling in misfortune", .timeLimit(.minutes(1)))
struct MisfortuneTests {
    private let harness = Harness()
    private let name = ObjectKey(namespace: "ns", name: "web-collector")

    private func configMap() -> ObjectKey? { harness.cluster.keys.first { $0.type == .configMap }?.key }

    /// Reconciles, and expects that it fails.
    private func fail() async { await #expect(throws: CollectorError.self) { try await harness.reconcile() } }

    // MARK: - Telling

    @Test(
        "whatever the API server answers, the object and the cause are told once, and the rest is there",
        arguments: [
            KubeError.status(422, "Invalid"), .status(403, "Forbidden"), .status(404, "NotFound"),
            .status(429, "TooManyRequests"), .status(500, "InternalError"), .status(503, "ServiceUnavailable"),
            .timeout("10.0.0.1:443 did not answer in time"), .transport("connection lost"),
        ])
    func refused(error: KubeError) async throws {
        harness.put(collector())
        harness.cluster.fail("apply Service ns/web-collector", with: error)
        await fail()
        #expect(harness.ready?["message"]?.stringValue == "could not apply Service ns/web-collector: \(error)")
        #expect(harness.cluster[.deployment, name] != nil)
        #expect(harness.cluster[.service, ObjectKey(namespace: "ns", name: "web-collector-monitoring")] != nil)
        #expect(await harness.newEvents() == ["Warning Error"])

        harness.catchUp()
        harness.cluster.forgetWrites()
        await fail()
        #expect(harness.cluster.writes == ["apply Service ns/web-collector"])
        #expect(await harness.newEvents() == [])

        harness.cluster.fail("apply Service ns/web-collector", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(harness.ready?["status"] == "True")
        #expect(await harness.newEvents() == ["Normal Info"])
    }

    @Test("a text that differs from try to try is no new cause; another object is, and so is another code")
    func causes() async throws {
        func error(_ code: Int, _ text: String) -> KubeError { .api(Status(code: code, reason: "R", message: text)) }
        harness.put(collector())
        harness.cluster.fail("apply Service ns/web-collector", with: error(403, "used 1 of 1"))
        await fail()
        #expect(await harness.newEvents() == ["Warning Error"])
        harness.catchUp()
        harness.cluster.fail("apply Service ns/web-collector", with: error(403, "used 2 of 1"))
        await fail()
        #expect(harness.ready?["message"]?.stringValue?.contains("used 2 of 1") == true)
        #expect(await harness.newEvents() == [])
        harness.cluster.fail("apply Service ns/web-collector", with: error(500, "used 2 of 1"))
        await fail()
        #expect(await harness.newEvents() == ["Warning Error"])
        harness.cluster.fail("apply Service ns/web-collector-monitoring", with: error(403, "used 2 of 1"))
        harness.cluster[.service, ObjectKey(namespace: "ns", name: "web-collector-monitoring")] = nil
        await fail()
        #expect(await harness.newEvents() == ["Warning Error"])
    }

    @Test("a new process does not tell again what the condition says")
    func restart() async throws {
        harness.put(collector())
        harness.cluster.fail("apply Service ns/web-collector", with: .status(403, "Forbidden"))
        await fail()
        let next = Harness(cluster: harness.cluster)
        next.catchUp()
        await #expect(throws: CollectorError.self) { try await next.reconcile() }
        #expect(await next.newEvents() == [])
    }

    @Test("the echo of our own status asks for no reconcile; whatever else changes does")
    func echo() async throws {
        harness.put(collector())
        let before = try #require(harness.current)
        _ = try await harness.reconcile()
        let after = try #require(harness.current)
        #expect(!harness.isWorthReconciling(.updated(harness.key, old: before, new: after)))
        var changed = after
        changed.json["metadata"]?["generation"] = 2
        #expect(harness.isWorthReconciling(.updated(harness.key, old: before, new: changed)))
        changed = after
        changed.json["metadata"]?["annotations"] = ["a": "b"]
        #expect(harness.isWorthReconciling(.updated(harness.key, old: before, new: changed)))
        changed = after
        changed.json["status"]?["version"] = "0.1.0"
        #expect(harness.isWorthReconciling(.updated(harness.key, old: before, new: changed)))
        #expect(harness.isWorthReconciling(.added(harness.key, after)))
        #expect(harness.isWorthReconciling(.deleted(harness.key, after)))
    }

    @Test("an echo is one once: what has come back is not remembered any longer")
    func echoOnce() async throws {
        harness.put(collector())
        let before = try #require(harness.current)
        _ = try await harness.reconcile()
        let change = StoreChange.updated(harness.key, old: before, new: try #require(harness.current))
        #expect(!harness.isWorthReconciling(change))
        #expect(harness.isWorthReconciling(change))
    }

    @Test("a status that the store does not show yet keeps its other members")
    func partialStatus() async throws {
        var resource = collector()
        resource.json["status"] = ["version": "0.999.0", "image": "old"]
        harness.put(resource)
        harness.cluster.fail("apply Service ns/web-collector", with: .status(403, "Forbidden"))
        await fail()
        harness.cluster.fail("apply Service ns/web-collector", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(harness.current?["status"]?["version"] == "0.999.0")
    }

    @Test("a status that cannot be written does not keep the Event back")
    func statusRefused() async throws {
        harness.put(collector())
        harness.cluster.fail("apply Service ns/web-collector", with: .status(403, "Forbidden"))
        harness.cluster.fail("patch OpenTelemetryCollector/status ns/web", with: .status(403, "Forbidden"))
        await #expect(throws: KubeError.self) { try await harness.reconcile() }
        #expect(await harness.newEvents() == ["Warning Error"])
    }

    @Test("in a namespace that goes away nobody is told by an Event, and nothing is tried in haste")
    func namespaceTerminating() async throws {
        harness.put(collector())
        let error = KubeError.api(
            Status(code: 403, reason: "Forbidden", message: "being terminated", causes: ["NamespaceTerminating"]))
        for key in ["apply Deployment ns/web-collector", "apply Service ns/web-collector"] {
            harness.cluster.fail(key, with: error)
        }
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.firstForeignPause))
        #expect(harness.ready?["status"] == "False")
        #expect(await harness.newEvents() == [])
    }

    // MARK: - Foreign and leaving objects

    @Test("the pauses before another look at somebody else's object grow to a limit")
    func foreignPauses() {
        let pauses = (1...8).map { CollectorReconciler.foreignPause(tries: $0) }
        #expect(pauses == [5, 10, 20, 40, 80, 120, 120, 120].map { .seconds($0) })
        #expect(CollectorReconciler.foreignPause(tries: .max) == .seconds(120))
    }

    @Test("an object that is on its way out is told only when that takes long")
    func leaving() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        _ = await harness.newEvents()
        harness.catchUp()
        var stuck = try #require(harness.cluster[.service, name])
        stuck.json["metadata"]?["finalizers"] = ["example.com/wait"]
        harness.cluster.put(.service, stuck)
        try await harness.cluster.delete(.service, name, options: DeleteOptions())
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.leavingPause))
        #expect(harness.cluster.writes == [])
        #expect(harness.ready?["status"] == "True")

        harness.now.current += CollectorReconciler.leavingPatience
        await fail()
        #expect(
            harness.ready?["message"]
                == "Service ns/web-collector is being deleted and will be made again when it is gone")
        #expect(await harness.newEvents() == ["Warning Error"])

        harness.cluster[.service, name] = nil
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster[.service, name] != nil)
    }

    // MARK: - Pruning and order

    @Test("what a running pod needs stays while its workload cannot be changed; the rest is pruned")
    func pruneBesideFailure() async throws {
        harness.put(collector())
        let kinds: [ResourceType] = [.service, .serviceAccount, .statefulSet, .podDisruptionBudget]
        let strays = Dictionary(uniqueKeysWithValues: kinds.map { ($0, harness.putStray($0)) })
        func remaining() -> Set<String> {
            Set(strays.filter { harness.cluster[$0.key, $0.value] != nil }.map(\.key.kind))
        }
        harness.catchUp()
        harness.cluster.fail("apply Deployment ns/web-collector", with: .status(422, "Invalid"))
        await fail()
        #expect(remaining() == ["ServiceAccount", "StatefulSet"])
        harness.cluster.fail("apply Deployment ns/web-collector", with: nil)
        harness.cluster[.service, name] = nil
        harness.cluster.fail("apply Service ns/web-collector", with: .status(422, "Invalid"))
        await fail()
        #expect(remaining() == [])
    }

    @Test("pods come after what they start with")
    func order() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        let kinds = harness.cluster.writes.compactMap { $0.split(separator: " ").dropFirst().first }
        #expect(kinds.prefix(3) == ["ConfigMap", "ServiceAccount", "Deployment"])
    }

    @Test("a workload that runs is not pointed to a ConfigMap that could not be made; a new one is made all the same")
    func heldBack() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        let next = Harness(cluster: harness.cluster, following: [.configMap, .deployment])
        next.catchUp()
        try await next.listOnce()
        next.change { $0.json["spec"]?["config"]?["exporters"] = ["debug": ["verbosity": "basic"]] }
        let before = harness.cluster[.deployment, name]
        harness.cluster.forgetWrites()
        harness.cluster.failAll("apply ConfigMap", with: .status(403, "Forbidden"))
        await #expect(throws: CollectorError.self) { try await next.reconcile() }
        #expect(harness.cluster[.deployment, name] == before)
        let message = try #require(next.ready?["message"]?.stringValue)
        #expect(message.hasSuffix("; Deployment ns/web-collector stays as it is until then"))

        harness.cluster.failAll("apply ConfigMap", with: nil)
        #expect(try await next.reconcile() == .done)
        #expect(harness.cluster[.deployment, name] != before)
    }

    @Test("a workload that was made a moment ago, and that the store does not show yet, is held back as well")
    func heldBackAtOnce() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.change { $0.json["spec"]?["config"]?["exporters"] = ["debug": ["verbosity": "basic"]] }
        let before = harness.cluster[.deployment, name]
        harness.cluster.failAll("apply ConfigMap", with: .status(403, "Forbidden"))
        await fail()
        #expect(harness.cluster[.deployment, name] == before)
        harness.cluster.failAll("apply ConfigMap", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster[.deployment, name] != before)
    }

    @Test("an exhausted quota for ConfigMaps does not keep the rest of a new collector from being made")
    func quota() async throws {
        harness.put(collector())
        harness.cluster.failAll("apply ConfigMap", with: .status(403, "Forbidden"))
        await fail()
        #expect(harness.cluster[.deployment, name] != nil)
        #expect(harness.cluster[.service, name] != nil)
    }

    @Test("a workload that the store knows as it was last read is not read for the status")
    func noReads() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        let next = Harness(cluster: harness.cluster, following: [.configMap, .deployment, .service, .serviceAccount])
        next.catchUp()
        try await next.listOnce()
        _ = try await next.reconcile()
        harness.cluster.forgetWrites()
        #expect(try await next.reconcile() == .done)
        let reads = harness.cluster.reads
        // The harness does not follow PodMonitors, PodDisruptionBudgets and NetworkPolicies.
        harness.cluster.forgetWrites()
        #expect(try await next.reconcile() == .done)
        #expect(harness.cluster.reads == reads)
        #expect(harness.cluster.readKeys.allSatisfy { !$0.hasPrefix("Deployment") })
    }

    @Test("each move of a workload's status reaches the collector's status, however many follow each other")
    func everyMove() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        let next = Harness(cluster: harness.cluster, following: [.configMap, .deployment, .service, .serviceAccount])
        next.catchUp()
        try await next.listOnce()
        _ = try await next.reconcile()
        for replicas in [2, 4, 3, 1] {
            var workload = try #require(harness.cluster[.deployment, name])
            workload["status"] = ["replicas": .int(replicas), "readyReplicas": .int(replicas)]
            harness.cluster.put(.deployment, workload)
            try await next.listOnce()
            next.catchUp()
            _ = try await next.reconcile()
            let scale = next.current?["status"]?["scale"]
            #expect(scale?["replicas"] == .int(replicas))
            #expect(scale?["statusReplicas"] == .string("\(replicas)/\(replicas)"))
        }
    }

    @Test("what is deleted already is not deleted again")
    func pruneOnce() async throws {
        harness.put(collector())
        let stray = harness.putStray(.service)
        var object = try #require(harness.cluster[.service, stray])
        object.json["metadata"]?["finalizers"] = ["example.com/wait"]
        harness.cluster.put(.service, object)
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        harness.catchUp()
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("a workload that has to be made anew and is slow to go shows no error in between")
    func slowRecreation() async throws {
        harness.put(collector())
        var old = deployment(selector: "old")
        old.json["metadata"]?["ownerReferences"] = [owner]
        old.json["metadata"]?["finalizers"] = ["foregroundDeletion"]
        harness.cluster.put(.deployment, old)
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.leavingPause))
        #expect(harness.ready == nil)
        #expect(await harness.newEvents() == ["Normal Recreated"])
        harness.cluster[.deployment, name] = nil
        #expect(try await harness.reconcile() == .done)
        #expect(harness.ready?["status"] == "True")
    }
}
