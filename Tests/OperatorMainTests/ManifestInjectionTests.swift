import Document
import Injection
import KubeModel
import Manifests
import OperatorAPI
import Testing

@testable import OperatorMain

@Suite("Injecting manifests")
struct ManifestInjectionTests {
    private let instrumentation = """
        apiVersion: opentelemetry.io/v1alpha1
        kind: Instrumentation
        metadata: {name: otel, namespace: shop}
        spec:
          exporter: {endpoint: "http://collector:4318"}
          sampler: {type: always_on}
        """

    private func manifests(_ text: String) throws -> [Manifest] {
        try Manifest.parse(Array(text.utf8), source: "app.yaml")
    }

    private func run(
        _ text: String, with others: String? = nil, namespace: String = "default",
        settings: InjectionSettings = InjectionSettings()
    ) throws -> (documents: [JSONValue], report: InjectionReport) {
        let input = try manifests(text)
        var surroundings = Surroundings()
        for found in [input, try manifests(others ?? instrumentation)] {
            let notes = surroundings.add(found, namespace: namespace, images: settings.defaultImages)
            #expect(notes == Notes())
        }
        return ManifestInjection(
            injector: Injector(settings: settings), surroundings: surroundings, namespace: namespace
        ).run(input)
    }

    @Test("a collector of mode sidecar beside a pod that asks for it is added", arguments: [false, true])
    func sidecar(isNative: Bool) throws {
        let input = try manifests(
            """
            apiVersion: opentelemetry.io/v1beta1
            kind: OpenTelemetryCollector
            metadata: {name: edge}
            spec:
              mode: sidecar
              config:
                receivers: {otlp: {protocols: {grpc: {}}}}
                exporters: {debug: {}}
                service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, annotations: {sidecar.opentelemetry.io/inject: "true"}}
            spec: {containers: [{name: app, image: "shop/web:1.2"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: lost, annotations: {sidecar.opentelemetry.io/inject: gone}}
            spec: {containers: [{name: app, image: "shop/web:1.2"}]}
            """)
        var surroundings = Surroundings()
        #expect(surroundings.add(input, namespace: "shop", images: DefaultImages()) == Notes())
        let (documents, report) = ManifestInjection(
            injector: Injector(), surroundings: surroundings,
            sidecars: surroundings.sidecarSource(isNative: isNative), namespace: "shop"
        ).run(input)
        let list = isNative ? "initContainers" : "containers"
        #expect(documents[1]["spec"]?[list]?.arrayValue?.last?["name"] == "otc-container")
        #expect(documents[0] == input[0].document && documents[2] == input[2].document)
        #expect(
            report.objects.map(\.findings) == [
                [Finding(.injected, "collector shop/edge as \(isNative ? "native " : "")sidecar")],
                [
                    Finding(
                        .refused,
                        "the collector sidecar was not injected: OpenTelemetryCollector.opentelemetry.io \"gone\" "
                            + "not found (namespace shop)")
                ],
            ])
        #expect(report.hasRefusals)
    }

    /// A workload with one container whose template asks for Python.
    private func workload(
        _ kind: String, apiVersion: String, name: String = "web", annotations: String = "inject-python: \"true\"",
        metadata: String = ""
    ) -> String {
        let lines = annotations.split(separator: "\n").map { "instrumentation.opentelemetry.io/\($0)" }
        let template = """
            metadata:
              labels: {app: web}
              annotations: {\(lines.joined(separator: ", "))}
            spec:
              containers:
              - {name: app, image: "shop/web:1.2"}
            """
        func indented(_ text: String, _ width: Int) -> String {
            text.split(separator: "\n").map { String(repeating: " ", count: width) + $0 }.joined(separator: "\n")
        }
        let head = "apiVersion: \(apiVersion)\nkind: \(kind)\n"
        if kind == "Pod" {
            return head
                + template.replacing(
                    "metadata:", with: "metadata:\n  name: \(name)\n  namespace: shop", maxReplacements: 1)
        }
        let start = head + "metadata:\n  name: \(name)\n  namespace: shop\n\(indented(metadata, 2))\nspec:\n"
        if kind == "CronJob" {
            return start + "  schedule: '* * * * *'\n  jobTemplate:\n    spec:\n      template:\n"
                + indented(template, 8)
        }
        return start + "  template:\n" + indented(template, 4)
    }

    private func template(_ document: JSONValue) -> JSONValue? {
        document[path: "spec", "jobTemplate", "spec", "template"] ?? document[path: "spec", "template"] ?? document
    }

    private func environment(_ document: JSONValue) -> [String: String] {
        let entries = template(document)?[path: "spec", "containers"]?[0]?["env"]?.arrayValue ?? []
        var result: [String: String] = [:]
        for entry in entries { result[entry["name"]?.stringValue ?? ""] = entry["value"]?.stringValue ?? "" }
        return result
    }

    @Test(
        "every kind is injected, and described as its pods in a cluster are",
        arguments: [
            ("Deployment", "apps/v1", "k8s.deployment.name"), ("StatefulSet", "apps/v1", "k8s.statefulset.name"),
            ("DaemonSet", "apps/v1", "k8s.daemonset.name"), ("ReplicaSet", "apps/v1", "k8s.replicaset.name"),
            ("Job", "batch/v1", "k8s.job.name"), ("CronJob", "batch/v1", "k8s.cronjob.name"),
            ("Pod", "v1", "k8s.container.name"), ("ReplicationController", "v1", "k8s.container.name"),
        ])
    func kinds(kind: String, apiVersion: String, attribute: String) throws {
        let result = try run(workload(kind, apiVersion: apiVersion))
        let environment = environment(result.documents[0])
        let attributes = try #require(environment["OTEL_RESOURCE_ATTRIBUTES"])
        let pairs = attributes.split(separator: ",").map(String.init)
        #expect(pairs.contains("\(attribute)=\(attribute == "k8s.container.name" ? "app" : "web")"))
        #expect(pairs.contains("k8s.namespace.name=shop"))
        // A ReplicationController is not among the owners that the attributes know.
        #expect(environment["OTEL_SERVICE_NAME"] == (kind == "ReplicationController" ? "app" : "web"))
        #expect(result.report.objects.map(\.findings) == [[Finding(.injected, "Python into container app")]])
        #expect(!result.report.hasRefusals)
    }

    @Test("nothing that is not known yet is written down: no ReplicaSet, no Job, no uid")
    func unknown() throws {
        let asksForUIDs = instrumentation + "\n  resource: {addK8sUIDAttributes: true}"
        for (kind, apiVersion) in [("Deployment", "apps/v1"), ("CronJob", "batch/v1")] {
            let result = try run(workload(kind, apiVersion: apiVersion), with: asksForUIDs)
            let attributes = try #require(environment(result.documents[0])["OTEL_RESOURCE_ATTRIBUTES"])
            #expect(!attributes.contains("replicaset"))
            #expect(!attributes.contains("k8s.job"))
            #expect(!attributes.contains("deployment.uid") && !attributes.contains("cronjob.uid"))
            #expect(attributes.contains("k8s.pod.uid=$("))
        }
    }

    @Test("what a live object's manifest tells is used: its uid, and who owns it")
    func live() throws {
        let asksForUIDs = instrumentation + "\n  resource: {addK8sUIDAttributes: true}"
        let owner = "{apiVersion: apps/v1, kind: Deployment, name: web, uid: d-1, controller: true}"
        let result = try run(
            workload(
                "ReplicaSet", apiVersion: "apps/v1", name: "web-5f", metadata: "uid: r-1\nownerReferences: [\(owner)]"),
            with: asksForUIDs)
        let attributes = try #require(environment(result.documents[0])["OTEL_RESOURCE_ATTRIBUTES"])
        for pair in [
            "k8s.deployment.name=web", "k8s.deployment.uid=d-1", "k8s.replicaset.name=web-5f", "k8s.replicaset.uid=r-1",
        ] { #expect(attributes.contains(pair)) }
    }

    @Test("injecting the result again changes nothing, and is no refusal")
    func again() throws {
        let once = try run(workload("Deployment", apiVersion: "apps/v1"))
        let twice = try run(YAML.serializedAll(once.documents))
        #expect(twice.documents.map { $0.serializedString() } == once.documents.map { $0.serializedString() })
        #expect(twice.report.objects[0].findings.map(\.verdict) == [.already])
        #expect(!twice.report.hasRefusals)
    }

    @Test("other documents, other items of lists and other fields stay, in their order")
    func rest() throws {
        let text = """
            kind: Secret
            apiVersion: v1
            data: {z: MQ==, a: "yes", mode: "0644", number: 1.50}
            ---
            kind: List
            apiVersion: v1
            metadata: {resourceVersion: ""}
            items:
            - {kind: Service, apiVersion: v1, spec: {ports: [{port: 80}]}}
            - \(workload("Deployment", apiVersion: "apps/v1").replacing("\n", with: "\n  "))
            - {kind: Widget, apiVersion: example.com/v1}
            ---
            apiVersion: v1
            kind: PodList
            items:
            - metadata:
                namespace: shop
                annotations: {instrumentation.opentelemetry.io/inject-python: otel}
              spec: {containers: [{name: app}]}
            """
        let input = try manifests(text).map(\.document)
        let result = try run(text)
        #expect(result.documents.count == 3)
        #expect(result.documents[0].serializedString() == input[0].serializedString())
        for index in [0, 2] { #expect(result.documents[1]["items"]?[index] == input[1]["items"]?[index]) }
        #expect(result.documents[1]["items"]?[1]?.objectValue?.keys == input[1]["items"]?[1]?.objectValue?.keys)
        #expect(result.documents[2]["items"]?[0]?.objectValue?.keys == ["metadata", "spec"])
        #expect(result.report.objects.map { "\($0.kind)/\($0.name)" } == ["Deployment/web", "Pod/*"])
        #expect(result.report.objects.map(\.isChanged) == [true, true])
    }

    @Test("a refusal says why, and the object stays as it was")
    func refusal() throws {
        let text = workload("Deployment", apiVersion: "apps/v1", annotations: "inject-python: other")
        let result = try run(text)
        #expect(result.documents == (try manifests(text).map(\.document)))
        #expect(result.report.hasRefusals)
        #expect(
            result.report.objects[0].findings == [
                Finding(.refused, "Python: Instrumentation.opentelemetry.io \"other\" not found (namespace shop)")
            ])
        #expect(result.report.objects[0].diff(isColored: false) == "")
    }

    @Test("a Namespace among the manifests asks for its pods")
    func namespace() throws {
        let namespace = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, annotations: {instrumentation.opentelemetry.io/inject-python: "true"}}
            ---

            """
        let silent = workload("Deployment", apiVersion: "apps/v1", annotations: "x: \"\"")
        #expect(try run(silent).report.objects[0].findings.map(\.verdict) == [.notAsked])
        #expect(try run(namespace + silent).report.objects[0].findings.map(\.verdict) == [.injected])
    }

    @Test("an annotation on the workload itself is pointed out")
    func misplaced() throws {
        let text = workload(
            "Deployment", apiVersion: "apps/v1", annotations: "x: \"\"",
            metadata: "annotations: {instrumentation.opentelemetry.io/inject-java: \"true\"}")
        let finding = try run(text).report.objects[0].findings[0]
        #expect(finding.verdict == .notAsked)
        #expect(
            finding.detail == "instrumentation.opentelemetry.io/inject-java is on the Deployment itself; "
                + "it counts in spec.template.metadata.annotations")
    }

    @Test("an annotation on a CronJob's job template is pointed out")
    func misplacedOnJobTemplate() throws {
        let text = workload("CronJob", apiVersion: "batch/v1", annotations: "x: \"\"").replacing(
            "jobTemplate:",
            with: "jobTemplate:\n    metadata: {annotations: {instrumentation.opentelemetry.io/inject-sdk: \"true\"}}")
        let finding = try run(text).report.objects[0].findings[0]
        #expect(finding.verdict == .notAsked)
        #expect(
            finding.detail == "instrumentation.opentelemetry.io/inject-sdk is on the CronJob's spec.jobTemplate; "
                + "it counts in spec.jobTemplate.spec.template.metadata.annotations")
    }

    @Test(
        "an annotation that is no text is refused: the API server would not take the object",
        arguments: [
            ("inject-python: true", "inject-python is a boolean; put it in quotes"),
            ("inject-python: no", "inject-python is a boolean; put it in quotes"),
            ("inject-python: \"true\"\ncontainer-names: 7", "container-names is a number; put it in quotes"),
            ("inject-python: \"true\"\ncontainer-names: [app]", "container-names is a list, expected a string"),
        ])
    func unquoted(annotations: String, problem: String) throws {
        for (kind, apiVersion) in [("Deployment", "apps/v1"), ("Pod", "v1"), ("Rollout", "argoproj.io/v1alpha1")] {
            let known = kind == "Rollout" ? "Deployment" : kind
            let text = workload(known, apiVersion: apiVersion, annotations: annotations)
                .replacing("kind: \(known)", with: "kind: \(kind)")
            let result = try run(text)
            #expect(result.documents == (try manifests(text).map(\.document)))
            #expect(
                result.report.objects.map(\.findings)
                    == [[Finding(.refused, "instrumentation.opentelemetry.io/\(problem)")]])
        }
    }

    @Test("a version without quotes, as an attribute, is refused, and others' annotations are nobody's business here")
    func unquotedAttribute() throws {
        let key = "resource.opentelemetry.io/service.version"
        let text = workload("Deployment", apiVersion: "apps/v1").replacing(
            "annotations: {", with: "annotations: {\(key): 1.50, example.com/size: 3, ")
        #expect(
            try run(text).report.objects.map(\.findings)
                == [[Finding(.refused, "\(key) is a number; put it in quotes")]])
    }

    @Test("a Namespace whose annotation is no text is refused, and only such a one is reported")
    func unquotedNamespace() throws {
        func namespace(_ value: String) -> String {
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, annotations: {sidecar.opentelemetry.io/inject: \(value), other: true}}
            """
        }
        let report = try run(namespace("true")).report
        #expect(report.hasRefusals)
        #expect(
            report.text.contains("            Namespace/shop   refused   sidecar.opentelemetry.io/inject is a boolean"))
        #expect(try run(namespace("\"true\"")).report.objects.isEmpty)
    }

    @Test("a kind that is not known but asks is refused, not passed over in silence")
    func foreign() throws {
        let text = workload("Deployment", apiVersion: "argoproj.io/v1alpha1").replacing(
            "kind: Deployment", with: "kind: Rollout")
        let result = try run(text)
        #expect(result.report.hasRefusals)
        #expect(result.report.objects[0].findings[0].detail.contains("kind Rollout is not known"))
        let silent = text.replacing("\"true\"", with: "\"false\"")
        #expect(try run(silent).report.objects.isEmpty)
    }

    @Test("documents without a namespace take the one that is given, and a warning says so")
    func assumedNamespace() throws {
        let text = workload("Deployment", apiVersion: "apps/v1").replacing("  namespace: shop\n", with: "")
        let result = try run(text, namespace: "shop")
        #expect(result.documents[0][path: "metadata", "namespace"] == nil)
        #expect(environment(result.documents[0])["OTEL_RESOURCE_ATTRIBUTES"]?.contains("namespace.name=shop") == true)
        #expect(result.report.namespaceWarning("shop")?.contains("Deployment web names no namespace") == true)
        #expect(try run(workload("Job", apiVersion: "batch/v1")).report.namespaceWarning("shop") == nil)
    }

    @Test("a workload without a pod template is passed on with a word")
    func withoutTemplate() throws {
        let result = try run("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}")
        #expect(result.report.objects[0].findings == [Finding(.notAsked, "the Deployment has no pod template")])
    }

    @Test("the report is a table, and counts")
    func table() throws {
        let text = [
            workload("Deployment", apiVersion: "apps/v1"),
            workload("CronJob", apiVersion: "batch/v1", name: "report", annotations: "inject-python: none"),
        ].joined(separator: "\n---\n")
        #expect(
            try run(text).report.text == """
                NAMESPACE   OBJECT           RESULT     DETAIL
                shop        Deployment/web   injected   Python into container app
                shop        CronJob/report   refused    Python: Instrumentation.opentelemetry.io "none" not found (namespace shop)
                injected 1 of 2 that asked, 1 request refused; 2 looked at

                """)
    }

    @Test("the languages that are switched off are refused, and the images are those of the flags")
    func settings() throws {
        var settings = InjectionSettings()
        settings.defaultImages.python = "registry.example.com/python:1"
        let text = workload("Deployment", apiVersion: "apps/v1")
        let result = try run(text, settings: settings)
        #expect(
            template(result.documents[0])?[path: "spec", "initContainers"]?[0]?["image"]
                == "registry.example.com/python:1")
        settings.enabledLanguages = []
        #expect(try run(text, settings: settings).report.hasRefusals)
    }
}

@Suite("Surroundings of manifests")
struct SurroundingsTests {
    private func notes(_ text: String, source: String = "otel.yaml", into surroundings: inout Surroundings) throws
        -> Notes
    {
        surroundings.add(
            try Manifest.parse(Array(text.utf8), source: source), namespace: "shop", images: DefaultImages())
    }

    private func instrumentation(_ spec: String, name: String = "otel") -> String {
        "{apiVersion: opentelemetry.io/v1alpha1, kind: Instrumentation, metadata: {name: \(name)}, spec: \(spec)}\n"
    }

    @Test("Instrumentations get the webhook's defaults, and the namespace where they name none")
    func defaults() throws {
        var surroundings = Surroundings()
        #expect(try notes(instrumentation("{sampler: {type: always_on}}"), into: &surroundings) == Notes())
        let stored = try #require(surroundings.instrumentations[ObjectKey(namespace: "shop", name: "otel")])
        #expect(stored[path: "spec", "python", "image"]?.stringValue == DefaultImages().python)
    }

    @Test("the webhook's warnings and errors name the file and the object")
    func validation() throws {
        var surroundings = Surroundings()
        #expect(
            try notes(instrumentation("{}"), into: &surroundings).warnings
                == ["otel.yaml: Instrumentation shop/otel: sampler type not set"])
        #expect(
            try notes(instrumentation("{sampler: {type: some}}"), into: &surroundings).errors
                == ["otel.yaml: Instrumentation shop/otel: spec.sampler.type is not valid: some"])
        #expect(
            try notes(instrumentation("{propagators: 3}"), into: &surroundings).errors.first?
                .hasSuffix("spec.propagators is a number, expected a list") == true)
    }

    @Test("one that is given twice counts as it was given last; a difference is said")
    func twice() throws {
        var surroundings = Surroundings()
        let first = instrumentation("{sampler: {type: always_on}}")
        _ = try notes(first, into: &surroundings)
        #expect(try notes(first, source: "again.yaml", into: &surroundings) == Notes())
        let warnings = try notes(
            instrumentation("{sampler: {type: always_off}}"), source: "other.yaml", into: &surroundings
        ).warnings
        #expect(warnings.count == 1 && warnings[0].contains("is in again.yaml, too, and differs"))
        #expect(surroundings.instrumentations.values.first?[path: "spec", "sampler", "type"] == "always_off")
    }

    @Test("a Namespace of a file adds to what the cluster's says")
    func namespaces() throws {
        var surroundings = Surroundings()
        surroundings.add(
            instrumentations: [],
            namespaces: [KubeObject(["metadata": ["name": "shop", "annotations": ["a": "cluster", "b": "cluster"]]])])
        _ = try notes(
            "{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {a: file}}}", into: &surroundings)
        #expect(surroundings.namespaceAnnotations["shop"] == ["a": "file", "b": "cluster"])
    }

    @Test("a Namespace of a file that enforces another level than the cluster's wins; one that says nothing does not")
    func levels() throws {
        func namespace(_ labels: JSONValue) -> KubeObject {
            KubeObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop", "labels": labels]])
        }
        let key = "pod-security.kubernetes.io/enforce"
        var surroundings = Surroundings()
        surroundings.add(instrumentations: [], namespaces: [namespace([key: "restricted"])])
        #expect(surroundings.restrictedNamespaces == ["shop"])
        _ = try notes(namespace(["team": "a"]).json.serializedString(), into: &surroundings)
        #expect(surroundings.restrictedNamespaces == ["shop"])
        _ = try notes(namespace([key: "baseline"]).json.serializedString(), into: &surroundings)
        #expect(surroundings.restrictedNamespaces == [])
    }
}
