import Document
import KubeModel
import OperatorAPI
import Testing

@testable import Rendering

/// What is rendered otherwise because of the cluster or the operator's own settings.
@Suite("A collector's surroundings")
struct SurroundingsTests {
    static let otlp = config(receivers: ["otlp": ["protocols": ["grpc": [:], "http": [:]]]])

    // MARK: - OpenShift

    @Test(
        "a namespace's group for volumes",
        arguments: [
            (["openshift.io/sa.scc.supplemental-groups": "1000680000/10000"], 1_000_680_000),
            (["openshift.io/sa.scc.supplemental-groups": "100-200,1000/5"], 100),
            (["openshift.io/sa.scc.uid-range": "1000/10"], 1000),
            (
                ["openshift.io/sa.scc.supplemental-groups": "5/1", "openshift.io/sa.scc.uid-range": "1000/10"], 5
            ),
            (
                ["openshift.io/sa.scc.supplemental-groups": "", "openshift.io/sa.scc.uid-range": "1000/10"], 1000
            ),
            ([:], nil), (["openshift.io/sa.scc.uid-range": "many"], nil),
            (["openshift.io/sa.scc.uid-range": "-1/2"], nil),
            (["other": "1/2"], nil),
        ] as [([String: String], Int?)])
    func volumeGroup(_ annotations: [String: String], _ group: Int?) {
        #expect(OpenShiftNamespace.volumeGroup(annotations) == group)
    }

    @Test(
        "pods get the group of their namespace on OpenShift, unless the user says otherwise",
        arguments: [
            (nil, true, ["fsGroup": 77]), (["runAsNonRoot": true], true, ["runAsNonRoot": true, "fsGroup": 77]),
            (["fsGroup": 5], true, ["fsGroup": 5]), (["fsGroup": 0], true, ["fsGroup": 0]), (nil, false, nil),
            (["runAsNonRoot": true], false, ["runAsNonRoot": true]),
        ] as [(JSONValue?, Bool, JSONValue?)])
    func fsGroup(_ own: JSONValue?, _ isOpenShift: Bool, _ expected: JSONValue?) {
        let apis = AvailableAPIs(AvailableAPIs.optional.filter { isOpenShift || $0 != .route })
        for mode in ["deployment", "statefulset", "daemonset"] {
            let resource = collector(
                .object(compacting: ["mode": .string(mode), "config": Self.otlp, "podSecurityContext": own]))
            let renderer = CollectorRenderer(options: RenderingOptions(availableAPIs: apis)) { $0 == "ns" ? 77 : nil }
            let pod = renderer.render(resource).objects[0].object.json[path: "spec", "template", "spec"]
            #expect(pod?["securityContext"] == expected)
        }
        let elsewhere = CollectorRenderer { _ in nil }.render(collector(["config": Self.otlp]))
        #expect(elsewhere.deployment?[path: "spec", "template", "spec", "securityContext"] == nil)
    }

    // MARK: - Older API servers

    @Test(
        "a field that the API server does not know is left out, and that is told",
        arguments: [(nil, true), (20, false), (21, false), (22, true), (36, true)] as [(Int?, Bool)])
    func trafficPolicy(_ minor: Int?, _ isThere: Bool) {
        let options = RenderingOptions(kubernetesVersion: minor.map { KubernetesVersion(major: 1, minor: $0) })
        let rendered = CollectorRenderer(options: options).render(
            collector(["mode": "daemonset", "config": Self.otlp]))
        for name in ["otel-collector", "otel-collector-headless"] {
            #expect(
                rendered["Service", name]?["spec"]?["internalTrafficPolicy"]?.stringValue == (isThere ? "Local" : nil))
        }
        #expect(rendered.reasons(.information) == (isThere ? [] : [.apiUnavailable]))
        // Of the other modes no word.
        #expect(CollectorRenderer(options: options).render(collector(["config": Self.otlp])).findings == [])
    }

    // MARK: - TLS profile

    static let profile = TLSProfile(minimumVersion: "1.2", cipherSuites: ["TLS_A", "TLS_B"])

    static let secured: JSONValue = [
        "receivers": [
            "otlp": [
                "protocols": [
                    "grpc": ["tls": ["cert_file": "c"]],
                    "http": ["tls": ["min_version": "1.3", "cipher_suites": ["X"]]],
                ]
            ],
            "otlp/plain": ["protocols": ["http": ["endpoint": ":14318"]]], "zipkin": ["tls": [:]],
            "syslog": ["tcp": ["tls": [:]]], "unheard": ["endpoint": ":1", "tls": [:]],
        ],
        "exporters": ["prometheus": ["endpoint": ":8889", "tls": ["key_file": "k"]], "otlp": ["tls": [:]]],
        "extensions": [
            "health_check": ["tls": ["cert_file": "c"]],
            "jaeger_query": ["http": ["tls": [:]], "grpc": ["endpoint": ":16685", "tls": [:]]],
        ],
        "service": [
            "extensions": ["health_check", "jaeger_query"],
            "pipelines": [
                "traces": [
                    "receivers": ["otlp", "otlp/plain", "zipkin", "syslog", "unheard"],
                    "exporters": ["prometheus", "otlp"],
                ]
            ],
        ],
    ]

    @Test("TLS servers that the operator knows get the profile where they say nothing")
    func tls() throws {
        let written = try config(Self.secured)
        let plain = try written.applyingDefaults()
        let result = try written.applyingDefaults(Self.profile).ordered(nulls: false)
        let both: JSONValue = ["min_version": "1.2", "cipher_suites": ["TLS_A", "TLS_B"]]
        func expected(_ own: JSONValue) -> JSONValue {
            .object(JSONObject(members: (own.objectValue?.members ?? []) + (both.objectValue?.members ?? [])))
                .sorted
        }
        let receivers = result["receivers"]
        #expect(receivers?[path: "otlp", "protocols", "grpc", "tls"] == expected(["cert_file": "c"]))
        #expect(
            receivers?[path: "otlp", "protocols", "http", "tls"] == ["cipher_suites": ["X"], "min_version": "1.3"])
        #expect(receivers?[path: "otlp/plain", "protocols", "http", "tls"] == nil)
        #expect(receivers?[path: "zipkin", "tls"] == expected([:]))
        #expect(result[path: "exporters", "prometheus", "tls"] == expected(["key_file": "k"]))
        #expect(result[path: "extensions", "health_check", "tls"] == expected(["cert_file": "c"]))
        #expect(result[path: "extensions", "jaeger_query", "http", "tls"] == expected([:]))
        // Clients, and what is not known to serve.
        let before = plain.ordered(nulls: false)
        for path in [
            ["exporters", "otlp"], ["receivers", "syslog"], ["receivers", "unheard"],
        ] {
            #expect(result[path[0]]?[path[1]] == before[path[0]]?[path[1]])
        }
        #expect(
            result[path: "extensions", "jaeger_query", "grpc"] == before[path: "extensions", "jaeger_query", "grpc"])
    }

    @Test("TLS 1.3 leaves no choice of cipher suites")
    func newestTLS() throws {
        let profile = TLSProfile(minimumVersion: "1.3", cipherSuites: ["TLS_A"])
        let result = try config(config(receivers: ["zipkin": ["tls": [:]]])).applyingDefaults(profile)
        #expect(result.receivers?["zipkin"]?["tls"] == ["min_version": "1.3"])
    }

    @Test("with a profile the ConfigMap is another one, in the volume too; the pods' annotation stays")
    func hashes() throws {
        let resource = collector(["config": Self.secured])
        let plain = CollectorRenderer().render(resource)
        let secured = CollectorRenderer(options: RenderingOptions(tlsProfile: Self.profile)).render(resource)
        func parts(_ rendered: Rendered) throws -> (map: String, volume: String?, annotation: String?, text: String) {
            let map = try #require(rendered.objects.first { $0.type == .configMap }?.object)
            let template = rendered.deployment?[path: "spec", "template"]
            return (
                map.name, template?[path: "spec", "volumes"]?[0]?[path: "configMap", "name"]?.stringValue,
                template?[path: "metadata", "annotations"]?["opentelemetry-operator-config/sha256"]?.stringValue,
                map["data"]?["collector.yaml"]?.stringValue ?? ""
            )
        }
        let (before, after) = (try parts(plain), try parts(secured))
        #expect(before.map != after.map)
        #expect(after.volume == after.map)
        #expect(before.annotation == after.annotation)
        #expect(before.map.hasSuffix(before.annotation?.prefix(8) ?? "?"))
        #expect(after.text.contains("min_version: \"1.2\""))
        #expect(!before.text.contains("min_version: \"1.2\""))
        // Without TLS in the configuration there is nothing that a profile could change.
        let open = collector(["config": Self.otlp])
        #expect(
            CollectorRenderer(options: RenderingOptions(tlsProfile: Self.profile)).render(open)
                == CollectorRenderer().render(open))
    }

    @Test("sidecars keep to the profile, too")
    func sidecar() throws {
        let resource = collector(["mode": "sidecar", "config": Self.secured])
        let renderer = CollectorRenderer(options: RenderingOptions(tlsProfile: Self.profile))
        let variable = try renderer.sidecar(of: resource).container["env"]?.arrayValue?.last
        let map = renderer.render(resource).objects.first { $0.type == .configMap }?.object
        #expect(variable?["value"] == map?["data"]?["collector.yaml"])
        #expect(variable?["value"]?.stringValue?.contains("min_version: \"1.2\"") == true)
    }
}

extension JSONValue {
    fileprivate var sorted: JSONValue { objectValue.map { .object($0.sortedByKey()) } ?? self }
}
