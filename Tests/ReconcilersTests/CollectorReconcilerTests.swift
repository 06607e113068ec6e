import Document
import KubeClient
import KubeModel
import KubeRuntime
import Rendering
import Testing

@testable import Reconcilers

@Suite("Reconciling a collector", .timeLimit(.minutes(1)))
struct CollectorReconcilerTests {
    private let harness = Harness()

    @Test("makes everything, says so once, and writes nothing from then on")
    func settles() async throws {
        harness.put(collector(["observability": ["metrics": ["enableMetrics": true]]]))
        #expect(try await harness.reconcile() == .done)
        let kinds = Set(harness.cluster.keys.map(\.type.kind))
        #expect(kinds.isSuperset(of: ["ConfigMap", "Deployment", "Service", "ServiceAccount", "PodMonitor"]))
        #expect(harness.ready?["status"] == "True")
        #expect(await harness.newEvents() == ["Normal Info"])

        // The stores show nothing of this yet.
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
        #expect(await harness.newEvents() == [])
    }

    @Test("a sidecar has its objects and no workload, and settles like any other")
    func sidecar() async throws {
        harness.put(collector(["mode": "sidecar"]))
        #expect(try await harness.reconcile() == .done)
        #expect(
            Set(harness.cluster.keys.map(\.type.kind)).isDisjoint(with: ["Deployment", "Service", "NetworkPolicy"]))
        #expect(Set(harness.cluster.keys.map(\.type.kind)).isSuperset(of: ["ConfigMap", "ServiceAccount"]))
        #expect(harness.ready?["status"] == "True")
        #expect(await harness.newEvents() == ["Normal Info"])
        harness.catchUp()
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("a sidecar that asks for what it cannot have is told")
    func sidecarAttribute() async throws {
        harness.put(collector(["mode": "sidecar", "priorityClassName": "high"]))
        #expect(try await harness.reconcile() == .done)
        #expect(harness.ready?["status"] == "True")
        #expect(await harness.newEvents() == ["Normal Info", "Warning InvalidSpec"])
    }

    @Test("a new process writes nothing either")
    func restart() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.cluster.forgetWrites()
        let next = Harness(cluster: harness.cluster)
        next.catchUp()
        _ = try await next.reconcile()
        #expect(harness.cluster.writes == [])
    }

    @Test("leaves an unmanaged collector alone")
    func unmanaged() async throws {
        harness.put(collector(["managementState": "unmanaged"]))
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("lets a deleted collector go")
    func deleted() async throws {
        var resource = collector()
        resource.json["metadata"]?["deletionTimestamp"] = "2026-01-31T08:05:09Z"
        resource.json["metadata"]?["finalizers"] = [
            "example.com/other", "opentelemetrycollector.opentelemetry.io/finalizer",
        ]
        harness.put(resource)
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == ["patch OpenTelemetryCollector ns/web"])
        #expect(harness.current?.metadata["finalizers"] == ["example.com/other"])
        harness.catchUp()
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("does nothing for a collector that is gone")
    func gone() async throws {
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("an unsupported feature is told, and what runs is left alone")
    func unsupported() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        harness.catchUp()
        _ = await harness.newEvents()
        let before = harness.cluster.keys
        harness.change { $0.json["spec"]?["targetAllocator"] = ["enabled": true] }
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == ["patch OpenTelemetryCollector/status ns/web"])
        #expect(harness.cluster.keys == before)
        #expect(harness.ready?["status"] == "False")
        #expect(harness.ready?["message"]?.stringValue?.contains("target allocators") == true)
        #expect(await harness.newEvents().contains("Warning Unsupported"))
        harness.cluster.forgetWrites()
        _ = try await harness.reconcile()
        #expect(harness.cluster.writes == [])
        #expect(await harness.newEvents() == [])
    }

    @Test("a spec that cannot be read is told")
    func invalid() async throws {
        harness.put(collector(["replicas": "many"]))
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == ["patch OpenTelemetryCollector/status ns/web"])
        #expect(harness.ready?["message"]?.stringValue?.contains("replicas") == true)
    }

    @Test("one object that fails does not keep back the others; nothing is pruned")
    func failure() async throws {
        harness.put(collector())
        let stray = harness.putStray(.service)
        let failing = "apply Service ns/web-collector"
        harness.cluster.fail(failing, with: .status(403, "Forbidden"))
        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(harness.cluster[.deployment, ObjectKey(namespace: "ns", name: "web-collector")] != nil)
        #expect(harness.cluster[.service, ObjectKey(namespace: "ns", name: "web-collector-monitoring")] != nil)
        #expect(harness.cluster[.service, stray] != nil)
        #expect(harness.ready?["reason"] == "ReconcileError")
        #expect(harness.ready?["message"]?.stringValue?.contains("refused: Forbidden") == true)
        #expect(await harness.newEvents() == ["Warning Error"])

        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(await harness.newEvents() == [])

        harness.cluster.fail(failing, with: nil)
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.ready?["status"] == "True")
        #expect(harness.cluster[.service, stray] == nil)
    }

    @Test("somebody else's object is left alone and told; there is another look later")
    func foreign() async throws {
        let key = ObjectKey(namespace: "ns", name: "web-collector")
        harness.cluster.put(.serviceAccount, KubeObject(.serviceAccount, key))
        harness.put(collector())
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.foreignInterval))
        #expect(harness.ready?["message"]?.stringValue?.contains("ServiceAccount ns/web-collector") == true)
        #expect(harness.cluster[.serviceAccount, key]?.labels == [:])
        harness.cluster[.serviceAccount, key] = nil
        #expect(try await harness.reconcile() == .done)
    }

    @Test("prunes what is no longer wanted, but not of an API that was not found")
    func prune() async throws {
        harness.put(collector())
        let service = harness.putStray(.service)
        let autoscaler = harness.putStray(.horizontalPodAutoscaler)
        harness.catchUp()
        _ = try await harness.reconcile()
        #expect(harness.cluster[.service, service] == nil)
        #expect(harness.cluster[.horizontalPodAutoscaler, autoscaler] != nil)
    }

    @Test("what cannot be deleted is told")
    func pruneFailure() async throws {
        harness.put(collector())
        _ = harness.putStray(.service)
        harness.catchUp()
        harness.cluster.fail("delete Service ns/stray", with: .status(500, "InternalError"))
        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(harness.ready?["message"]?.stringValue?.contains("could not delete Service ns/stray") == true)
    }

    @Test("a collector that vanishes before its status is written is no error")
    func vanished() async throws {
        harness.put(collector())
        harness.cluster.fail("patch OpenTelemetryCollector/status ns/web", with: .status(404, "NotFound"))
        #expect(try await harness.reconcile() == .done)
        #expect(await harness.newEvents() == [])
    }

    @Test("a workload that cannot be read is told, and the error is not hidden by it")
    func workloadUnknown() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.cluster.fail("get Deployment ns/web-collector", with: .status(500, "InternalError"))
        await #expect(throws: (any Error).self) { try await harness.reconcile() }
        #expect(harness.ready?["status"] == "False")
    }

    @Test("another selector makes the Deployment anew, with an Event")
    func recreated() async throws {
        harness.put(collector())
        var old = deployment(selector: "old")
        old.json["metadata"]?["ownerReferences"] = [owner]
        harness.cluster.put(.deployment, old)
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes.contains("delete Deployment ns/web-collector"))
        #expect(await harness.newEvents() == ["Normal Recreated", "Normal Info"])
    }

    @Test("a change of the configuration keeps the older ConfigMaps for a while")
    func retention() async throws {
        harness.put(collector())
        for port in 1...8 {
            harness.change { $0.json["spec"]?["config"]?["exporters"] = ["debug": ["port": .int(port)]] }
            _ = try await harness.reconcile()
            harness.catchUp()
        }
        _ = try await harness.reconcile()
        // configVersions is 3: the wanted one and the three before.
        #expect(harness.cluster.keys.count { $0.type == .configMap } == 4)
    }
}

/// A collector that receives OTLP and prints it.
func collector(_ spec: JSONValue = [:]) -> KubeObject {
    var whole: JSONValue = [
        "mode": "deployment",
        "config": [
            "receivers": ["otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"]]]], "exporters": ["debug": [:]],
            "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
        ],
    ]
    for member in spec.objectValue ?? [:] { whole[member.key] = member.value }
    return KubeObject([
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
        "metadata": ["name": "web", "namespace": "ns", "uid": "cr-1", "generation": 1], "spec": whole,
    ])
}

/// A reconciler with its cluster. The stores show what `catchUp` last saw.
final class Harness: Sendable {
    let cluster: FakeCluster
    private let key = ObjectKey(namespace: "ns", name: "web")
    private let writer = Store<KubeObject>.Writer()
    private let owned: OwnedObjects
    private let events: EventRecorder
    private let reconciler: CollectorReconciler
    private let probes = Shared(0)
    /// Whether the operator may make ClusterRoles.
    let canGrantAccess = Shared(true)

    init(cluster: FakeCluster = FakeCluster()) {
        self.cluster = cluster
        owned = OwnedObjects([], api: cluster, logger: quiet)
        events = EventRecorder(api: cluster, instance: "pod", logger: quiet)
        let options = RenderingOptions(availableAPIs: AvailableAPIs([.azurePodMonitor, .podDisruptionBudget]))
        reconciler = CollectorReconciler(
            api: cluster, collectors: writer.store, owned: owned,
            renderer: { [canGrantAccess] in
                var options = options
                options.canGrantAccess = canGrantAccess.current
                return CollectorRenderer(options: options)
            }, collectorVersion: "0.158.0", events: events,
            logger: quiet)
    }

    var current: KubeObject? { cluster[.openTelemetryCollector, key] }
    var ready: JSONValue? {
        (current?["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"] == "Ready" }
    }

    func reconcile() async throws -> ReconcileResult { try await reconciler.reconcile(key) }

    func put(_ resource: KubeObject) {
        cluster.put(.openTelemetryCollector, resource)
        catchUp()
    }

    func change(_ change: (inout KubeObject) -> Void) {
        guard var resource = current else { return }
        change(&resource)
        let generation = resource.generation + 1
        resource.json["metadata"]?["generation"] = .int(generation)
        put(resource)
    }

    /// An object that the collector owns and does not want.
    func putStray(_ type: ResourceType) -> ObjectKey {
        let key = ObjectKey(namespace: "ns", name: "stray")
        var object = KubeObject(type, key, labels: [("app.kubernetes.io/managed-by", fieldManager)])
        object.json["metadata"]?["ownerReferences"] = [owner]
        cluster.put(type, object)
        return key
    }

    func catchUp() {
        writer.apply(key, resourceVersion: current?.resourceVersion ?? "", current)
        let known = owned.index.objects(ownedBy: "cr-1").merging(owned.index.clusterObjects(of: key)) { $1 }
        for (reference, old) in known {
            owned.index.update(reference, from: old, to: nil)
        }
        for reference in cluster.keys {
            guard let object = cluster[reference.type, reference.key] else { continue }
            owned.index.update(reference, from: nil, to: OwnedObject(object))
        }
    }

    /// Type and reason of the Events since the last call.
    func newEvents() async -> [String] {
        probes.current += 1
        let probe = "probe \(probes.current)"
        events.record(
            .normal, regarding: ObjectReference(.configMap, ObjectKey(namespace: "ns", name: probe)), reason: "Probe",
            note: probe)
        return await withTaskGroup(of: [String]?.self) { group in
            group.addTask { [events] in
                try? await events.run()
                return nil
            }
            group.addTask { [cluster] in
                var seen: [String] = []
                for await event in cluster.events {
                    if event["note"]?.stringValue == probe { break }
                    seen.append("\(event["type"]?.stringValue ?? "") \(event["reason"]?.stringValue ?? "")")
                }
                return seen
            }
            var result: [String] = []
            for await seen in group {
                if let seen {
                    result = seen
                    group.cancelAll()
                }
            }
            return result
        }
    }
}
