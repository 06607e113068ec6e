import Document
import Injection
import OperatorAPI
import Testing

/// The laws over many pods that no person would write.
@Suite("Generated pods")
struct GeneratedPodTests {
    @Test("obey the laws", arguments: 0..<400)
    func laws(seed: Int) throws {
        var generator = PodGenerator(seed: UInt64(seed))
        let given = generator.given()
        try given.expectLawful(given.inject())
    }

    @Test("most are injected, some are refused")
    func variety() {
        var injected = 0
        var labels: Set<String> = []
        for seed in 0..<400 {
            var generator = PodGenerator(seed: UInt64(seed))
            let result = generator.given().inject()
            if result.injectedPod != nil { injected += 1 }
            labels.formUnion(result.refusals.map(\.reason.label))
        }
        #expect(injected > 100)
        #expect(labels.count > 5, "\(labels)")
    }
}

/// Makes a pod and what is around it from a seed; the same seed makes the same.
struct PodGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private mutating func number(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    private mutating func chance(_ one: Int, in many: Int) -> Bool { number(many) < one }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(elements.count)] }

    private mutating func variable() -> JSONValue {
        let name = pick([
            "A", "B", "PATH", "PYTHONPATH", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SERVICE_NAME", "OTEL_POD_IP",
            "OTEL_NODE_IP", "OTEL_TRACES_SAMPLER", "OTEL_PROPAGATORS", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME",
            "OTEL_LOGS_EXPORTER", "COMMON", "LANG_ONLY",
        ])
        var entry: JSONValue = ["name": .string(name)]
        switch number(6) {
        case 0: entry["valueFrom"] = ["secretKeyRef": ["name": "s", "key": "k"]]
        case 1: break
        default:
            entry["value"] = .string(pick(["", "x", "a=b,", "k8s.pod.name=p, service.version=1", "/lib:/usr/lib"]))
        }
        if chance(1, in: 8) { entry["futureField"] = ["deep": [1, .null, "x"]] }
        return entry
    }

    private mutating func container(_ name: String) -> JSONValue {
        var result: JSONValue = ["name": .string(name), "image": .string(pick(["a", "r:5000/a:1", "a:2@bad", ""]))]
        if chance(2, in: 3) { result["env"] = .array((0..<number(9)).map { _ in variable() }) }
        if chance(1, in: 8) { result["env"] = nil as JSONValue? }
        if chance(1, in: 8) { result["env"] = .null }
        if chance(1, in: 3) {
            result["volumeMounts"] = [
                ["name": "v", "mountPath": .string(pick(["/v", "/otel-auto-instrumentation-python"])), "future": 1]
            ]
        }
        if chance(1, in: 3) { result["securityContext"] = ["runAsUser": .int(number(9))] }
        if chance(1, in: 3) { result["futureField"] = [.null, ["x": 1]] }
        return result
    }

    mutating func given() -> Given {
        let inject = "instrumentation.opentelemetry.io/inject-"
        var annotations: JSONValue = [:]
        annotations[inject + "python"] = .string(pick(["true", "true", "True", "i", "ns1/i", "gone", "false"]))
        if chance(1, in: 5) { annotations[inject + pick(["java", "go", "sdk"])] = "true" }
        let prefix = "instrumentation.opentelemetry.io/"
        if chance(1, in: 2) {
            annotations[prefix + pick(["container-names", "python-container-names"])] = .string(
                pick(["c0", "c1,c0", "i0", "c0,i1", "i1,i0,c1", "gone", "c0,gone", "c0,c0", "c 0", ","]))
        }
        if chance(1, in: 8) { annotations[prefix + "otel-python-platform"] = .string(pick(["musl", "bad"])) }
        if chance(1, in: 4) { annotations["resource.opentelemetry.io/team"] = "t" }

        var spec: JSONValue = ["containers": .array((0..<(1 + number(3))).map { container("c\($0)") })]
        if chance(1, in: 2) { spec["initContainers"] = .array((0..<number(4)).map { container("i\($0)") }) }
        if chance(1, in: 2) { spec["volumes"] = [["name": "v", "future": [:]]] }
        if chance(1, in: 3) { spec["futureField"] = ["a": [.null]] }
        var instrumentation: JSONValue = [
            "python": ["env": [["name": "LANG_ONLY", "value": "l"]]], "env": [["name": "COMMON", "value": "c"]],
            "exporter": ["endpoint": "http://c:4318"], "propagators": ["b3"], "sampler": ["type": "always_on"],
        ]
        if chance(1, in: 3) {
            instrumentation["exporter"] = ["endpoint": "https://c", "tls": ["secretName": "s", "configMapName": "c"]]
        }
        if chance(1, in: 6) { instrumentation["env"] = .array([variable()]) }
        if chance(1, in: 6) { instrumentation["python"] = ["env": .array([variable(), variable()])] }
        let collectors = sidecars(&annotations, &spec)
        return Given(
            pod: [
                "metadata": ["annotations": annotations, "futureField": .number(JSONNumber(validText: "1.0e1"))],
                "spec": spec,
            ],
            instrumentations: [["metadata": ["namespace": "ns1", "name": "i"], "spec": instrumentation]],
            collectors: collectors, hasNativeSidecars: chance(1, in: 2))
    }

    private mutating func sidecars(_ annotations: inout JSONValue, _ spec: inout JSONValue) -> [JSONValue] {
        guard chance(1, in: 2) else { return [] }
        annotations["sidecar.opentelemetry.io/inject"] = .string(
            pick(["true", "s", "ns1/s", "other", "gone", "false"]))
        if chance(1, in: 5) {
            let list = pick(["containers", "initContainers"])
            spec[list] = .array((spec[list]?.arrayValue ?? []) + [container("otc-container")])
        }
        if chance(1, in: 6) { spec["hostNetwork"] = true }
        var sidecar: JSONValue = [
            "mode": "sidecar",
            "config": [
                "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": ["debug": [:]],
                "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
            ],
        ]
        if chance(1, in: 3) { sidecar["volumes"] = [["name": .string(pick(["v", "w"])), "emptyDir": [:]]] }
        if chance(1, in: 3) { sidecar["volumeMounts"] = [["name": .string(pick(["v", "w"])), "mountPath": "/w"]] }
        if chance(1, in: 3) { sidecar["initContainers"] = [["name": .string(pick(["c0", "prepare"]))]] }
        if chance(1, in: 4) { sidecar["env"] = .array([variable(), variable()]) }
        let other: JSONValue = ["mode": "deployment", "config": sidecar["config"] ?? .null]
        return [("s", sidecar), ("other", other)].map { name, spec in
            ["metadata": ["namespace": "ns1", "name": .string(name)], "spec": spec]
        }
    }
}
