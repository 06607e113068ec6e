import Document
import KubeModel
import OperatorAPI
import Testing

@testable import Rendering

@Suite("ClusterRoles")
struct ClusterRoleTests {
    static let role = "otel-ns-cluster-role"
    static let binding = "otel-ns-collector"

    private func rendered(
        _ spec: JSONValue = [:], labels: JSONValue = [:], annotations: JSONValue = [:],
        options: RenderingOptions = RenderingOptions()
    ) -> Rendered {
        var spec = spec
        if spec["config"] == nil { spec["config"] = config(receivers: ["k8s_events": [:]]) }
        return CollectorRenderer(options: options).render(
            collector(spec, labels: labels, annotations: annotations))
    }

    @Test("are there in every mode, owned by nobody, and say whose they are", arguments: CollectorSpec.Mode.allCases)
    func modes(_ mode: CollectorSpec.Mode) throws {
        let rendered = rendered(["mode": .string(mode.rawValue)])
        for (kind, name) in [("ClusterRole", Self.role), ("ClusterRoleBinding", Self.binding)] {
            let object = try #require(rendered[kind, name])
            #expect(object["metadata"]?["ownerReferences"] == nil)
            #expect(object["metadata"]?["namespace"] == nil)
            #expect(object["metadata"]?["annotations"]?["operator.opentelemetry.io/collector"] == "ns/otel")
            #expect(ClusterObjects.owner(of: KubeObject(object)) == ObjectKey(namespace: "ns", name: "otel"))
        }
        // Pods with a sidecar have ServiceAccounts of their own, which this binding is not about.
        #expect(rendered.reasons(.warning) == (mode == .sidecar ? [.accessRequired] : []))
    }

    @Test("are for the ServiceAccount that the pods have")
    func serviceAccount() {
        let own = rendered(["serviceAccount": "mine"])
        #expect(
            own["ClusterRoleBinding", Self.binding]?["subjects"] == [
                ["kind": "ServiceAccount", "name": "mine", "namespace": "ns"]
            ])
        #expect(
            own["ClusterRoleBinding", Self.binding]?["roleRef"] == [
                "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(Self.role),
            ])
    }

    @Test("are not there when no component needs rights, or the operator may not make them")
    func absent() {
        let without = CollectorRenderer().render(collector(["config": config(receivers: ["otlp": .null])]))
        #expect(!without.objects.contains { !$0.type.isNamespaced })
        let unavailable = rendered(options: RenderingOptions(canGrantAccess: false))
        #expect(!unavailable.objects.contains { !$0.type.isNamespaced })
        #expect(unavailable.reasons(.warning) == [.accessRequired])
    }

    @Test("take no label from the collector: any could be one by which other ClusterRoles take their rules")
    func labels() throws {
        let rendered = rendered(
            labels: [
                "team": "obs", "app.kubernetes.io/name": "mine", "app.kubernetes.io/created-by": "me",
                "rbac.authorization.k8s.io/aggregate-to-view": "true",
                "rbac.example.com/aggregate-to-monitoring": "true",
            ], annotations: ["operator.opentelemetry.io/collector": "other/one"])
        let metadata = try #require(rendered["ClusterRole", Self.role]?["metadata"])
        let keys = try #require(metadata["labels"]?.objectValue?.keys)
        #expect(
            keys.sorted()
                == ["component", "instance", "managed-by", "name", "part-of", "version"].map {
                    "app.kubernetes.io/\($0)"
                })
        #expect(metadata["labels"]?["app.kubernetes.io/name"] == .string(Self.role))
        // Nor does an annotation of the resource say whose they are.
        #expect(metadata["annotations"]?["operator.opentelemetry.io/collector"] == "ns/otel")
        #expect(
            rendered["Deployment", "otel-collector"]?["metadata"]?["annotations"]?[
                "operator.opentelemetry.io/collector"] == nil)
    }

    @Test("collectors whose objects have the same names are told apart")
    func collision() {
        let (one, other) = (ObjectKey(namespace: "c", name: "a-b"), ObjectKey(namespace: "b-c", name: "a"))
        #expect(
            ClusterObjects.references(of: one).map(\.name) == ["a-b-c-collector", "a-b-c-cluster-role"])
        #expect(
            ClusterObjects.references(of: one).map(\.name) == ClusterObjects.references(of: other).map(\.name))
        let object = KubeObject(
            CollectorRenderer().render(
                collector(["config": config(receivers: ["k8s_events": [:]])], name: "a-b", namespace: "c"))[
                    "ClusterRole", "a-b-c-cluster-role"] ?? .null)
        #expect(ClusterObjects.isOwned(object, by: one))
        #expect(!ClusterObjects.isOwned(object, by: other))
        // The reference's: by its labels.
        var unmarked = object
        unmarked.json["metadata"]?["annotations"] = nil
        #expect(ClusterObjects.isOwned(unmarked, by: one))
        #expect(!ClusterObjects.isOwned(unmarked, by: other))
        // Anything else is nobody's.
        unmarked.json["metadata"]?["annotations"] = ["operator.opentelemetry.io/collector": "a/b/c"]
        #expect(!ClusterObjects.isOwned(unmarked, by: one))
        #expect(!ClusterObjects.isOwned(KubeObject(["metadata": ["name": "a-b-c-cluster-role"]]), by: one))
    }

    @Test("what the rules leave out is told, and what cannot be read stops nothing half way")
    func remarks() {
        let observer = rendered([
            "config": config(receivers: ["otlp": .null], extensions: ["k8s_observer": [:]])
        ])
        #expect(observer.reasons(.warning) == [.accessRequired])
        #expect(observer.findings.first?.message.hasPrefix("k8s_observer observes pods by default") == true)
        let invalid = rendered(["config": config(receivers: ["k8s_objects": ["objects": "pods"]])])
        #expect(invalid.reasons(.error) == [.invalidSpec])
        #expect(invalid.objects.isEmpty)
    }
}
