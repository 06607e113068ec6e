import Document
import KubeClient
import KubeModel
import Testing

@testable import Reconcilers

@Suite("Applying one object", .timeLimit(.minutes(1)))
struct ObjectApplierTests {
    private let cluster = FakeCluster()
    /// What the store shows.
    private let store = Shared<[TypedKey: OwnedObject]>([:])
    private let reference = TypedKey(type: .configMap, key: ObjectKey(namespace: "ns", name: "web-config"))

    private var applier: ObjectApplier {
        ObjectApplier(api: cluster, known: { [store] in store.current[$0] })
    }

    private func catchUp(_ reference: TypedKey) {
        store.current[reference] = cluster[reference.type, reference.key].map { OwnedObject($0) }
    }

    @Test("an object that is not there is made; then it costs no request until it changes")
    func created() async throws {
        let applier = applier
        #expect(try await applier.apply(reference, configMap()) == .created)
        catchUp(reference)
        cluster.forgetWrites()
        #expect(try await applier.apply(reference, configMap()) == .unchanged)
        #expect(cluster.reads == 0 && cluster.writes.isEmpty)
        #expect(try await applier.apply(reference, configMap("b")) == .updated)
        #expect(cluster[.configMap, reference.key]?["data"]?["collector.yaml"] == "b")
    }

    @Test("a store that is behind costs a read, not a write")
    func staleStore() async throws {
        let applier = applier
        #expect(try await applier.apply(reference, configMap()) == .created)
        #expect(try await applier.apply(reference, configMap()) == .unchanged)
        catchUp(reference)
        #expect(try await applier.apply(reference, configMap("b")) == .updated)
        #expect(try await applier.apply(reference, configMap("b")) == .unchanged)
        #expect(cluster.writes.count == 2)
    }

    @Test("an object as we left it is not applied again by a new process")
    func restart() async throws {
        _ = try await applier.apply(reference, configMap())
        #expect(try await applier.apply(reference, configMap()) == .unchanged)
        #expect(cluster.writes.count == 1)
    }

    @Test("what somebody changed is put right")
    func drift() async throws {
        let applier = applier
        _ = try await applier.apply(reference, configMap())
        catchUp(reference)
        var changed = try #require(cluster[.configMap, reference.key])
        changed["data"] = ["collector.yaml": "theirs"]
        changed.json["metadata"]?["managedFields"] = []
        cluster.put(.configMap, changed)
        catchUp(reference)
        #expect(try await applier.apply(reference, configMap()) == .updated)
        #expect(cluster[.configMap, reference.key]?["data"]?["collector.yaml"] == "a")
    }

    @Test("a value that the server does not keep is applied once, not for ever")
    func droppedValue() async throws {
        let server = DroppingAPI(base: cluster) { object in
            var object = object
            object["data"] = nil
            return object
        }
        let behind = ObjectApplier(api: server, known: { _ in nil })
        #expect(try await behind.apply(reference, configMap()) == .created)
        for _ in 0..<3 { #expect(try await behind.apply(reference, configMap()) == .unchanged) }
        #expect(cluster.writes.count == 1)
    }

    @Test(
        "objects of others are left alone",
        arguments: [
            (owner: nil, label: nil, holder: "somebody else"),
            (owner: nil, label: "ns.other", holder: "somebody else"),
            (owner: "Helm", label: "ns.web", holder: "Helm web"),
        ] as [(owner: String?, label: String?, holder: String)])
    func foreign(owner kind: String?, label: String?, holder: String) async throws {
        var object = configMap("theirs")
        object.json["metadata"]?["ownerReferences"] =
            kind.map { [["apiVersion": "v1", "kind": .string($0), "name": "web", "uid": "x", "controller": true]] }
        object.json["metadata"]?["labels"] = label.map {
            ["app.kubernetes.io/managed-by": "opentelemetry-operator", "app.kubernetes.io/instance": .string($0)]
        }
        cluster.put(.configMap, object)
        #expect(try await applier.apply(reference, configMap()) == .foreign(holder))
        #expect(cluster.writes.isEmpty)
    }

    @Test("an object that the reference made is taken over, with the fields that it recorded")
    func adoption() async throws {
        var object = configMap("old")
        object.json["metadata"]?["managedFields"] = [
            [
                "manager": "manager", "operation": "Update", "apiVersion": "v1",
                "fieldsV1": ["f:data": ["f:collector.yaml": [:], "f:gone": [:]]],
            ]
        ]
        cluster.put(.configMap, object)
        #expect(try await applier.apply(reference, configMap()) == .updated)
        #expect(cluster.writes == ["patch ConfigMap ns/web-config", "apply ConfigMap ns/web-config"])
        let entry = try #require(cluster.patches.first?[1]?["value"]?[0])
        #expect(entry["manager"]?.stringValue == fieldManager)
        #expect(entry["operation"] == "Apply")
        #expect(entry["fieldsV1"] == ["f:data": ["f:collector.yaml": [:], "f:gone": [:]]])
    }

    @Test("an object without a controller is ours when it has our labels")
    func unownedAdoption() async throws {
        var object = configMap("old")
        object.json["metadata"]?["ownerReferences"] = nil
        cluster.put(.configMap, object)
        #expect(try await applier.apply(reference, configMap()) == .updated)
        #expect(cluster[.configMap, reference.key]?.controller?.uid == "cr-1")
    }

    @Test("what a deleted collector of the same name has left is waited for")
    func leftover() async throws {
        var before = owner
        before["uid"] = "cr-0"
        cluster.put(.configMap, configMap("old", owner: before))
        guard case .leaving(let state) = try await applier.apply(reference, configMap()) else {
            Issue.record("not seen as leaving")
            return
        }
        #expect(state == "is left from a deleted OpenTelemetryCollector web")
        #expect(cluster.writes.isEmpty)
    }

    @Test("an object that is being deleted is not changed any more")
    func beingDeleted() async throws {
        var object = configMap("old")
        object.json["metadata"]?["deletionTimestamp"] = "2026-01-31T08:05:09Z"
        cluster.put(.configMap, object)
        #expect(try await applier.apply(reference, configMap()) == .leaving("is being deleted"))
        #expect(cluster.writes.isEmpty)
    }

    @Test("an object that is replaced between read and apply is not touched")
    func replaced() async throws {
        cluster.put(.configMap, configMap("old"))
        cluster.before("apply ConfigMap ns/web-config") { cluster in
            var theirs = configMap("theirs")
            theirs.json["metadata"]?["uid"] = "other"
            theirs.json["metadata"]?["labels"] = nil
            theirs.json["metadata"]?["ownerReferences"] = nil
            cluster.put(.configMap, theirs)
        }
        #expect(try await applier.apply(reference, configMap()) == .foreign("somebody else"))
        #expect(cluster[.configMap, reference.key]?["data"]?["collector.yaml"] == "theirs")
    }

    @Test(
        "what a StatefulSet cannot change deletes and makes anew",
        arguments: [
            ("serviceName", "other"), ("podManagementPolicy", "OrderedReady"),
            ("volumeClaimTemplates", [["metadata": ["name": "queue"], "spec": ["storageClassName": "fast"]]]),
        ] as [(String, JSONValue)])
    func statefulSet(field: String, value: JSONValue) async throws {
        var object = deployment()
        object["kind"] = "StatefulSet"
        object["spec"]?["serviceName"] = "web"
        object["spec"]?["podManagementPolicy"] = "Parallel"
        object["spec"]?["volumeClaimTemplates"] = [
            ["metadata": ["name": "queue"], "spec": ["storageClassName": "slow"]]
        ]
        let reference = TypedKey(type: .statefulSet, key: object.key)
        let applier = applier
        #expect(try await applier.apply(reference, object) == .created)
        // What the server adds to a claim is no change.
        var live = try #require(cluster[.statefulSet, reference.key])
        live["spec"]?["volumeClaimTemplates"] = [
            [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": ["name": "queue", "creationTimestamp": .null],
                "spec": ["storageClassName": "slow", "volumeMode": "Filesystem"], "status": ["phase": "Pending"],
            ]
        ]
        cluster.put(.statefulSet, live)
        object["spec"]?["replicas"] = 2
        #expect(try await applier.apply(reference, object) == .updated)
        object["spec"]?[field] = value
        #expect(try await applier.apply(reference, object) == .recreated(field: "spec.\(field)"))
    }

    @Test("a StatefulSet that would take its volume claims along lets them go first")
    func ownedClaims() async throws {
        var object = deployment()
        object["kind"] = "StatefulSet"
        object["spec"]?["serviceName"] = "web"
        object["spec"]?["persistentVolumeClaimRetentionPolicy"] = ["whenDeleted": "Delete"]
        let reference = TypedKey(type: .statefulSet, key: object.key)
        _ = try await applier.apply(reference, object)
        object["spec"]?["serviceName"] = "other"
        #expect(try await applier.apply(reference, object) == .recreated(field: "spec.serviceName"))
        #expect(cluster.deletions.map(\.propagationPolicy) == ["Orphan"])
    }

    @Test("a controller that writes at the same time is no failure")
    func conflict() async throws {
        var object = configMap("old")
        object.json["metadata"]?["managedFields"] = [
            ["manager": "manager", "operation": "Update", "apiVersion": "v1", "fieldsV1": ["f:data": [:]]]
        ]
        cluster.put(.configMap, object)
        cluster.before("patch ConfigMap ns/web-config") { cluster in
            if let object = cluster[.configMap, ObjectKey(namespace: "ns", name: "web-config")] {
                cluster.put(.configMap, object)
            }
        }
        #expect(try await applier.apply(reference, configMap()) == .updated)
        #expect(cluster.writes.count == 3)
    }

    @Test("a conflict that does not end is an error at last")
    func endlessConflict() async throws {
        cluster.fail("apply ConfigMap ns/web-config", with: .status(409, "Conflict"))
        await #expect(throws: KubeError.self) { try await applier.apply(reference, configMap()) }
        #expect(cluster.writes.count == ObjectApplier.attempts)
    }

    @Test("a field that the API server does not know is left out, once it has said so")
    func unknownField() async throws {
        let server = OldAPI(base: cluster)
        let applier = ObjectApplier(api: server, known: { _ in nil })
        var object = configMap()
        object["immutable"] = true
        #expect(try await applier.apply(reference, object) == .created)
        #expect(applier.omitted(from: reference, object) == ["immutable"])
        #expect(cluster[.configMap, reference.key]?["immutable"] == nil)
        cluster.forgetWrites()
        #expect(try await applier.apply(reference, object) == .unchanged)
        #expect(cluster.writes.isEmpty)
        // A new process has to be told again, and then writes nothing.
        let next = ObjectApplier(api: server, known: { _ in nil })
        #expect(try await next.apply(reference, object) == .unchanged)
        #expect(next.omitted(from: reference, object) == ["immutable"])
        #expect(cluster.writes.isEmpty)
        object["data"] = ["collector.yaml": "receivers: {nop: {}}"]
        #expect(try await next.apply(reference, object) == .updated)
        #expect(cluster.writes == ["apply ConfigMap ns/web-config"])
    }

    @Test("another selector deletes and makes anew")
    func selector() async throws {
        let reference = TypedKey(type: .deployment, key: deployment().key)
        let applier = applier
        #expect(try await applier.apply(reference, deployment()) == .created)
        let old = try #require(cluster[.deployment, reference.key]?.uid)
        #expect(try await applier.apply(reference, deployment(selector: "shop")) == .recreated(field: "spec.selector"))
        #expect(
            cluster.writes == [
                "apply Deployment ns/web-collector", "delete Deployment ns/web-collector",
                "apply Deployment ns/web-collector",
            ])
        #expect(cluster[.deployment, reference.key]?.uid != old)
    }

    @Test("what the server refuses is thrown, and tried again the next time")
    func refused() async throws {
        let applier = applier
        let refusal = KubeError.status(422, "Invalid")
        cluster.fail("apply ConfigMap ns/web-config", with: refusal)
        await #expect(throws: refusal) { try await applier.apply(reference, configMap()) }
        cluster.fail("apply ConfigMap ns/web-config", with: nil)
        #expect(try await applier.apply(reference, configMap()) == .created)
    }

    @Test("a deletion of what is gone, or has become another object, is done", arguments: ["gone", "other"])
    func deletion(state: String) async throws {
        if state == "other" { cluster.put(.configMap, configMap()) }
        try await applier.delete(reference, uid: "u")
        #expect((cluster[.configMap, reference.key] != nil) == (state == "other"))
    }
}

@Suite("Taking fields over from the reference")
struct FieldHandoverTests {
    @Test("an autoscaler's replicas stay out of it")
    func replicas() throws {
        var live = deployment()
        live.json["metadata"]?["resourceVersion"] = "7"
        live.json["metadata"]?["managedFields"] = [
            [
                "manager": "manager", "operation": "Update", "apiVersion": "apps/v1",
                "fieldsV1": ["f:spec": ["f:replicas": [:], "f:template": [:]]],
            ]
        ]
        var desired = deployment()
        let kept = try #require(FieldHandover.patch(live, for: desired, to: fieldManager))
        #expect(kept[0] == ["op": "test", "path": "/metadata/resourceVersion", "value": "7"])
        #expect(kept[1]["value"]?[0]?["fieldsV1"]?["f:spec"] == ["f:replicas": [:], "f:template": [:]])
        desired.json["spec"]?["replicas"] = nil
        let left = try #require(FieldHandover.patch(live, for: desired, to: fieldManager))
        #expect(left[1]["value"]?[0]?["fieldsV1"]?["f:spec"] == ["f:template": [:]])
    }

    @Test("happens once, and not for what others wrote")
    func once() {
        var live = configMap()
        func entry(_ manager: String, _ operation: String, _ version: String = "v1") -> JSONValue {
            [
                "manager": .string(manager), "operation": .string(operation), "apiVersion": .string(version),
                "fieldsV1": [:],
            ]
        }
        func patch(_ entries: JSONValue...) -> [JSONValue]? {
            live.json["metadata"]?["managedFields"] = .array(entries)
            return FieldHandover.patch(live, for: configMap(), to: fieldManager)
        }
        #expect(patch(entry("manager", "Update")) != nil)
        #expect(patch(entry("manager", "Update"), entry(fieldManager, "Apply")) == nil)
        #expect(patch(entry("kubectl-edit", "Update")) == nil)
        #expect(patch(entry("manager", "Update", "v2")) == nil)
        #expect(patch() == nil)
    }
}

/// An API server that does not know a field.
private struct OldAPI: WrappedAPI {
    let base: FakeCluster

    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        guard object["immutable"] == nil else {
            throw .api(
                Status(
                    code: 500, reason: "",
                    message: "failed to create typed patch object: .immutable: field not declared in schema"))
        }
        return try await base.apply(
            type, object, fieldManager: fieldManager, force: force, subresource: subresource)
    }
}

/// An API server that does not keep some of what is applied.
private struct DroppingAPI: WrappedAPI {
    let base: FakeCluster
    let keeping: @Sendable (KubeObject) -> KubeObject

    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await base.apply(
            type, keeping(object), fieldManager: fieldManager, force: force, subresource: subresource)
    }
}

/// An API server that is like another but for something.
private protocol WrappedAPI: KubeAPI {
    var base: FakeCluster { get }
}

extension WrappedAPI {
    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject {
        try await base.get(type, key, deadline: deadline)
    }
    func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList {
        try await base.list(type, namespace: namespace, options: options, projection: projection)
    }
    func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream {
        base.watch(type, namespace: namespace, from: resourceVersion, options: options, projection: projection)
    }
    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        try await base.create(type, object)
    }
    func replace(_ type: ResourceType, _ object: KubeObject, subresource: String?) async throws(KubeError) -> KubeObject
    {
        try await base.replace(type, object, subresource: subresource)
    }
    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await base.patch(type, key, patch, subresource: subresource)
    }
    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError) {
        try await base.delete(type, key, options: options)
    }
    func raw(_ path: String) async throws(KubeError) -> JSONValue { try await base.raw(path) }
}
