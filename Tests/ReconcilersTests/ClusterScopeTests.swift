import Document
import KubeClient
import KubeModel
import KubeRuntime
import Rendering
import Testing

@testable import Reconcilers

@Suite("Cluster-scoped objects of a collector", .timeLimit(.minutes(1)))
struct ClusterScopeTests {
    private let harness = Harness()
    private static let role = ObjectKey(name: "web-ns-cluster-role")
    private static let binding = ObjectKey(name: "web-ns-collector")
    private static let finalizer = "opentelemetrycollector.opentelemetry.io/finalizer"

    private var role: KubeObject? { harness.cluster[.clusterRole, Self.role] }
    private var binding: KubeObject? { harness.cluster[.clusterRoleBinding, Self.binding] }
    private var finalizers: [JSONValue] { harness.current?.metadata["finalizers"]?.arrayValue ?? [] }
    private var message: String { harness.ready?["message"]?.stringValue ?? "" }

    /// A collector whose components read Events.
    private static func reading(_ spec: JSONValue = [:], receiver: String = "k8s_events") -> KubeObject {
        var object = collector(spec)
        object.json["spec"]?["config"]?["receivers"] = .object([receiver: [:]])
        object.json["spec"]?["config"]?["service"]?["pipelines"] = [
            "logs": ["receivers": [.string(receiver)], "exporters": ["debug"]]
        ]
        return object
    }

    private static func leaving(_ spec: JSONValue = [:]) -> KubeObject {
        var object = reading(spec)
        object.json["metadata"]?["deletionTimestamp"] = "2026-01-31T08:05:09Z"
        object.json["metadata"]?["finalizers"] = ["example.com/other", .string(finalizer)]
        return object
    }

    /// As the reference makes it: no annotation of ours.
    @discardableResult
    private func putReferenceRole(instance: String = "ns.web") -> KubeObject {
        var object = KubeObject(
            .clusterRole, Self.role,
            labels: [("app.kubernetes.io/managed-by", fieldManager), ("app.kubernetes.io/instance", instance)])
        object["rules"] = []
        return harness.cluster.put(.clusterRole, object)
    }

    /// As another collector of ours would have it.
    private func putForeignRole() {
        var object = putReferenceRole(instance: "c.a-b")
        object.json["metadata"]?["annotations"] = ["operator.opentelemetry.io/collector": "c/a-b"]
        harness.cluster.put(.clusterRole, object)
    }

    // MARK: - Made and kept

    @Test(
        "come after the finalizer, are settled, and nothing is written from then on",
        arguments: ["deployment", "sidecar"])
    func made(mode: JSONValue) async throws {
        harness.put(Self.reading(["mode": mode]))
        #expect(try await harness.reconcile() == .done)
        #expect(role?["rules"]?[0]?["resources"] == ["events"])
        #expect(role?.annotation("operator.opentelemetry.io/collector") == "ns/web")
        #expect(binding?["subjects"] == [["kind": "ServiceAccount", "name": "web-collector", "namespace": "ns"]])
        #expect(finalizers == [.string(Self.finalizer)])
        let writes = harness.cluster.writes
        let order = [
            "patch OpenTelemetryCollector ns/web", "apply ClusterRole \(Self.role)",
            "apply ClusterRoleBinding \(Self.binding)", "patch OpenTelemetryCollector/status ns/web",
        ]
        #expect(writes.filter(order.contains) == order)
        #expect(harness.ready?["status"] == "True")

        harness.cluster.forgetWrites()
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
        let next = Harness(cluster: harness.cluster)
        next.catchUp()
        #expect(try await next.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("a collector that needs none has no finalizer")
    func none() async throws {
        harness.put(collector())
        _ = try await harness.reconcile()
        #expect(finalizers == [])
        #expect(!harness.cluster.keys.contains { !$0.type.isNamespaced })
    }

    @Test("other rights are another ClusterRole")
    func changed() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.change { $0.json["spec"] = Self.reading(receiver: "kubeletstats").json["spec"] }
        #expect(try await harness.reconcile() == .done)
        #expect(role?["rules"] == [["apiGroups": [""], "resources": ["nodes/stats"], "verbs": ["get"]]])
    }

    @Test("a finalizer that others change meanwhile is put on all the same")
    func conflict() async throws {
        harness.put(Self.reading())
        harness.cluster.before("patch OpenTelemetryCollector ns/web") { cluster in
            let key = ObjectKey(namespace: "ns", name: "web")
            guard var resource = cluster[.openTelemetryCollector, key] else { return }
            resource.json["metadata"]?["finalizers"] = ["example.com/other"]
            cluster.put(.openTelemetryCollector, resource)
        }
        #expect(try await harness.reconcile() == .done)
        #expect(finalizers == ["example.com/other", .string(Self.finalizer)])
        #expect(role != nil)
    }

    @Test("without the finalizer none is made, and the rest is")
    func finalizerRefused() async throws {
        harness.put(Self.reading())
        harness.cluster.fail("patch OpenTelemetryCollector ns/web", with: .status(403, "Forbidden"))
        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(role == nil && binding == nil)
        #expect(message.contains("could not put the finalizer on the collector, and so not make ClusterRole"))
        #expect(harness.cluster[.deployment, ObjectKey(namespace: "ns", name: "web-collector")] != nil)
    }

    @Test("rights that the operator does not hold are refused: told once, the rest is there, and it recovers")
    func unheld() async throws {
        harness.put(Self.reading())
        harness.cluster.fail("apply ClusterRole \(Self.role)", with: .status(403, "Forbidden"))
        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(message.contains("could not apply ClusterRole"))
        #expect(message.contains("refused: Forbidden"))
        #expect(await harness.newEvents() == ["Warning Error"])
        #expect(!harness.cluster.writes.contains("apply ClusterRoleBinding \(Self.binding)"))
        #expect(harness.cluster[.deployment, ObjectKey(namespace: "ns", name: "web-collector")] != nil)
        harness.catchUp()
        harness.cluster.fail("apply ClusterRole \(Self.role)", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(binding != nil)
    }

    // MARK: - Whose they are

    @Test("another collector's of the same name is left alone and told")
    func foreign() async throws {
        putForeignRole()
        harness.put(Self.reading())
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.firstForeignPause))
        #expect(role?["rules"] == [])
        #expect(binding == nil)
        #expect(message.contains("belongs to OpenTelemetryCollector c/a-b"))
        #expect(await harness.newEvents() == ["Warning Error"])
        // Nor does it go with this collector.
        harness.put(Self.leaving())
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil)
        #expect(finalizers == ["example.com/other"])
    }

    @Test("the reference's is taken over, and says then whose it is")
    func takenOver() async throws {
        putReferenceRole()
        harness.put(Self.reading())
        #expect(try await harness.reconcile() == .done)
        #expect(role?.annotation("operator.opentelemetry.io/collector") == "ns/web")
        #expect(role?["rules"]?.arrayValue?.count == 1)
    }

    @Test("the reference's of another collector, or somebody's own, is not")
    func notTakenOver() async throws {
        putReferenceRole(instance: "c.a-b")
        harness.put(Self.reading())
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.firstForeignPause))
        #expect(role?["rules"] == [])
        harness.cluster.put(.clusterRole, KubeObject(.clusterRole, Self.role))
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.foreignPause(tries: 2)))
        #expect(message.contains("belongs to somebody else"))
    }

    @Test("a binding to another role is made anew")
    func roleRef() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        harness.catchUp()
        var changed = try #require(binding)
        changed.json["roleRef"]?["name"] = "cluster-admin"
        changed.json["metadata"]?["uid"] = ""
        harness.cluster.put(.clusterRoleBinding, changed)
        harness.catchUp()
        _ = try await harness.reconcile()
        #expect(harness.cluster.writes.contains("delete ClusterRoleBinding \(Self.binding)"))
        #expect(binding?.json[path: "roleRef", "name"] == .string(Self.role.name))
    }

    // MARK: - Taken away

    @Test("what the configuration no longer needs goes, the binding first, and then the finalizer")
    func pruned() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.change { $0.json["spec"] = collector().json["spec"] }
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil && binding == nil && finalizers == [])
        let order = [
            "delete ClusterRoleBinding \(Self.binding)", "delete ClusterRole \(Self.role)",
            "patch OpenTelemetryCollector ns/web",
        ]
        #expect(harness.cluster.writes.filter(order.contains) == order)
        harness.catchUp()
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("what the reference left behind when rights were no longer needed goes too")
    func leftByReference() async throws {
        var resource = collector()
        resource.json["metadata"]?["finalizers"] = [.string(Self.finalizer)]
        putReferenceRole()
        harness.put(resource)
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil && finalizers == [])
        // And without the finalizer, when the stores show it.
        putReferenceRole()
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil)
    }

    @Test("a right that could not be taken back is told")
    func pruneFailure() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        harness.catchUp()
        harness.change { $0.json["spec"] = collector().json["spec"] }
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: .status(403, "Forbidden"))
        await #expect(throws: CollectorError.self) { try await harness.reconcile() }
        #expect(message.contains("could not delete ClusterRole"))
        #expect(finalizers == [.string(Self.finalizer)])
    }

    @Test("go with the collector, be it managed or not", arguments: ["managed", "unmanaged"])
    func deleted(state: JSONValue) async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        harness.put(Self.leaving(["managementState": state]))
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(
            harness.cluster.writes == [
                "delete ClusterRoleBinding \(Self.binding)", "delete ClusterRole \(Self.role)",
                "patch OpenTelemetryCollector ns/web",
            ])
        #expect(finalizers == ["example.com/other"])
        harness.catchUp()
        harness.cluster.forgetWrites()
        #expect(try await harness.reconcile() == .done)
        #expect(harness.cluster.writes == [])
    }

    @Test("an error that may pass keeps the collector until they are gone")
    func deletionFails() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        _ = await harness.newEvents()
        harness.put(Self.leaving())
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: .status(500, "InternalError"))
        await #expect(throws: KubeError.self) { try await harness.reconcile() }
        #expect(finalizers.count == 2)
        #expect(await harness.newEvents() == ["Warning Error"])
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(finalizers == ["example.com/other"] && role == nil)
    }

    @Test("an operator without the right lets the collector go, and tells what is left")
    func rightLost() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        _ = await harness.newEvents()
        harness.put(Self.leaving())
        harness.canGrantAccess.current = false
        harness.cluster.fail("get ClusterRoleBinding \(Self.binding)", with: .status(403, "Forbidden"))
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: .status(403, "Forbidden"))
        #expect(try await harness.reconcile() == .done)
        #expect(finalizers == ["example.com/other"])
        #expect(await harness.newEvents() == ["Warning ObjectsLeft"])
    }

    @Test("go after a collector that did not wait for it, and not when the store alone lacks it")
    func leftovers() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        let resource = try #require(harness.current)
        harness.cluster[.openTelemetryCollector, harness.key] = nil
        harness.catchUp()
        harness.cluster.put(.openTelemetryCollector, resource)
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil && binding != nil)

        harness.cluster[.openTelemetryCollector, harness.key] = nil
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: .status(403, "Forbidden"))
        #expect(try await harness.reconcile() == .requeue(after: CollectorReconciler.longestPause))
        #expect(role != nil && binding == nil)
        harness.cluster.fail("delete ClusterRole \(Self.role)", with: nil)
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil)
    }

    @Test("of another collector do not go with one that is not there")
    func otherLeftovers() async throws {
        putForeignRole()
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil)
    }

    @Test("without the right what is there stays, and the author is told; with it again it is kept up")
    func availability() async throws {
        harness.put(Self.reading())
        _ = try await harness.reconcile()
        _ = await harness.newEvents()
        harness.catchUp()
        harness.canGrantAccess.current = false
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil && binding != nil && finalizers == [.string(Self.finalizer)])
        #expect(await harness.newEvents() == ["Warning AccessRequired"])
        harness.cluster[.clusterRole, Self.role] = nil
        harness.canGrantAccess.current = true
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil)
    }

    @Test("where no webhook looks nothing is granted: what is there stays as it is, and the author is told")
    func unseen() async throws {
        harness.isSeenByWebhooks.current = false
        harness.put(Self.reading())
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil && binding == nil && finalizers == [])
        #expect(await harness.newEvents().contains("Warning AccessRequired"))
        #expect(complete?["message"]?.stringValue?.contains("no webhook is asked about this namespace") == true)

        harness.isSeenByWebhooks.current = true
        harness.catchUp()
        #expect(try await harness.reconcile() == .done)
        #expect(role?["rules"]?[0]?["resources"] == ["events"])

        // Who asks for more now was not checked, and gets no more.
        harness.isSeenByWebhooks.current = false
        harness.catchUp()
        harness.change { $0.json["spec"] = Self.reading(receiver: "kubeletstats").json["spec"] }
        #expect(try await harness.reconcile() == .done)
        #expect(role?["rules"]?[0]?["resources"] == ["events"])
        #expect(binding != nil && finalizers == [.string(Self.finalizer)])

        // Less may anybody have.
        harness.catchUp()
        harness.change { $0.json["spec"] = collector().json["spec"] }
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil && binding == nil && finalizers == [])
    }

    @Test("as long as nobody knows whether a webhook looks, nothing is granted, taken away or told")
    func notKnown() async throws {
        harness.isSeenByWebhooks.current = nil
        harness.put(Self.reading())
        #expect(try await harness.reconcile() == .done)
        #expect(role == nil && finalizers == [])
        #expect(await !harness.newEvents().contains("Warning AccessRequired"))
        putReferenceRole()
        harness.change { $0.json["spec"] = collector().json["spec"] }
        #expect(try await harness.reconcile() == .done)
        #expect(role != nil)
    }

    private var complete: JSONValue? {
        (harness.current?["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"] == "Complete" }
    }
}
