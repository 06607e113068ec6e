import Document
import Injection
import KubeModel
import OperatorAPI
import Testing

@testable import Reconcilers

private let injectPython = "instrumentation.opentelemetry.io/inject-python"
private let injectJava = "instrumentation.opentelemetry.io/inject-java"

/// An Instrumentation of namespace `ns`.
func instrumentation(_ name: String, in namespace: String = "ns", endpoint: String = "http://c:4318") -> JSONValue {
    [
        "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": ["exporter": ["endpoint": .string(endpoint)]],
    ]
}

/// A pod of a ReplicaSet, asking for Python unless it says otherwise.
func runningPod(
    _ name: String, in namespace: String = "ns", annotations: [String: String] = [injectPython: "true"],
    owner: String? = "rs", environment: JSONValue = [], initContainers: JSONValue = []
) -> KubeObject {
    var metadata: JSONValue = [
        "name": .string(name), "namespace": .string(namespace), "uid": .string("uid-\(name)"),
        "annotations": .object(
            JSONObject(
                members: annotations.sorted { $0.key < $1.key }
                    .map { JSONObject.Member(key: $0.key, value: .string($0.value)) })),
    ]
    if let owner {
        metadata["ownerReferences"] = [
            [
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string(owner), "uid": .string("uid-\(owner)"),
                "controller": true,
            ]
        ]
    }
    return KubeObject([
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": [
            "containers": [["name": "app", "image": "a:1", "env": environment]], "initContainers": initContainers,
        ],
        "status": ["phase": "Running"],
    ])
}

@Suite("Counting the pods of Instrumentations")
struct InstrumentationCensusTests {
    private let only = ObjectKey(namespace: "ns", name: "only")

    private func census(
        _ objects: [JSONValue]? = nil, namespace: [String: String] = [:],
        settings: InjectionSettings = InjectionSettings(),
        explanations: AgentExplanations = AgentExplanations()
    ) -> InstrumentationCensus {
        InstrumentationCensus(
            injector: Injector(settings: settings),
            instrumentations: InstrumentationSource(objects ?? [instrumentation("only")]),
            namespaceAnnotations: { $0 == "ns" ? namespace : [:] }, explanations: explanations)
    }

    private func record(
        _ language: Language = .python, of object: JSONValue = instrumentation("only")
    ) throws -> String {
        let instrumentation = try Instrumentation(object)
        let fingerprint = instrumentation.fingerprint(of: language, images: DefaultImages())
        return "\(language.rawValue)=\(instrumentation.key)@\(fingerprint)"
    }

    private func counted(_ pods: [KubeObject], by census: InstrumentationCensus) -> InstrumentationCensus {
        var census = census
        for pod in pods { census.add(pod) }
        return census
    }

    private func numbers(_ pods: InstrumentationPods?) -> [Int]? {
        pods.map { [$0.requested, $0.injected, $0.refused, $0.outdated] }
    }

    private func reasons(_ pods: InstrumentationPods?) -> [String] {
        (pods?.json["reasons"]?.arrayValue ?? []).map { reason in
            "\(reason["state"]?.stringValue ?? "") \(reason["reason"]?.stringValue ?? "") \(reason["count"]?.intValue ?? 0)"
        }
    }

    private let injected = "instrumentation.opentelemetry.io/injected"

    @Test("a pod with the record of today is injected")
    func injectedPod() throws {
        let pod = runningPod("a", annotations: [injectPython: "true", injected: try record()])
        let census = counted([pod], by: census())
        #expect(numbers(census.counts[only]) == [1, 1, 0, 0])
        #expect(reasons(census.counts[only]) == [])
        #expect(census.unexplained.isEmpty)
    }

    @Test("pods that ask for nothing, or for something of another namespace, or are being deleted do not count")
    func others() {
        var deleted = runningPod("gone")
        deleted.json["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        let pods = [
            runningPod("nothing", annotations: [:]), runningPod("false", annotations: [injectPython: "false"]),
            runningPod("elsewhere", in: "other"), runningPod("named", annotations: [injectPython: "missing"]), deleted,
        ]
        #expect(counted(pods, by: census()).counts.isEmpty)
    }

    @Test("a namespace asks for its pods, and a pod for an Instrumentation elsewhere, by whose names the examples go")
    func scopes() throws {
        let pods = [
            runningPod("a", annotations: [injected: "python=ns/only@0"]),
            runningPod("b", in: "far", annotations: [injectPython: "ns/only", injected: "python=ns/only@0"]),
        ]
        let counts = counted(pods, by: census(namespace: [injectPython: "true"])).counts
        #expect(numbers(counts[only]) == [2, 2, 0, 2])
        let reason = counts[only]?.json["reasons"]?[0]
        #expect(reason?["examples"] == ["a", "far/b"])
        #expect(reason?["reason"] == "ConfigurationChanged")
    }

    @Test("an outdated pod is one of another state, of another Instrumentation, or of a request that is no more")
    func outdated() throws {
        let changed = try record(of: instrumentation("only", endpoint: "http://old:4318"))
        let pods = [
            runningPod("a", annotations: [injectPython: "true", injected: changed]),
            runningPod("b", annotations: [injectPython: "true", injected: "python=ns/former@0"]),
            runningPod("c", annotations: [injected: try record()]),
        ]
        let counts = counted(pods, by: census()).counts
        // The last one does not ask any more.
        #expect(numbers(counts[only]) == [2, 3, 0, 3])
        #expect(
            reasons(counts[only]) == [
                "Outdated ConfigurationChanged 1", "Outdated NoLongerRequested 1", "Outdated OtherInstrumentation 1",
            ])
    }

    @Test("a record that names what is not there counts nowhere, however many entries it has")
    func inventedRecords() {
        let many = (0..<1_000).map { "python=ns/i\($0)@0,java=far/j\($0)@0" }.joined(separator: ",")
        let pods = [
            runningPod("a", annotations: [injected: many]),
            runningPod("b", annotations: [injected: "python=configuration-file@0"]),
            runningPod("c", in: "empty", annotations: [injectPython: "true", injected: "python=empty/gone@0"]),
        ]
        #expect(counted(pods, by: census()).counts.isEmpty)
        // Two may be meant, and it was neither.
        let two = census([instrumentation("only"), instrumentation("second")])
        let pod = runningPod("d", annotations: [injectPython: "true", injected: "python=ns/former@0"])
        #expect(counted([pod], by: two).counts.isEmpty)
    }

    @Test("a pod that now names an Instrumentation that is not there does not ask for the one that injected it")
    func namesMissing() throws {
        let pod = runningPod("a", annotations: [injectPython: "missing", injected: try record()])
        let counts = counted([pod], by: census()).counts
        #expect(numbers(counts[only]) == [0, 1, 0, 1])
        #expect(reasons(counts[only]) == ["Outdated NoLongerRequested 1"])
        #expect(counts.count == 1)
    }

    @Test("a pod that was injected from the configuration file before is outdated")
    func configurationFile() {
        let pod = runningPod("a", annotations: [injectPython: "true", injected: "python=configuration-file@0"])
        let counts = counted([pod], by: census()).counts[only]
        #expect(numbers(counts) == [1, 1, 0, 1])
        #expect(reasons(counts) == ["Outdated OtherInstrumentation 1"])
    }

    @Test("the pods of a StatefulSet are looked at again when its template has changed")
    func templates() {
        func pod(_ name: String, revision: String) -> KubeObject {
            var pod = runningPod(name, owner: "set")
            pod.json["metadata"]?["labels"] = ["controller-revision-hash": .string(revision)]
            return pod
        }
        let pods = [pod("a", revision: "1"), pod("b", revision: "1"), pod("c", revision: "2")]
        #expect(counted(pods, by: census()).unexplained.map(\.group.representative.name) == ["a", "c"])
    }

    @Test("a namespace with very many Instrumentations is counted in short texts", .timeLimit(.minutes(1)))
    func manyInstrumentations() {
        let names = (0..<2_000).map { "instrumentation-\($0)" }
        let counts = counted([runningPod("a")], by: census(names.map { instrumentation($0) })).counts
        #expect(counts.count == 2_000)
        for pods in counts.values {
            #expect(numbers(pods) == [1, 0, 1, 0])
            #expect((pods.json["reasons"]?[0]?["message"]?.stringValue?.utf8.count ?? 0) <= 512)
        }
    }

    @Test("changes of another language's section make nobody outdated")
    func otherSection() throws {
        var changed = instrumentation("only")
        changed["spec"]?["java"] = ["image": "java:2"]
        let pod = runningPod("a", annotations: [injectPython: "true", injected: try record()])
        #expect(numbers(counted([pod], by: census([changed])).counts[only]) == [1, 1, 0, 0])
    }

    @Test("what metadata tell is told without looking at a pod, for every Instrumentation that may be meant")
    func refusedByMetadata() {
        let two = census([instrumentation("only"), instrumentation("second")])
        let ambiguous = counted([runningPod("a")], by: two)
        for name in ["only", "second"] {
            let pods = ambiguous.counts[ObjectKey(namespace: "ns", name: name)]
            #expect(numbers(pods) == [1, 0, 1, 0])
            #expect(reasons(pods) == ["Refused SeveralInstrumentations 1"])
        }

        let names = "instrumentation.opentelemetry.io/container-names"
        let pods = [
            runningPod("a", annotations: [injectPython: "true", injectJava: "true"]),
            runningPod("b", annotations: [injectPython: "true", names: "a b"]),
            runningPod("c", annotations: [injectPython: "true", injectJava: "missing"]),
        ]
        let counts = counted(pods, by: census()).counts[only]
        #expect(numbers(counts) == [3, 0, 3, 0])
        #expect(
            reasons(counts) == [
                "Refused ContainerListMissing 1", "Refused InvalidContainerList 1", "Refused OtherLanguageRefused 1",
            ])
        let disabled = counted(
            [runningPod("a")], by: census(settings: InjectionSettings(enabledLanguages: [.java])))
        #expect(reasons(disabled.counts[only]) == ["Refused LanguageDisabled 1"])
        let message = disabled.counts[only]?.json["reasons"]?[0]?["message"]
        #expect(message == "Python was not injected: support for Python auto instrumentation is not enabled")
    }

    @Test("a language that a recorded pod lacks was refused when the pod was made")
    func lacking() throws {
        let pod = runningPod(
            "a",
            annotations: [
                injectPython: "true", injectJava: "true", injected: try record(),
                "instrumentation.opentelemetry.io/python-container-names": "app",
                "instrumentation.opentelemetry.io/java-container-names": "other",
            ])
        let census = counted([pod], by: census())
        #expect(numbers(census.counts[only]) == [1, 0, 1, 0])
        #expect(reasons(census.counts[only]) == ["Refused NotInjectedAtCreation 1"])
        #expect(census.unexplained.isEmpty)
    }

    @Test("pods without a record count once they are explained, one for all of an owner")
    func groups() throws {
        let refused: JSONValue = [["name": "PYTHONPATH", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]]]
        let pods =
            (0..<5).map { runningPod("a\($0)", owner: "one", environment: refused) }
            + (0..<2).map { runningPod("b\($0)", owner: "two") }
        var census = counted(pods, by: census())
        #expect(numbers(census.counts[only]) == [7, 0, 0, 0])
        #expect(census.unexplained.map(\.group.representative.name) == ["a0", "b0"])

        var explanations = AgentExplanations()
        for (id, group) in census.unexplained {
            let pod = try #require(pods.first { $0.key == group.representative })
            let explanation = explanation(of: pod)
            census.explain(id, explanation)
            explanations.remember(explanation, of: id)
        }
        #expect(numbers(census.counts[only]) == [7, 0, 7, 0])
        #expect(reasons(census.counts[only]) == ["Refused EnvironmentFromSource 5", "Refused NotInjectedAtCreation 2"])
        #expect(census.counts[only]?.json["reasons"]?[0]?["examples"] == ["a0", "a1", "a2"])

        let next = counted(pods, by: self.census(explanations: explanations))
        #expect(next.unexplained.isEmpty)
        #expect(next.counts == census.counts)
        let changed = counted(
            pods, by: self.census([instrumentation("only", endpoint: "http://new:4318")], explanations: explanations))
        #expect(changed.unexplained.count == 2, "another configuration may be refused for other reasons")
    }

    @Test("a pod that somebody else injected counts as injected, in a state that is not known")
    func foreign() {
        let pod = runningPod(
            "a", initContainers: [["name": "opentelemetry-auto-instrumentation-python", "image": "i"]])
        var census = counted([pod], by: census())
        census.explain(census.unexplained[0].id, explanation(of: pod))
        #expect(numbers(census.counts[only]) == [1, 1, 0, 1])
        #expect(reasons(census.counts[only]) == ["Outdated UnknownConfiguration 1"])
    }

    @Test("the size is bounded, whatever the number of pods and owners")
    func bounded() {
        var census = census()
        for index in 0..<3_000 { census.add(runningPod("p\(index)", owner: "rs\(index)")) }
        #expect(census.unexplained.count == InstrumentationCensus.maximumGroups)
        #expect(numbers(census.counts[only]) == [3_000, 0, 0, 0])

        var explanations = AgentExplanations(capacity: 10)
        let explanation = explanation(of: runningPod("a"))
        let remembered = (0..<20).filter { explanations.remember(explanation, of: $0) }
        #expect(remembered == Array(0..<10))
        #expect(explanations.isFull)
        explanations.forget(allBut: [3, 4, 11])
        let kept = (0..<20).filter { explanations[$0] != nil }
        #expect(kept == [3, 4])
        let isRoom = explanations.remember(explanation, of: 11)
        #expect(isRoom)

        var pods = InstrumentationPods()
        for index in 0..<10_000 {
            let long = String(repeating: "가", count: 1000)
            pods.add(
                "p\(index)", isInjected: false,
                findings: [.init(state: .refused, reason: "Reason\(index % 40)", message: long)])
        }
        #expect(pods.json["reasons"]?.arrayValue?.count == InstrumentationPods.maximumReasons)
        #expect(pods.json.serialized().count < 12_000)
    }

    private func explanation(of pod: KubeObject) -> AgentExplanation {
        let result = Injector().inject(
            pod.json, namespace: "ns", namespaceAnnotations: [:],
            instrumentations: InstrumentationSource([instrumentation("only")]))
        return AgentExplanation(result, languages: [.python])
    }
}

@Suite("The pods of an Instrumentation in its status")
struct InstrumentationPodsTests {
    @Test("nothing to say is said once, in numbers")
    func zero() {
        let pods = InstrumentationPods()
        #expect(
            pods.patch(for: nil)
                == ["status": ["pods": ["requested": 0, "injected": 0, "refused": 0, "outdated": 0]]])
        #expect(pods.patch(for: ["pods": pods.json]) == nil)
    }

    @Test("reasons that are over leave the status; what others keep there stays")
    func over() throws {
        var before = InstrumentationPods()
        before.add("a", isInjected: false, findings: [.notInjectedAtCreation])
        var after = InstrumentationPods()
        after.add("a", isInjected: true, findings: [])
        let status: JSONValue = ["pods": before.json, "upgradeBlockedVersions": ["java": "no"]]
        let patch = try #require(after.patch(for: status))
        #expect(patch[path: "status", "pods", "reasons"] == .null)
        let written = JSONMergePatch(patch).applied(to: ["status": status])["status"]
        #expect(written?["upgradeBlockedVersions"] == ["java": "no"])
        #expect(after.patch(for: written) == nil)
    }

    @Test("the same pods in another order, some of them explained later, say the same")
    func anyOrder() {
        func finding(_ index: Int) -> InstrumentationPods.Finding {
            .init(state: .refused, reason: "Some", message: "container c\(index)")
        }
        let all = Array(0..<9)
        var counted = InstrumentationPods()
        for index in all { counted.add("p\(index)", isInjected: false, findings: [finding(index)]) }
        var reversed = InstrumentationPods()
        for index in all.reversed() { reversed.add("p\(index)", isInjected: false, findings: [finding(index)]) }
        var later = InstrumentationPods()
        for index in 0..<4 { later.add("p\(index)", isInjected: nil, findings: []) }
        for index in 4..<9 { later.add("p\(index)", isInjected: false, findings: [finding(index)]) }
        later.resolve(["p0", "p1", "p2"], count: 4, isInjected: false, findings: [finding(0)])
        #expect(counted.json["reasons"]?[0]?["examples"] == ["p0", "p1", "p2"])
        #expect(reversed.json == counted.json)
        #expect(later.json == counted.json)
    }

    @Test("the most frequent reason comes first, and a pod counts once for it")
    func order() {
        var pods = InstrumentationPods()
        pods.add("a", isInjected: true, findings: [.noLongerRequested, .noLongerRequested])
        pods.add("b", isInjected: true, findings: [.configurationChanged])
        pods.add("c", isInjected: true, findings: [.configurationChanged, .noLongerRequested])
        pods.add("d", isInjected: true, findings: [.configurationChanged])
        let reasons = pods.json["reasons"]?.arrayValue ?? []
        #expect(reasons.map { $0["count"] } == [3, 2])
        #expect(reasons.first?["reason"] == "ConfigurationChanged")
        #expect(pods.outdated == 4)
    }
}
