public import Document

/// A pod that no person would write, with what is around it.
public struct GeneratedPod: Sendable {
    public var pod: JSONValue
    public var namespaceAnnotations: [String: String]
    public var instrumentations: [JSONValue]
    public var collectors: [JSONValue]
    public var hasNativeSidecars: Bool
    public var isMultiInstrumentationEnabled: Bool
}

/// Makes pods from a seed; the same seed makes the same pod.
///
/// Names and paths are those that injection itself uses, so that most pods stand in its way somewhere.
public struct PodGenerator {
    private var state: UInt64
    /// Whether members, kinds of mounts and images may occur that an API server refuses or drops.
    private let allowsOdd: Bool

    /// - Parameter allowsOdd: `false` for pods that an API server takes.
    public init(seed: UInt64, allowsOdd: Bool = true) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        self.allowsOdd = allowsOdd
    }

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
    private mutating func odd(_ one: Int, in many: Int) -> Bool { chance(one, in: many) && allowsOdd }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(elements.count)] }

    public mutating func generate() -> GeneratedPod {
        var pod = pod()
        let collectors = sidecars(&pod)
        return GeneratedPod(
            pod: pod, namespaceAnnotations: namespaceAnnotations(), instrumentations: [instrumentation()],
            collectors: collectors, hasNativeSidecars: chance(1, in: 2),
            isMultiInstrumentationEnabled: chance(3, in: 4))
    }

    // MARK: - The request

    private static let prefix = "instrumentation.opentelemetry.io/"
    private static let languages = [
        "java", "nodejs", "python", "dotnet", "go", "apache-httpd", "nginx", "sdk",
    ]
    private static let lists =
        languages.filter { $0 != "nginx" }.map { "\($0)-container-names" } + [
            "inject-nginx-container-names"
        ]

    private mutating func list() -> String {
        pick(["c0", "c0", "c1,c0", "i0", "c0,i1", "i1,i0,c1", "gone", "c0,gone", "c0,c0", "c 0", ",", "c2,c1"])
    }

    private mutating func annotations() -> JSONValue {
        var result: JSONValue = [:]
        for _ in 0..<(1 + (chance(1, in: 2) ? 0 : number(4))) {
            let key = "\(Self.prefix)inject-\(pick(Self.languages))"
            result[key] = .string(pick(["true", "true", "true", "True", "i", "ns1/i", "gone", "false", ""]))
        }
        if chance(1, in: 2) { result[Self.prefix + "container-names"] = .string(list()) }
        if chance(1, in: 4) {
            for name in Self.lists where chance(2, in: 3) {
                result[Self.prefix + name] = .string(pick(["c0", "c1", "i0"]))
            }
        }
        if chance(1, in: 8) { result[Self.prefix + "otel-python-platform"] = .string(pick(["musl", "glibc", "bad"])) }
        if chance(1, in: 8) {
            result[Self.prefix + "otel-dotnet-auto-runtime"] = .string(pick(["linux-musl-x64", "linux-x64", "bad"]))
        }
        if chance(2, in: 3) { result[Self.prefix + "otel-go-auto-target-exe"] = .string(pick(["/app", ""])) }
        if chance(1, in: 4) { result["resource.opentelemetry.io/team"] = "t" }
        if chance(1, in: 8) { result["resource.opentelemetry.io/service.name"] = "shop" }
        if chance(1, in: 20) { result[Self.prefix + "injected"] = .string(pick(["", "junk", "java=a/b@c"])) }
        return result
    }

    private mutating func namespaceAnnotations() -> [String: String] {
        guard chance(1, in: 4) else { return [:] }
        return [Self.prefix + "inject-" + pick(Self.languages): "true", Self.prefix + "container-names": list()]
    }

    // MARK: - The pod

    private mutating func pod() -> JSONValue {
        var spec: JSONValue = ["containers": .array((0..<(1 + number(3))).map { container("c\($0)") })]
        if chance(1, in: 2) { spec["initContainers"] = .array((0..<number(4)).map { container("i\($0)") }) }
        if odd(1, in: 30) { spec["initContainers"] = .null }
        var volumes: [JSONValue] = [["name": "v", "emptyDir": [:]]]
        if chance(1, in: 8) {
            volumes.append([
                "name": .string(
                    pick([
                        "opentelemetry-auto-instrumentation-java", "otel-apache-conf-dir", "otel-nginx-agent",
                        "kernel-debug", "otel-auto-secret-s",
                    ])), "emptyDir": [:],
            ])
        }
        spec["volumes"] = .array(volumes)
        if odd(1, in: 8) { spec["volumes"] = [["name": "v", "future": [:]]] }
        if chance(1, in: 6) { spec["hostPID"] = true }
        if chance(1, in: 6) { spec["hostNetwork"] = true }
        if spec["hostPID"] == nil, chance(1, in: 4) { spec["shareProcessNamespace"] = .bool(chance(1, in: 2)) }
        if chance(1, in: 8) { spec["nodeSelector"] = ["kubernetes.io/os": .string(pick(["windows", "linux"]))] }
        if odd(1, in: 12) { spec["os"] = ["name": .string(pick(["windows", "linux"]))] }
        if chance(1, in: 8) { spec["nodeName"] = "n1" }
        if odd(1, in: 3) { spec["futureField"] = ["a": [.null]] }

        var metadata: JSONValue = ["annotations": annotations()]
        if odd(1, in: 3) { metadata["futureField"] = .number(JSONNumber(validText: "1.0e1")) }
        if chance(1, in: 3) { metadata["labels"] = ["app.kubernetes.io/name": "n", "pod-template-hash": "abc"] }
        if chance(1, in: 3) {
            metadata["ownerReferences"] = [
                ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "u"]
            ]
        }
        return ["metadata": metadata, "spec": spec]
    }

    private mutating func container(_ name: String) -> JSONValue {
        var result: JSONValue = [
            "name": .string(name), "image": .string(pick(["a", "r:5000/a:1", "nginx:1.25", "a:2@bad"])),
        ]
        if odd(1, in: 20) { result["image"] = "" }
        if chance(2, in: 3) { result["env"] = .array((0..<number(9)).map { _ in variable() }) }
        if odd(1, in: 8) { result["env"] = .null }
        if chance(1, in: 2) { result["volumeMounts"] = .array(mounts()) }
        if chance(1, in: 6) { result["envFrom"] = [["configMapRef": ["name": "settings"]]] }
        if chance(1, in: 3) { result["securityContext"] = ["runAsUser": .int(number(9))] }
        if odd(1, in: 3) { result["futureField"] = [.null, ["x": 1]] }
        return result
    }

    private mutating func mounts() -> [JSONValue] {
        var paths: Set<String> = []
        var result: [JSONValue] = []
        for _ in 0..<(1 + number(3)) {
            let path = pick([
                "/v", "/data", "/otel-auto-instrumentation-python", "/otel-auto-instrumentation-java-c0",
                "/usr/local/apache2/conf", "/usr/local/apache2/conf/extra", "/usr/local/apache2/conf-old",
                "/etc/nginx", "/etc/nginx/conf.d", "/opt/opentelemetry-webserver/agent",
                "/otel-auto-instrumentation-secret-s",
            ])
            guard paths.insert(path).inserted else { continue }
            var mount: JSONValue = ["name": "v", "mountPath": .string(path)]
            if odd(1, in: 4) { mount["future"] = 1 }
            if chance(1, in: 6) { mount["mountPropagation"] = "HostToContainer" }
            if odd(1, in: 8) { mount["mountPropagation"] = "Bidirectional" }
            result.append(mount)
        }
        return result
    }

    private static let variables = [
        "A", "B", "PATH", "PYTHONPATH", "JAVA_TOOL_OPTIONS", "NODE_OPTIONS", "DOTNET_STARTUP_HOOKS",
        "DOTNET_SHARED_STORE", "CORECLR_PROFILER", "OTEL_DOTNET_AUTO_HOME", "LD_LIBRARY_PATH",
        "OTEL_GO_AUTO_TARGET_EXE", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SERVICE_NAME", "OTEL_POD_IP", "OTEL_NODE_IP",
        "OTEL_TRACES_SAMPLER", "OTEL_PROPAGATORS", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME", "OTEL_LOGS_EXPORTER", "COMMON",
        "LANG_ONLY", "OTEL_EXPORTER_OTLP_ENDPOINT",
    ]

    private mutating func variable() -> JSONValue {
        var entry: JSONValue = ["name": .string(pick(Self.variables))]
        switch number(6) {
        case 0: entry["valueFrom"] = ["secretKeyRef": ["name": "s", "key": "k"]]
        case 1: break
        default:
            entry["value"] = .string(pick(["", "x", "a=b,", "k8s.pod.name=p, service.version=1", "/lib:/usr/lib"]))
        }
        if odd(1, in: 8) { entry["futureField"] = ["deep": [1, .null, "x"]] }
        return entry
    }

    // MARK: - Collectors

    private mutating func sidecars(_ pod: inout JSONValue) -> [JSONValue] {
        guard chance(1, in: 4) else { return [] }
        pod["metadata"]?["annotations"]?["sidecar.opentelemetry.io/inject"] = .string(
            pick(["true", "s", "ns1/s", "other", "gone", "false"]))
        if chance(1, in: 5) {
            let list = pick(["containers", "initContainers"])
            let containers = (pod["spec"]?[list]?.arrayValue ?? []) + [container("otc-container")]
            pod["spec"]?[list] = .array(containers)
        }
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

    // MARK: - The Instrumentation

    private mutating func instrumentation() -> JSONValue {
        var spec: JSONValue = [
            "env": [["name": "COMMON", "value": "c"]], "exporter": ["endpoint": "http://c:4318"],
            "propagators": ["b3"], "sampler": ["type": "always_on"],
        ]
        for section in ["java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx"] {
            guard chance(3, in: 4) else { continue }
            var value: JSONValue = ["env": [["name": "LANG_ONLY", "value": "l"]]]
            if chance(1, in: 4) { value["env"] = .array([variable(), variable()]) }
            if chance(1, in: 4) { value["image"] = "registry.example/agent:1" }
            if chance(1, in: 8) { value["volumeLimitSize"] = .string(pick(["1Gi", "50Mi"])) }
            spec[section] = value
        }
        if chance(1, in: 3) {
            spec["exporter"] = ["endpoint": "https://c", "tls": ["secretName": "s", "configMapName": "c.d"]]
        }
        if chance(1, in: 6) { spec["env"] = .array([variable()]) }
        if chance(1, in: 6) { spec["imagePullPolicy"] = .string(pick(["Always", "Never", "Sometimes"])) }
        if chance(1, in: 6) { spec["initContainerSecurityContext"] = ["runAsUser": 7] }
        if chance(1, in: 6) { spec["java"] = ["extensions": [["image": "e", "dir": "/e"]]] }
        if chance(1, in: 6) { spec["resource"] = ["addK8sUIDAttributes": true, "resourceAttributes": ["zone": "z"]] }
        return [
            "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
            "metadata": ["namespace": "ns1", "name": "i"], "spec": spec,
        ]
    }
}
