import Document
import Testing

@testable import Conversion

@Suite("Conversion of single fields")
struct ConversionRowsTests {
    private func up(spec: JSONValue) throws -> JSONValue {
        let beta = try CollectorConversion.v1beta1(from: alpha(spec: spec))
        #expect(beta["apiVersion"] == "opentelemetry.io/v1beta1")
        return beta["spec"] ?? .null
    }

    private func down(spec: JSONValue) throws -> JSONValue {
        let alpha = try CollectorConversion.v1alpha1(from: beta(spec: spec))
        #expect(alpha["apiVersion"] == "opentelemetry.io/v1alpha1")
        return alpha["spec"] ?? .null
    }

    // MARK: - v1alpha1 to v1beta1

    @Test("the text becomes an object with everything that the schema requires", arguments: texts)
    func config(text: String, config: JSONValue) throws {
        #expect(try up(spec: ["config": .string(text)])["config"] == config)
    }

    static let texts: [(String, JSONValue)] = [
        ("", ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]]),
        ("null", ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]]),
        ("service: null", ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]]),
        (
            "receivers: {a: null}\nprocessors: null\nextensions: ~\nexporters:\nservice: {extensions: null, telemetry: }",
            ["receivers": ["a": .null], "exporters": [:], "service": ["pipelines": [:]]]
        ),
        (
            "service: {pipelines: {traces: {receivers: [1, true, a]}, logs: null}}",
            [
                "receivers": [:], "exporters": [:],
                "service": [
                    "pipelines": [
                        "traces": ["receivers": ["1", "true", "a"], "exporters": []],
                        "logs": ["receivers": [], "exporters": []],
                    ]
                ],
            ]
        ),
        // What is no part of the model: kept where the schema keeps it, gone where the API server would cut it off.
        (
            "x-anchors: {a: &a 1}\nreceivers: {r: {n: *a}}\nservice: {more: 1, pipelines: {traces: {more: 1}}}",
            [
                "x-anchors": ["a": 1], "receivers": ["r": ["n": 1]], "exporters": [:],
                "service": ["pipelines": ["traces": ["receivers": [], "exporters": []]]],
            ]
        ),
        (
            "receivers: {10: {0x1F: a}, true: {}}",
            ["receivers": ["10": ["31": "a"], "true": [:]], "exporters": [:], "service": ["pipelines": [:]]]
        ),
        (
            "receivers: {r: {a: yes, b: 0644, c: 1e3, d: 2020-01-01, e: 12:30:45, f: 1_000, g: 1.5e+06}}",
            [
                "receivers": [
                    "r": [
                        "a": "yes", "b": 420, "c": 1000, "d": "2020-01-01", "e": "12:30:45", "f": 1000, "g": 1_500_000,
                    ]
                ],
                "exporters": [:], "service": ["pipelines": [:]],
            ]
        ),
    ]

    @Test(
        "the deprecated bounds of replicas fill in what the autoscaler does not say",
        arguments: [
            ([:], .null),
            (["autoscaler": [:]], [:]),
            (["minReplicas": 1], ["minReplicas": 1]),
            (["minReplicas": 1, "maxReplicas": 3], ["minReplicas": 1, "maxReplicas": 3]),
            (["maxReplicas": 3, "autoscaler": ["minReplicas": 2]], ["minReplicas": 2, "maxReplicas": 3]),
            (["maxReplicas": 3, "autoscaler": ["maxReplicas": 5]], ["maxReplicas": 5]),
        ] as [(JSONValue, JSONValue)])
    func autoscaler(spec: JSONValue, expected: JSONValue) throws {
        let result = try up(spec: spec)
        #expect(result["autoscaler"] ?? .null == expected)
        #expect(result["minReplicas"] == nil && result["maxReplicas"] == nil)
    }

    @Test(
        "members with another name or form are translated",
        arguments: [
            (["updateStrategy": ["type": "OnDelete"]], ["daemonSetUpdateStrategy": ["type": "OnDelete"]]),
            (
                ["observability": ["metrics": ["DisablePrometheusAnnotations": true, "enableMetrics": true]]],
                ["observability": ["metrics": ["disablePrometheusAnnotations": true, "enableMetrics": true]]]
            ),
            (
                ["targetAllocator": ["observability": ["metrics": ["DisablePrometheusAnnotations": true]]]],
                ["targetAllocator": ["observability": ["metrics": ["disablePrometheusAnnotations": true]]]]
            ),
            (["targetAllocator": ["filterStrategy": "other"]], ["targetAllocator": ["filterStrategy": ""]]),
            (
                ["targetAllocator": ["filterStrategy": "relabel-config"]],
                ["targetAllocator": ["filterStrategy": "relabel-config"]]
            ),
            (
                ["targetAllocator": ["prometheusCR": ["enabled": true, "podMonitorSelector": ["a": "b"]]]],
                [
                    "targetAllocator": [
                        "prometheusCR": [
                            "enabled": true, "podMonitorSelector": ["matchLabels": ["a": "b"]],
                            "serviceMonitorSelector": [:],
                        ]
                    ]
                ]
            ),
            // Which the reference forgets.
            (["serviceName": "my-headless"], ["serviceName": "my-headless"]),
            (
                [
                    "targetAllocator": [
                        "prometheusCR": [
                            "denyFSAccessThroughSMs": true, "podMonitorSelector": [:], "serviceMonitorSelector": [:],
                        ]
                    ]
                ],
                [
                    "targetAllocator": [
                        "prometheusCR": [
                            "denyFSAccessThroughSMs": true, "podMonitorSelector": [:], "serviceMonitorSelector": [:],
                        ]
                    ]
                ]
            ),
            (
                ["ports": [["name": "a", "port": 1, "hostPort": 2, "targetPort": 3, "nodePort": 30000]]],
                ["ports": [["name": "a", "port": 1, "hostPort": 2, "targetPort": 3, "nodePort": 30000]]]
            ),
        ] as [(JSONValue, JSONValue)])
    func translated(spec: JSONValue, expected: JSONValue) throws {
        var result = try up(spec: spec)
        #expect(result["config"] == ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]])
        result["config"] = nil
        #expect(result == expected)
    }

    // MARK: - v1beta1 to v1alpha1

    @Test("the object becomes the text that the collector's ConfigMap would show, integers with all their digits")
    func text() throws {
        let config: JSONValue = [
            "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
            "exporters": ["debug": [:]],
            "receivers": [
                "otlp": ["b": 1_000_000, "a": .number(JSONNumber(validText: "9007199254740993")), "c": "1e3"]
            ],
        ]
        let text = try down(spec: ["config": config])["config"]?.stringValue
        #expect(
            text == """
                receivers:
                  otlp:
                    a: 9007199254740993
                    b: 1000000
                    c: "1e3"
                exporters:
                  debug: {}
                service:
                  pipelines:
                    traces:
                      exporters:
                        - debug
                      receivers:
                        - otlp

                """)
    }

    @Test(
        "members that v1alpha1 has not are not there",
        arguments: [
            (["command": ["x"], "replicas": 2], ["replicas": 2]),
            (["daemonSetUpdateStrategy": ["type": "OnDelete"]], ["updateStrategy": ["type": "OnDelete"]]),
            (
                ["observability": ["metrics": ["disablePrometheusAnnotations": true, "extraLabels": ["a": "b"]]]],
                ["observability": ["metrics": ["DisablePrometheusAnnotations": true]]]
            ),
            (["observability": ["metrics": ["extraLabels": ["a": "b"]]]], [:]),
            (
                [
                    "targetAllocator": [
                        "enabled": true, "mtls": ["enabled": true],
                        "prometheusCR": [
                            "podMonitorSelector": [
                                "matchLabels": ["a": "b"],
                                "matchExpressions": [["key": "c", "operator": "Exists"]],
                            ],
                            "probeSelector": [:],
                        ],
                    ]
                ],
                ["targetAllocator": ["enabled": true, "prometheusCR": ["podMonitorSelector": ["a": "b"]]]]
            ),
        ] as [(JSONValue, JSONValue)])
    func narrowed(spec: JSONValue, expected: JSONValue) throws {
        #expect(try down(spec: spec) == expected)
    }

    @Test("the status keeps what both versions have")
    func status() throws {
        var resource = beta(spec: [:])
        resource["status"] = [
            "version": "0.158.0", "image": "i", "scale": ["replicas": 1], "observedGeneration": 3,
            "conditions": [["type": "Ready", "status": "True"]],
        ]
        let shown = try CollectorConversion.v1alpha1(from: resource)
        #expect(shown["status"] == ["version": "0.158.0", "image": "i", "scale": ["replicas": 1]])
        resource = alpha(spec: [:])
        resource["status"] = ["version": "1", "messages": ["a"], "replicas": 2]
        #expect(try CollectorConversion.v1beta1(from: resource)["status"] == ["version": "1"])
    }

    @Test("metadata stay as they are, but for our annotation")
    func metadata() throws {
        var resource = alpha(spec: ["config": "# mine\nreceivers: {}\n"])
        let metadata: JSONValue = [
            "name": "a", "namespace": "b", "uid": "c", "generation": 3, "labels": ["x": "y"],
            "annotations": ["kubectl.kubernetes.io/last-applied-configuration": "{}"],
            "ownerReferences": [["kind": "X"]], "managedFields": [["apiVersion": "opentelemetry.io/v1alpha1"]],
        ]
        resource["metadata"] = metadata
        var converted = try CollectorConversion.v1beta1(from: resource)["metadata"]
        var annotations = converted?["annotations"] ?? .null
        #expect(annotations["conversion.opentelemetry.io/record"] != nil)
        annotations["conversion.opentelemetry.io/record"] = nil
        converted?["annotations"] = annotations
        #expect(converted == metadata)
    }

    @Test("a resource of the wanted version comes back as it is")
    func sameVersion() throws {
        #expect(try CollectorConversion.v1beta1(from: beta(spec: ["x": 1])) == beta(spec: ["x": 1]))
        #expect(try CollectorConversion.v1alpha1(from: alpha(spec: ["x": 1])) == alpha(spec: ["x": 1]))
    }

    @Test(
        "what is no collector is refused by what it is",
        arguments: [
            (["apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation"], "kind \"Instrumentation\""),
            (["apiVersion": "opentelemetry.io/v2", "kind": "OpenTelemetryCollector"], "opentelemetry.io/v2"),
            (["apiVersion": "v1", "kind": "OpenTelemetryCollector"], "apiVersion \"v1\""),
            ([1], "a list"), (.null, "null"),
            (
                ["apiVersion": "opentelemetry.io/v1alpha1", "kind": "OpenTelemetryCollector", "spec": ["config": [:]]],
                "spec.config is an object, expected a text"
            ),
        ] as [(JSONValue, String)])
    func refused(resource: JSONValue, words: String) {
        let error = #expect(throws: ConversionError.self) { try CollectorConversion.v1beta1(from: resource) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}

func alpha(spec: JSONValue) -> JSONValue {
    [
        "apiVersion": "opentelemetry.io/v1alpha1", "kind": "OpenTelemetryCollector", "metadata": ["name": "a"],
        "spec": spec,
    ]
}

func beta(spec: JSONValue) -> JSONValue {
    [
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector", "metadata": ["name": "a"],
        "spec": spec,
    ]
}
