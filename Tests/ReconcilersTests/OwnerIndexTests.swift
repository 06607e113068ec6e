import Document
import KubeModel
import Testing

@testable import Reconcilers

@Suite("What a resource owns")
struct OwnerIndexTests {
    private let index = OwnerIndex()

    private func put(_ name: String, namespace: String = "ns", owner change: (inout JSONValue) -> Void = { _ in }) {
        let key = ObjectKey(namespace: namespace, name: name)
        var reference: JSONValue = [
            "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector", "name": "web", "uid": "cr-1",
            "controller": true,
        ]
        change(&reference)
        var object = KubeObject(.configMap, key)
        object.json["metadata"]?["ownerReferences"] = [reference]
        index.update(TypedKey(type: .configMap, key: key), from: nil, to: OwnedObject(object))
    }

    @Test("is in its namespace, and names its kind and its name beside its uid")
    func owned() {
        put("own")
        put("older") { $0["apiVersion"] = "opentelemetry.io/v1alpha1" }
        put("elsewhere", namespace: "other")
        put("kind") { $0["kind"] = "Instrumentation" }
        put("group") { $0["apiVersion"] = "example.com/v1" }
        put("name") { $0["name"] = "another" }
        put("uid") { $0["uid"] = "cr-2" }
        let objects = index.objects(ownedBy: collector(), of: .openTelemetryCollector)
        #expect(objects.keys.map(\.key.name).sorted() == ["older", "own"])
    }
}
