import Document
import KubeClient
import KubeModel
import KubeRuntime
import Rendering
import TestSupport

@testable import Reconcilers

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

/// A reconciler with its cluster. The stores show what `catchUp` last saw, but for those of the owned objects, which show
/// nothing: each object is read.
final class Harness: Sendable {
    let cluster: FakeCluster
    let key = ObjectKey(namespace: "ns", name: "web")
    private let writer = Store<KubeObject>.Writer()
    private let owned: OwnedObjects
    private let events: EventRecorder
    private let reconciler: CollectorReconciler
    /// Whether the operator may make ClusterRoles.
    let canGrantAccess = Shared(true)
    /// Whether the webhooks look at the namespace.
    let isSeenByWebhooks = Shared<Bool?>(true)
    /// In seconds since 1970.
    let now = Shared(1_769_846_709)

    /// - Parameter following: types whose store shows what `listOnce` found.
    init(cluster: FakeCluster = FakeCluster(), following types: [ResourceType] = []) {
        self.cluster = cluster
        owned = OwnedObjects(types, api: cluster, logger: quiet)
        events = EventRecorder(api: cluster, instance: "pod", logger: quiet)
        let options = RenderingOptions(availableAPIs: AvailableAPIs([.azurePodMonitor, .podDisruptionBudget]))
        reconciler = CollectorReconciler(
            api: cluster, collectors: writer.store, owned: owned,
            renderer: { [canGrantAccess, isSeenByWebhooks] _ in
                var options = options
                options.canGrantAccess = canGrantAccess.current
                options.isSeenByWebhooks = isSeenByWebhooks.current
                return CollectorRenderer(options: options)
            }, collectorVersion: "0.158.0", events: events,
            timestamp: { [now] in Timestamp(seconds: now.current) }, logger: quiet)
    }

    var current: KubeObject? { cluster[.openTelemetryCollector, key] }
    var ready: JSONValue? {
        (current?["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"] == "Ready" }
    }

    func reconcile() async throws -> ReconcileResult { try await reconciler.reconcile(key) }
    func isWorthReconciling(_ change: StoreChange<KubeObject>) -> Bool { reconciler.isWorthReconciling(change) }

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
        let known = owned.index.claims(of: "cr-1").merging(owned.index.clusterObjects(of: key)) { $1 }
        for (reference, old) in known {
            owned.index.update(reference, from: old, to: nil)
        }
        for reference in cluster.keys {
            guard let object = cluster[reference.type, reference.key] else { continue }
            owned.index.update(reference, from: nil, to: OwnedObject(object))
        }
    }

    /// Lists until the stores show what the cluster has.
    func listOnce() async throws {
        for reflector in owned.reflectors {
            let type = reflector.type
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reflector.run() }
                _ = try await eventually("the store to show each \(type)") {
                    let isShown = cluster.keys.filter { $0.type == type }.allSatisfy {
                        owned.known($0)?.resourceVersion == cluster[type, $0.key]?.resourceVersion
                    }
                    return isShown ? true : nil
                }
                group.cancelAll()
            }
        }
    }

    /// Type and reason of the Events since the last call.
    func newEvents() async -> [String] {
        await events.recorded(in: cluster).map { "\($0.type) \($0.reason)" }
    }
}
