import Document
import Injection
import OperatorAPI
import Testing

/// Results of the reference's own code for one pod, written out variable by variable.
@Suite("Vectors")
struct PublishedVectorTests {
    private static let pod: JSONValue = [
        "metadata": [
            "generateName": "dep-abc-", "namespace": "ns1", "labels": ["pod-template-hash": "abc"],
            "annotations": [
                "instrumentation.opentelemetry.io/inject-python": "true",
                "instrumentation.opentelemetry.io/otel-go-auto-target-exe": "/app/run",
            ],
            "ownerReferences": [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "dep-abc", "uid": "rs-uid"]],
        ],
        "spec": [
            "containers": [
                [
                    "name": "app", "image": "repo/app:1.2.3", "env": [["name": "HAVE", "value": "own"]],
                    "volumeMounts": [["name": "sa", "mountPath": "/var/run/secrets"]],
                ]
            ]
        ],
    ]

    private static let instrumentation: JSONValue = [
        "metadata": ["namespace": "ns1", "name": "i"],
        "spec": [
            "exporter": ["endpoint": "http://col:4318"], "propagators": ["tracecontext", "b3"],
            "sampler": ["type": "parentbased_traceidratio", "argument": "0.25"],
            "env": [
                ["name": "COMMON", "value": "c"], ["name": "BOTH", "value": "common"],
                ["name": "HAVE", "value": "common"],
            ],
            "python": [
                "env": [
                    ["name": "LANG_ONLY", "value": "l"], ["name": "BOTH", "value": "lang"],
                    ["name": "HAVE", "value": "lang"],
                ]
            ],
        ],
    ]

    /// `NAME=value` and `NAME<field>`, in order.
    private func environment(_ result: InjectionResult) throws -> [String] {
        let pod = try #require(result.injectedPod?.pod())
        let entries = try #require(pod["spec"]?["containers"]?[0]?["env"]?.arrayValue)
        return entries.map { entry in
            let name = entry["name"]?.stringValue ?? ""
            if let field = entry[path: "valueFrom", "fieldRef", "fieldPath"]?.stringValue { return "\(name)<\(field)>" }
            return "\(name)=\(entry["value"]?.stringValue ?? "")"
        }
    }

    @Test("Python, the whole environment in its order")
    func python() throws {
        let result = Given(pod: Self.pod, instrumentations: [Self.instrumentation]).inject()
        #expect(result.refusals == [])
        #expect(result.failureMessage == nil)
        let path = "/otel-auto-instrumentation-python"
        let attributes =
            """
            k8s.container.name=app,k8s.deployment.name=dep,k8s.namespace.name=ns1,\
            k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),\
            k8s.replicaset.name=dep-abc,service.instance.id=ns1.$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME).app,\
            service.namespace=ns1,service.version=1.2.3
            """
        let expected: [String] = [
            "OTEL_NODE_IP<status.hostIP>", "OTEL_POD_IP<status.podIP>", "HAVE=own", "LANG_ONLY=l", "BOTH=lang",
            "PYTHONPATH=\(path)/opentelemetry/instrumentation/auto_instrumentation:\(path)", "COMMON=c",
            "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_TRACES_EXPORTER=otlp", "OTEL_METRICS_EXPORTER=otlp",
            "OTEL_LOGS_EXPORTER=otlp", "OTEL_SERVICE_NAME=dep", "OTEL_EXPORTER_OTLP_ENDPOINT=http://col:4318",
            "OTEL_RESOURCE_ATTRIBUTES_POD_NAME<metadata.name>", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME<spec.nodeName>",
            "OTEL_PROPAGATORS=tracecontext,b3", "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG=0.25",
            "OTEL_RESOURCE_ATTRIBUTES=\(attributes)",
        ]
        #expect(try environment(result) == expected)
        let pod = try #require(result.injectedPod?.pod())
        #expect(
            pod["spec"]?["containers"]?[0]?["volumeMounts"] == [
                ["name": "sa", "mountPath": "/var/run/secrets"],
                ["name": "opentelemetry-auto-instrumentation-python", "mountPath": .string(path)],
            ])
    }

    @Test("own attributes are kept, and what they name is not repeated")
    func ownAttributes() throws {
        let own = " k8s.pod.name=x, k8s.node.name=y,bad=a=b,k8s.daemonset.name=zz"
        let pod: JSONValue = [
            "metadata": [
                "uid": "u1", "annotations": ["instrumentation.opentelemetry.io/inject-python": "true"],
                "ownerReferences": [["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "ds", "uid": "dsu"]],
            ],
            "spec": [
                "nodeName": "n1",
                "containers": [
                    [
                        "name": "app", "image": "repo/app:1.2.3",
                        "env": [["name": "OTEL_RESOURCE_ATTRIBUTES", "value": .string(own)]],
                    ]
                ],
            ],
        ]
        let instrumentation: JSONValue = [
            "metadata": ["namespace": "ns1", "name": "i"],
            "spec": [
                "resource": [
                    "addK8sUIDAttributes": true, "resourceAttributes": ["zone": "z1", "service.name": "crname"],
                ]
            ],
        ]
        let lines = try environment(Given(pod: pod, instrumentations: [instrumentation]).inject())
        #expect(lines.contains("OTEL_SERVICE_NAME=app"))
        let expected = """
            OTEL_RESOURCE_ATTRIBUTES=\(own),k8s.container.name=app,k8s.daemonset.uid=dsu,k8s.namespace.name=ns1,\
            k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),\
            k8s.pod.uid=u1,service.instance.id=ns1.$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME).app,service.name=crname,\
            service.namespace=ns1,service.version=1.2.3,zone=z1
            """
        #expect(lines.last == expected)
    }

    @Test("the patch adds what is new and repeats nothing that was sent")
    func patch() throws {
        let result = Given(pod: Self.pod, instrumentations: [Self.instrumentation]).inject()
        let operations = try #require(result.injectedPod?.patch())
        #expect(operations.allSatisfy { $0["op"] == "add" })
        #expect(operations.first?["path"] == "/spec/containers/0/env/0")
        #expect(!operations.contains { $0["value"]?["name"] == "HAVE" })
        let last = operations.suffix(4).map { $0["path"]?.stringValue ?? "" }
        #expect(
            last == [
                "/spec/containers/0/volumeMounts/-", "/spec/initContainers", "/spec/volumes",
                "/metadata/annotations/instrumentation.opentelemetry.io~1injected",
            ])
    }
}
