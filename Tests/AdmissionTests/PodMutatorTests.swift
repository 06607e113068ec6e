import Document
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import NIOCore
import OperatorAPI
import Testing
import Webhook

@testable import Admission

@Suite("Answers to the reviews of pods")
struct PodMutatorTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let instrumentation: JSONValue = [
        "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
        "metadata": ["name": "only", "namespace": "shop"], "spec": ["exporter": ["endpoint": "http://collector:4318"]],
    ]

    /// With an Instrumentation in namespace `shop`; nothing listens where the API server would be.
    private func mutator(
        namespaceAnnotations: JSONValue = .object([:]), labels: JSONValue = .object([:]),
        sidecars: SidecarSource = .none
    ) throws -> PodMutator {
        let namespaces = Store<NamespaceFacts>.Writer()
        let instrumentations = Store<InstrumentationSource.Lookup>.Writer()
        let shop = KubeObject(["metadata": ["name": "shop", "annotations": namespaceAnnotations, "labels": labels]])
        namespaces.apply(shop.key, resourceVersion: "1", NamespaceFacts(shop))
        let instrumentation = try Instrumentation(Self.instrumentation)
        instrumentations.apply(instrumentation.key, resourceVersion: "1", .success(instrumentation))
        let api = Client(ClusterConfiguration(server: try ServerAddress("https://127.0.0.1:1")))
        return PodMutator(
            injector: Injector(), namespaces: namespaces.store, instrumentations: instrumentations.store,
            sidecars: sidecars, owners: OwnerReader(api: api, logger: Self.logger),
            reporter: RefusalReporter(
                events: EventRecorder(api: api, instance: "test", logger: Self.logger), logger: Self.logger))
    }

    private func pod(_ annotations: JSONValue = .object([:])) -> JSONValue {
        [
            "metadata": ["name": "p", "annotations": annotations],
            "spec": ["containers": [["name": "app", "image": "app:1"]]],
        ]
    }

    private func request(
        _ pod: JSONValue, namespace: String = "shop", operation: AdmissionRequest.Operation = .create
    ) -> AdmissionRequest {
        AdmissionRequest(uid: "u", operation: operation, namespace: namespace, object: pod)
    }

    private func shortcut(_ mutator: PodMutator, _ pod: JSONValue) -> AdmissionResponse? {
        let review: JSONValue = ["request": ["uid": "u", "namespace": "shop", "operation": "CREATE", "object": pod]]
        return mutator.shortcut(RawReview(ByteBuffer(string: review.serializedString())))
    }

    @Test("a pod that asks for nothing is allowed without being parsed")
    func nothing() throws {
        #expect(shortcut(try mutator(), pod(["example.com/a": "b"])) == .allowed())
    }

    @Test(
        "a pod that asks for something is parsed",
        arguments: ["instrumentation.opentelemetry.io/inject-python", "sidecar.opentelemetry.io/inject"])
    func asking(_ key: String) throws {
        #expect(shortcut(try mutator(), pod([key: "true"])) == nil)
    }

    @Test(
        "in a namespace that asks for something every pod is parsed",
        arguments: ["instrumentation.opentelemetry.io/inject-java", "sidecar.opentelemetry.io/inject"])
    func askingNamespace(_ key: String) throws {
        #expect(shortcut(try mutator(namespaceAnnotations: [key: "true"]), pod()) == nil)
    }

    @Test("a namespace's annotations for other purposes cost nothing")
    func otherNamespaceAnnotation() throws {
        let mutator = try mutator(namespaceAnnotations: ["instrumentation.opentelemetry.io/container-names": "app"])
        #expect(shortcut(mutator, pod()) == .allowed())
    }

    @Test("a Python pod gets a patch at once")
    func python() throws {
        let asked = pod(["instrumentation.opentelemetry.io/inject-python": "true"])
        let response = try #require(try mutator().handleNow(request(asked)))
        #expect(response.isAllowed)
        #expect(response.warnings.isEmpty)
        let patch = try #require(response.patch)
        #expect(patch.contains { $0["path"]?.stringValue == "/spec/initContainers" })
    }

    @Test("what cannot be injected is allowed, with a warning that says why")
    func refused() throws {
        let asked = pod(["instrumentation.opentelemetry.io/inject-python": "missing"])
        let response = try #require(try mutator().handleNow(request(asked)))
        #expect(response.isAllowed)
        #expect(response.patch == nil)
        #expect(response.warnings.contains { $0.contains("missing") })
    }

    private static let sidecars = SidecarSource(
        sidecar: { key in
            key.name == "edge"
                ? .success(CollectorSidecar(collector: key, container: ["name": "otc-container", "image": "c"])) : nil
        },
        candidates: { [ObjectKey(namespace: $0, name: "edge")] }, isNative: { false })

    @Test("where the namespace enforces the restricted level, the sidecar is given what that asks for")
    func restricted() throws {
        let level: JSONValue = ["pod-security.kubernetes.io/enforce": "restricted"]
        let asked = pod(["sidecar.opentelemetry.io/inject": "edge"])
        for (labels, isRestricted) in [(level, true), (.object([:]), false)] {
            let response = try #require(
                try mutator(labels: labels, sidecars: Self.sidecars).handleNow(request(asked)))
            let added = try #require(
                response.patch?.first { $0["path"]?.stringValue?.hasPrefix("/spec/containers") == true })
            #expect((added[path: "value", "securityContext", "runAsNonRoot"] == true) == isRestricted)
        }
    }

    @Test("a pod that asks for a sidecar gets it, though its language is refused; the warning says which")
    func sidecar() throws {
        let asked = pod([
            "sidecar.opentelemetry.io/inject": "true", "instrumentation.opentelemetry.io/inject-python": "missing",
        ])
        let response = try #require(try mutator(sidecars: Self.sidecars).handleNow(request(asked)))
        let patch = try #require(response.patch)
        #expect(patch.contains { $0["path"] == "/spec/containers/-" })
        #expect(response.warnings.count == 1)
        #expect(response.warnings.first?.contains("Python was not injected") == true)
    }

    @Test("a sidecar that is not there does not stop the language")
    func missingSidecar() throws {
        let asked = pod([
            "sidecar.opentelemetry.io/inject": "gone", "instrumentation.opentelemetry.io/inject-python": "true",
        ])
        let response = try #require(try mutator(sidecars: Self.sidecars).handleNow(request(asked)))
        #expect(response.patch != nil)
        #expect(response.warnings.count == 1)
        #expect(response.warnings.first?.contains("the collector sidecar was not injected") == true)
    }

    @Test("the owner of a pod that gets a sidecar is read first; without an answer the sidecar comes all the same")
    func sidecarOwner() async throws {
        var asked = pod(["sidecar.opentelemetry.io/inject": "true"])
        asked["metadata"]?["ownerReferences"] = [
            ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u"]
        ]
        let mutator = try mutator(sidecars: Self.sidecars)
        #expect(mutator.handleNow(request(asked)) == nil)
        let response = await mutator.handle(request(asked))
        #expect(response.patch?.contains { $0["path"] == "/spec/containers/-" } == true)
        #expect(
            response.warnings == [
                "OpenTelemetry was injected in part: its owner, ReplicaSet r, could not be read, so resource "
                    + "attributes of the workload are missing"
            ])
    }

    @Test("a Job that could not be read is told of where something was injected, and nowhere else")
    func unreadJob() async throws {
        func job(_ request: String) -> JSONValue {
            var asked = pod([
                "instrumentation.opentelemetry.io/inject-python": "true",
                "instrumentation.opentelemetry.io/container-names": .string(request),
            ])
            asked["metadata"]?["ownerReferences"] = [
                ["apiVersion": "batch/v1", "kind": "Job", "name": "by-hand", "uid": "u"]
            ]
            return asked
        }
        let injected = try await mutator().handle(request(job("app")))
        #expect(injected.patch != nil)
        #expect(injected.warnings.count == 1)
        #expect(injected.warnings.first?.contains("Job by-hand") == true)
        #expect(injected.warnings.first?.hasSuffix("the service may be named after the Job") == true)
        let refused = try await mutator().handle(request(job("missing")))
        #expect(refused.patch == nil)
        #expect(!refused.warnings.contains { $0.contains("by-hand") })
    }

    @Test("an update is allowed as it is")
    func update() throws {
        let asked = pod(["instrumentation.opentelemetry.io/inject-python": "true"])
        #expect(try mutator().handleNow(request(asked, operation: .update)) == .allowed())
    }
}
