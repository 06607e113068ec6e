import Document
import Injection
import KubeModel
import OperatorAPI
import Synchronization
import Testing

@Suite("Collector sidecars")
struct SidecarTests {
    static let key = "sidecar.opentelemetry.io/inject"
    static let collector: JSONValue = [
        "metadata": ["name": "edge", "namespace": "ns1"],
        "spec": [
            "mode": "sidecar",
            "config": [
                "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": ["debug": [:]],
                "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
            ],
        ],
    ]

    static func pod(_ asked: String, owner kind: String? = nil, containers: [JSONValue] = [["name": "app"]])
        -> JSONValue
    {
        var pod: JSONValue = [
            "metadata": ["annotations": [key: .string(asked)]], "spec": ["containers": .array(containers)],
        ]
        if let kind {
            pod["metadata"]?["ownerReferences"] = [
                ["apiVersion": "v1", "kind": .string(kind), "name": "o", "uid": "u"]
            ]
        }
        return pod
    }

    @Test("owners are looked up for a pod that gets a sidecar and belongs to a ReplicaSet")
    func lookup() {
        func lookup(_ asked: String, _ kind: String, containers: [JSONValue] = [["name": "app"]]) -> OwnerLookup? {
            Given(pod: Self.pod(asked, owner: kind, containers: containers), collectors: [Self.collector]).ownerLookup()
        }
        let replicaSet = OwnerLookup(type: .replicaSet, key: ObjectKey(namespace: "ns1", name: "o"), uid: "u")
        #expect(lookup("true", "ReplicaSet") == replicaSet)
        #expect(lookup("edge", "ReplicaSet") == replicaSet)
        #expect(lookup("gone", "ReplicaSet") == nil)
        #expect(lookup("false", "ReplicaSet") == nil)
        #expect(lookup("true", "Job") == nil)
        #expect(lookup("true", "StatefulSet") == nil)
        #expect(lookup("true", "ReplicaSet", containers: [["name": "otc-container"]]) == nil)
    }

    @Test("without collectors a request is refused, and the pod is as it was")
    func noSource() {
        let result = Injector().inject(
            Self.pod("true"), namespace: "ns1", namespaceAnnotations: [:], instrumentations: InstrumentationSource([]))
        #expect(result.injectedPod == nil)
        #expect(result.refusals.map(\.reason) == [.sidecar(.noCollector(namespace: "ns1"))])
        #expect(result.failureMessage == nil)
    }

    @Test("a collector that is not chosen is not rendered")
    func rendersOne() {
        let asked = Mutex<[ObjectKey]>([])
        let source = SidecarSource(
            sidecar: { key in
                asked.withLock { $0.append(key) }
                return .success(CollectorSidecar(collector: key, container: ["name": "otc-container", "image": "c"]))
            },
            candidates: { [ObjectKey(namespace: $0, name: "edge")] }, isNative: { false })
        let result = Injector().inject(
            Self.pod("true"), namespace: "ns1", namespaceAnnotations: [:], instrumentations: InstrumentationSource([]),
            sidecars: source)
        #expect(
            result.injectedPod?.sidecar == .added(collector: ObjectKey(namespace: "ns1", name: "edge"), isNative: false)
        )
        #expect(asked.withLock { $0 } == [ObjectKey(namespace: "ns1", name: "edge")])
    }

    @Test("a native sidecar has the readiness probe as its startup probe, unless it has one")
    func startupProbe() {
        func probes(_ container: JSONValue) -> JSONValue? {
            let source = SidecarSource(
                sidecar: { .success(CollectorSidecar(collector: $0, container: container)) },
                candidates: { _ in [] }, isNative: { true })
            let result = Injector().inject(
                Self.pod("edge"), namespace: "ns1", namespaceAnnotations: [:],
                instrumentations: InstrumentationSource([]), sidecars: source)
            return result.injectedPod?.pod()[path: "spec", "initContainers"]?[0]
        }
        let ready: JSONValue = ["httpGet": ["port": 1]]
        let started: JSONValue = ["httpGet": ["port": 2]]
        let name: JSONValue = "otc-container"
        #expect(probes(["name": name, "image": "c"])?["startupProbe"] == nil)
        #expect(probes(["name": name, "image": "c"])?["restartPolicy"] == "Always")
        #expect(probes(["name": name, "image": "c", "readinessProbe": ready])?["startupProbe"] == ready)
        #expect(probes(["name": name, "image": "c", "readinessProbe": ready])?["readinessProbe"] == ready)
        #expect(
            probes(["name": name, "image": "c", "readinessProbe": ready, "startupProbe": started])?["startupProbe"]
                == started)
    }

    @Test("every reason has its own label and a sentence")
    func labels() {
        let error = FieldError(path: "spec", value: "x", expected: "y")
        let key = ObjectKey(namespace: "n", name: "c")
        let reasons: [SidecarRefusal] = [
            .podUnreadable(error), .noContainers, .noCollector(namespace: "n"), .severalCollectors(["a"]),
            .collectorNotFound(key), .collectorUnusable(key, .otherMode), .collectorUnusable(key, .unrenderable("x")),
            .volumeNameTaken("v"), .containerNameTaken("c"), .hostPortTaken(1), .volumeMissing("v"),
            .mountPathTwice("/"), .onlyContainer,
        ]
        let labels = reasons.map { SkipReason.sidecar($0).label }
        #expect(Set(labels).count == reasons.count)
        for (reason, label) in zip(reasons, labels) {
            #expect(label.hasPrefix("Sidecar") && label.allSatisfy { $0.isLetter })
            let text = Refusal(language: nil, reason: .sidecar(reason)).description
            #expect(text.hasPrefix("the collector sidecar was not "))
        }
    }
}
