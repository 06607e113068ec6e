import Document
import Injection
import KubeModel
import OperatorAPI
import Testing

@Suite("Requests")
struct RequestTests {
    private static let key = "instrumentation.opentelemetry.io/inject-python"
    private static let instrumentations: [JSONValue] = [
        ["metadata": ["namespace": "ns1", "name": "only"]], ["metadata": ["namespace": "ns2", "name": "other"]],
    ]

    private func given(pod: String?, namespace: String?) -> Given {
        var annotations: JSONValue = [:]
        annotations[Self.key] = pod.map(JSONValue.string)
        return Given(
            pod: ["metadata": ["annotations": annotations], "spec": ["containers": [["name": "app"]]]],
            annotations: namespace.map { [Self.key: $0] } ?? [:], instrumentations: Self.instrumentations)
    }

    /// The truth table of pod and namespace.
    @Test(
        "pod and namespace",
        arguments: [
            (nil, nil, "NotRequested"), ("", "", "NotRequested"), ("false", nil, "NotRequested"),
            ("FALSE", "true", "NotRequested"), (nil, "false", "NotRequested"), ("true", nil, "injected"),
            (nil, "true", "injected"), ("true", "false", "injected"), ("true", "FALSE", "injected"),
            ("true", "ns2/other", "injected"), ("true", "gone", "InstrumentationNotFound"),
            ("only", "gone", "injected"), ("gone", "true", "InstrumentationNotFound"), ("", "only", "injected"),
            ("ns2/other", nil, "injected"), ("ns2/only", nil, "InstrumentationNotFound"),
            ("a/b/c", nil, "InstrumentationNotFound"), ("/only", nil, "InstrumentationNotFound"),
        ] as [(String?, String?, String)])
    func truthTable(pod: String?, namespace: String?, expected: String) {
        let result = given(pod: pod, namespace: namespace).inject()
        #expect((result.skipReason?.label ?? "injected") == expected)
        #expect((result.refusals == []) == ["injected", "NotRequested"].contains(expected))
    }

    @Test("a missing Instrumentation is named as the reference names it, with everything to find it")
    func notFound() throws {
        let result = given(pod: "ns9/gone", namespace: nil).inject()
        #expect(result.failureMessage == "Instrumentation.opentelemetry.io \"gone\" not found")
        let refusal = try #require(result.refusals.first)
        #expect(refusal.language == .python)
        #expect(refusal.reason == .instrumentationNotFound(ObjectKey(namespace: "ns9", name: "gone")))
        #expect(refusal.reason.label == "InstrumentationNotFound")
    }

    @Test("texts about a pod are short, whatever it names", .timeLimit(.minutes(1)))
    func shortTexts() {
        let long = String(repeating: "é", count: 200_000)
        let key = ObjectKey(namespace: long, name: long)
        let error = FieldError(path: long, value: long, expected: "a string")
        let reasons: [SkipReason] = [
            .alreadyInstrumented(sign: long), .podUnreadable(error), .noInstrumentation(namespace: long),
            .severalInstrumentations(Array(repeating: "name", count: 100_000)), .instrumentationNotFound(key),
            .instrumentationUnreadable(error), .instrumentationInvalid(error), .invalidContainerList(long),
            .duplicatedContainers([long, long]), .environmentFromSource(long),
            .unsupportedPlatform(annotation: "a", value: long), .mountPathTaken(long), .volumeNameTaken(long),
            .agentContainerNameTaken(long), .agentAlreadyConfigured(long), .variableLeftAlone(long),
            .sidecar(.collectorNotFound(key)), .sidecar(.severalCollectors([long, long])),
            .sidecar(.mountPathTwice(long)),
        ]
        for reason in reasons {
            let text = Refusal(language: .python, container: long, reason: reason).description
            #expect(text.utf8.count < 1_400, "\(reason.label)")
            #expect(text.contains("…"))
        }
        #expect(
            SkipReason.severalInstrumentations(["a", "b"]).detail == "a, b", "and what is short is there in full")
        #expect(SkipReason.duplicatedContainers(["a", "b"]).sentence.hasSuffix("[a b]"))
        let name = String(repeating: "a", count: 100)
        #expect(SkipReason.volumeNameTaken(name).sentence.hasSuffix(name))
    }

    @Test(
        "a namespace may ask for an agent or a sidecar; its other annotations ask for nothing",
        arguments: [
            ("instrumentation.opentelemetry.io/inject-python", true), ("sidecar.opentelemetry.io/inject", true),
            ("instrumentation.opentelemetry.io/container-names", false), ("app", false),
        ])
    func mayRequest(key: String, expected: Bool) {
        #expect(Injector.mayRequest([key: "true"]) == expected)
    }

    @Test(
        "a pod with very many attributes is looked at in a time that grows with their number", .timeLimit(.minutes(1)))
    func manyAttributes() throws {
        var annotations: [JSONObject.Member] = [.init(key: Self.key, value: "true")]
        for index in 0..<50_000 {
            annotations.append(.init(key: "resource.opentelemetry.io/a\(index)", value: "v"))
        }
        let result = Given(
            pod: [
                "metadata": ["annotations": .object(JSONObject(members: annotations))],
                "spec": ["containers": [["name": "app"]]],
            ], annotations: [:], instrumentations: Self.instrumentations
        ).inject()
        #expect(result.skipReason == nil)
    }

    @Test("an owner that was made again under the same name is another lookup: its own owners may differ")
    func lookupByUID() {
        func lookup(_ uid: String) -> OwnerLookup? {
            Given(
                pod: [
                    "metadata": [
                        "annotations": [Self.key: "true"],
                        "ownerReferences": [
                            ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "o", "uid": .string(uid)]
                        ],
                    ]
                ],
                instrumentations: [
                    [
                        "metadata": ["namespace": "ns1", "name": "i"],
                        "spec": ["resource": ["addK8sUIDAttributes": true]],
                    ]
                ]
            ).ownerLookup()
        }
        #expect(lookup("u1")?.uid == "u1")
        #expect(lookup("u1") != lookup("u2"))
    }

    @Test("owners are looked up only when the pod's own words do not tell them and they are asked for")
    func lookup() {
        func lookup(uids: Bool, kind: String, name: String = "o", asked: String = "true") -> OwnerLookup? {
            Given(
                pod: [
                    "metadata": [
                        "annotations": [Self.key: .string(asked)],
                        "ownerReferences": [["apiVersion": "v1", "kind": .string(kind), "name": .string(name)]],
                    ]
                ],
                instrumentations: [
                    [
                        "metadata": ["namespace": "ns1", "name": "i"],
                        "spec": ["resource": ["addK8sUIDAttributes": .bool(uids)]],
                    ]
                ]
            ).ownerLookup()
        }
        let key = ObjectKey(namespace: "ns1", name: "o")
        #expect(lookup(uids: true, kind: "ReplicaSet") == OwnerLookup(type: .replicaSet, key: key))
        #expect(lookup(uids: true, kind: "Job") == OwnerLookup(type: .job, key: key))
        #expect(lookup(uids: false, kind: "Job") == OwnerLookup(type: .job, key: key))
        #expect(lookup(uids: false, kind: "Job", name: "report-29012345") == nil)
        #expect(lookup(uids: false, kind: "Job", asked: "gone") == nil)
        #expect(lookup(uids: true, kind: "StatefulSet") == nil)
        #expect(lookup(uids: false, kind: "ReplicaSet") == nil)
        #expect(lookup(uids: true, kind: "ReplicaSet", asked: "gone") == nil)
        #expect(lookup(uids: true, kind: "ReplicaSet", asked: "false") == nil)
    }

    @Test(
        "what is no pod is refused, not crashed on",
        arguments: [
            "x", .null, [:], ["metadata": 1], ["spec": "x"], ["spec": ["containers": "x"]],
            ["spec": ["containers": ["x"]]], ["spec": ["containers": [["env": 1]]]],
            ["spec": ["containers": [["name": "a", "volumeMounts": [:]]]]],
            ["spec": ["containers": [["name": 1]], "initContainers": 5]],
            ["spec": ["containers": [["name": "a"]], "volumes": "x"]],
        ] as [JSONValue])
    func unreadable(pod: JSONValue) {
        let result = Given(
            pod: pod, annotations: [Self.key: "true"], instrumentations: Self.instrumentations
        ).inject()
        #expect(result.injectedPod == nil)
        #expect(!result.refusals.isEmpty)
    }

    @Test("every reason has its own label and a sentence")
    func labels() {
        let fault = FieldError(path: "spec.imagePullPolicy", value: "x", expected: "y")
        let reasons: [SkipReason] = [
            .notRequested, .alreadyInstrumented(sign: "s"), .noContainers, .noInstrumentation(namespace: "n"),
            .severalInstrumentations([]), .languageDisabled(.go), .instrumentationInvalid(fault),
            .invalidContainerList("x"), .duplicatedContainers(["a", "b"]), .containerListMissing,
            .otherLanguageRefused(.java), .containerNotFound, .noContainerFound, .environmentFromSource("X"),
            .unsupportedPlatform(annotation: "a", value: "v"), .mountPathTaken("/x"), .volumeNameTaken("v"),
            .agentContainerNameTaken("c"), .variableLeftAlone("X"), .agentAlreadyConfigured("X"), .windowsPod,
            .initContainerUnsupported, .processNamespaceNotShared, .hostProcessNamespace, .severalContainersForGo,
            .goExecutableMissing, .furtherServer,
        ]
        #expect(Set(reasons.map(\.label)).count == reasons.count)
        for reason in reasons {
            #expect(!reason.sentence.isEmpty)
            #expect(reason.label.allSatisfy { $0.isLetter })
        }
        #expect(
            Refusal(
                language: .python, instrumentation: ObjectKey(namespace: "n", name: "i"), container: "app",
                reason: .environmentFromSource("PYTHONPATH")
            ).description
                == "Python was not injected into container app (Instrumentation n/i): the container defines env var value via ValueFrom, envVar: PYTHONPATH"
        )
    }
}
