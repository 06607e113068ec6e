import Document
import Injection
import KubeModel
import OperatorAPI
import Testing

/// In a namespace that enforces the Pod Security level restricted no pod is refused for what was injected.
@Suite("Pods of restricted namespaces")
struct RestrictedPodTests {
    private static let restrictions: JSONValue = [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
        "seccompProfile": ["type": "RuntimeDefault"],
    ]

    private func given(
        _ annotations: JSONValue, context: JSONValue? = restrictions, podContext: JSONValue? = nil,
        collector: JSONValue = [:]
    ) -> Given {
        var sidecar: JSONValue = [
            "mode": "sidecar",
            "config": [
                "receivers": ["otlp": ["protocols": ["http": [:]]]], "exporters": ["debug": [:]],
                "service": ["pipelines": ["metrics": ["receivers": ["otlp"], "exporters": ["debug"]]]],
            ],
        ]
        for member in collector.objectValue ?? [:] { sidecar[member.key] = member.value }
        return Given(
            pod: [
                "metadata": ["name": "web", "annotations": annotations],
                "spec": .object(compacting: [
                    "securityContext": podContext,
                    "containers": [.object(compacting: ["name": "app", "image": "a:1", "securityContext": context])],
                ]),
            ],
            isRestricted: true,
            instrumentations: [["metadata": ["namespace": "ns1", "name": "i"], "spec": [:]]],
            collectors: [["metadata": ["namespace": "ns1", "name": "edge"], "spec": sidecar]],
            settings: InjectionSettings(enabledLanguages: Set(Language.allCases)))
    }

    private func asks(_ language: Language) -> JSONValue {
        [
            "instrumentation.opentelemetry.io/inject-\(language.rawValue)": "true",
            "instrumentation.opentelemetry.io/otel-go-auto-target-exe": "/app",
        ]
    }

    private func violations(_ result: InjectionResult) throws -> [String] {
        let pod = try #require(result.injectedPod, "\(result.refusals)").pod()
        return RestrictedLevel.violations(of: pod["spec"] ?? [:])
    }

    @Test("every agent but Go's keeps to the level as the application does", arguments: Language.allCases)
    func agents(language: Language) throws {
        let podWide: JSONValue = ["runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"]]
        let ofContainer: JSONValue = ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]
        for given in [given(asks(language)), given(asks(language), context: ofContainer, podContext: podWide)] {
            let result = given.inject()
            if language == .go {
                #expect(result.injectedPod == nil)
                guard case .podSecurity(let violations)? = result.refusals.first?.reason else {
                    Issue.record("\(result.refusals)")
                    continue
                }
                #expect(violations.contains { $0.hasSuffix("privileged is true") })
                #expect(result.refusals.first?.description.contains("level restricted, which would refuse") == true)
            } else {
                #expect(result.refusals == [])
                #expect(try violations(result) == [])
            }
        }
    }

    @Test("what is refused leaves what is injected beside it")
    func beside() throws {
        let result = given([
            "instrumentation.opentelemetry.io/inject-python": "true",
            "instrumentation.opentelemetry.io/python-container-names": "app",
            "instrumentation.opentelemetry.io/inject-go": "true",
            "instrumentation.opentelemetry.io/go-container-names": "app",
            "instrumentation.opentelemetry.io/otel-go-auto-target-exe": "/app",
        ]).inject()
        #expect(try violations(result) == [])
        #expect(result.injectedPod?.containers.map(\.language) == [.python])
        #expect(result.refusals.map(\.reason.label) == ["PodSecurity"])
        #expect(result.injectedPod?.pod()[path: "spec", "shareProcessNamespace"] == nil)
    }

    @Test("a sidecar gets what the level asks for, and keeps what its author wrote")
    func sidecar() throws {
        let asks: JSONValue = ["sidecar.opentelemetry.io/inject": "true"]
        for native in [false, true] {
            var given = given(asks)
            given.hasNativeSidecars = native
            #expect(try violations(given.inject()) == [])
        }
        let written = given(asks, collector: ["securityContext": ["runAsUser": 1234]]).inject()
        let container = written.injectedPod?.pod()[path: "spec", "containers"]?[1]
        #expect(container?[path: "securityContext", "runAsUser"] == 1234)
        #expect(container?[path: "securityContext", "runAsNonRoot"] == true)
        // Elsewhere it is as it was written.
        var elsewhere = given(asks)
        elsewhere.isRestricted = false
        #expect(elsewhere.inject().injectedPod?.pod()[path: "spec", "containers"]?[1]?["securityContext"] == nil)
    }

    @Test("a sidecar that cannot keep to the level is refused, and the application starts")
    func sidecarRefused() {
        let result = given(
            ["sidecar.opentelemetry.io/inject": "true"],
            collector: ["volumes": [["name": "varlog", "hostPath": ["path": "/var/log"]]]]
        ).inject()
        #expect(result.injectedPod == nil)
        #expect(
            result.refusals.map(\.reason) == [
                .sidecar(
                    .podSecurity(
                        ObjectKey(namespace: "ns1", name: "edge"), ["volume varlog is of type hostPath"]))
            ])
    }

    @Test("a pod that is refused as it came is injected: its author is told by the API server")
    func refusedAnyway() {
        #expect(given(asks(.python), context: nil).inject().injectedPod != nil)
    }
}
