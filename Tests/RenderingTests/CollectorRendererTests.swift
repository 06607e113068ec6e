import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

@Suite("Rendering a collector")
struct CollectorRendererTests {
    static let otlp = config(receivers: ["otlp": ["protocols": ["grpc": [:], "http": [:]]]])

    /// The collector of the closed network: OTLP in, Prometheus out.
    static let gateway: JSONValue = [
        "receivers": [
            "otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"], "http": ["endpoint": "0.0.0.0:4318"]]]
        ],
        "processors": ["batch": ["timeout": "5s", "send_batch_size": 1024]],
        "exporters": [
            "prometheus": ["endpoint": "0.0.0.0:8889", "resource_to_telemetry_conversion": ["enabled": true]]
        ],
        "service": [
            "pipelines": ["metrics": ["receivers": ["otlp"], "processors": ["batch"], "exporters": ["prometheus"]]]
        ],
    ]

    @Test("gives the objects in the order in which they are applied")
    func order() {
        let rendered = render(["config": Self.gateway, "image": "otel-collector-contrib:0.146.0"])
        #expect(
            rendered.objects.map { "\($0.type.kind) \($0.object.name)" }.map {
                $0.replacing(/[0-9a-f]{8}$/, with: "HASH")
            } == [
                "Deployment otel-collector", "PodDisruptionBudget otel-collector", "ConfigMap otel-collector-HASH",
                "ServiceAccount otel-collector", "Service otel-collector", "Service otel-collector-headless",
                "Service otel-collector-monitoring", "NetworkPolicy otel-collector-networkpolicy",
                "PodMonitor otel-metrics",
            ])
        #expect(rendered.isComplete)
        #expect(rendered.findings == [])
        for object in rendered.objects {
            #expect(object.object.apiVersion == object.type.apiVersion)
            #expect(object.object.controller?.uid == "u-1")
            #expect(object.object.controller?.apiVersion == "opentelemetry.io/v1beta1")
        }
    }

    @Test("does not depend on the order of members, and is the same twice")
    func stable() throws {
        let spec: JSONValue = [
            "config": Self.gateway, "args": ["b": "1", "a": "2"], "podAnnotations": ["z": "1", "y": "2"],
        ]
        let resource = collector(spec, labels: ["b": "1", "a": "2"], annotations: ["d": "1", "c": "2"])
        let renderer = CollectorRenderer()
        let bytes = renderer.render(resource).objects.map { $0.object.json.serialized() }
        #expect(renderer.render(resource).objects.map { $0.object.json.serialized() } == bytes)
        #expect(renderer.render(resource.reversed).objects.map { $0.object.json.serialized() } == bytes)
    }

    @Test("says which features are not supported")
    func unsupportedFeatures() {
        let allocated = render(["config": Self.otlp, "targetAllocator": ["enabled": true]])
        #expect(!allocated.isComplete)
        #expect(allocated.objects == [])
        #expect(allocated.reasons(.error) == [.unsupported])
    }

    @Test("a DaemonSet has neither a budget nor spread constraints")
    func daemonSet() throws {
        let spread: JSONValue = [["maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"]]
        let rendered = render([
            "mode": "daemonset", "config": Self.otlp, "topologySpreadConstraints": spread,
            "daemonSetUpdateStrategy": ["type": "OnDelete"],
        ])
        let set = try #require(rendered.objects.first { $0.type == .daemonSet }?.object)
        #expect(set["spec"]?["updateStrategy"] == ["type": "OnDelete"])
        #expect(set["spec"]?["replicas"] == nil)
        #expect(set["spec"]?["template"]?["spec"]?["topologySpreadConstraints"] == nil)
        #expect(!rendered.objects.contains { $0.type == .podDisruptionBudget || $0.type == .deployment })
    }

    @Test("a StatefulSet is governed by the headless Service unless the user names another")
    func statefulSet() throws {
        let claims: JSONValue = [["metadata": ["name": "queue"], "spec": ["accessModes": ["ReadWriteOnce"]]]]
        let set = try #require(
            render(["mode": "statefulset", "config": Self.otlp, "volumeClaimTemplates": claims]).objects.first?.object)
        #expect(set["spec"]?["serviceName"] == "otel-collector-headless")
        #expect(set["spec"]?["podManagementPolicy"] == "Parallel")
        #expect(set["spec"]?["volumeClaimTemplates"] == claims)
        let own = render([
            "mode": "statefulset", "config": Self.otlp, "serviceName": "mine", "podManagementPolicy": "OrderedReady",
            "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Delete"],
        ])
        .objects.first?.object
        #expect(own?["spec"]?["serviceName"] == "mine")
        #expect(own?["spec"]?["podManagementPolicy"] == "OrderedReady")
        #expect(own?["spec"]?["persistentVolumeClaimRetentionPolicy"] == ["whenDeleted": "Delete"])
    }

    @Test(
        "says which field is wrong",
        arguments: [
            (["mode": "cluster"], "spec.mode"), (["replicas": "two"], "spec.replicas"),
            (["config": "receivers:"], "spec.config"),
            (["config": ["receivers": []]], "spec.config.receivers"),
            (
                ["config": config(receivers: ["otlp": ["protocols": ["quic": [:]]]])],
                "spec.config.receivers.otlp.protocols"
            ),
            (["config": config(receivers: ["tcplog": [:]])], "spec.config.receivers.tcplog.listen_address"),
            (["config": config(receivers: ["zipkin": ["endpoint": 9411]])], "spec.config.receivers.zipkin.endpoint"),
            (["ports": [["name": "x"]]], "spec.ports[0].port"), (["env": [["value": "x"]]], "spec.env[0].name"),
        ] as [(JSONValue, String)])
    func invalid(_ spec: JSONValue, _ path: String) {
        let rendered = render(spec)
        #expect(rendered.reasons(.error) == [.invalidSpec])
        #expect(rendered.findings.first?.message.hasPrefix(path + " is ") == true)
        #expect(rendered.objects == [])
    }

    @Test("a resource without anything still has a workload")
    func empty() {
        let rendered = CollectorRenderer().render(["metadata": ["name": "x", "namespace": "y"]])
        #expect(rendered.isComplete)
        #expect(rendered["Service", "x-collector-monitoring"] != nil)
        #expect(rendered["Service", "x-collector"] == nil)
        #expect(rendered.objects.allSatisfy { $0.object.metadata["ownerReferences"] == nil })
    }

    @Test("a part of the configuration that is not used is named")
    func ignored() {
        var config = Self.otlp
        config["recievers"] = [:]
        config["service"]?["pipelines"]?["metrics"]?["exporter"] = []
        let finding = render(["config": config]).findings.first
        #expect(finding?.reason == .configIgnored)
        #expect(
            finding?.message.hasSuffix("spec.config.recievers, spec.config.service.pipelines.metrics.exporter") == true)
    }

    @Test("telemetry settings that are not understood stay as they are written, and it is told")
    func telemetry() throws {
        var config = Self.otlp
        let reader: JSONValue = ["pull": ["exporter": ["prometheus": ["host": "0.0.0.0", "port": "${env:PORT}"]]]]
        config["service"]?["telemetry"] = ["metrics": ["readers": [reader]], "unheardOf": ["a": [1]]]
        let rendered = render(["config": config])
        #expect(rendered.isComplete)
        #expect(rendered.reasons(.warning) == [.metricsNotReachable])
        let text = rendered.objects.first { $0.type.kind == "ConfigMap" }?.object["data"]?["collector.yaml"]
        let written = try YAML.parse(try #require(text?.stringValue))
        #expect(written[path: "service", "telemetry"] == config[path: "service", "telemetry"])
    }

    @Test("components that read the Kubernetes API are named")
    func access() {
        let rendered = render(
            ["config": config(receivers: ["k8s_cluster": [:], "kubeletstats/x": [:]])],
            options: RenderingOptions(canGrantAccess: false))
        #expect(rendered.reasons(.warning) == [.accessRequired])
        #expect(rendered.findings[0].message.hasPrefix("k8s_cluster, kubeletstats/x read"))
    }

    // MARK: - APIs that are not there

    @Test("an API that is missing is information when nobody asked for the object, else a warning")
    func missingAPIs() {
        let options = RenderingOptions(availableAPIs: AvailableAPIs([]))
        let implicit = render(["config": Self.gateway], options: options)
        #expect(implicit.isComplete)
        #expect(implicit.reasons(.information) == [.apiUnavailable, .apiUnavailable, .apiUnavailable])
        #expect(implicit.reasons(.warning) == [])
        #expect(implicit["Deployment", "otel-collector"] != nil)
        let explicit = render(
            [
                "config": Self.gateway, "podDisruptionBudget": ["minAvailable": 1], "networkPolicy": ["enabled": true],
                "autoscaler": ["maxReplicas": 3], "observability": ["metrics": ["enableMetrics": true]],
            ], options: options)
        #expect(explicit.reasons(.warning).count == 4)
        #expect(
            Set(explicit.findings.compactMap(\.type?.description)) == [
                "poddisruptionbudgets.policy", "networkpolicies.networking.k8s.io",
                "horizontalpodautoscalers.autoscaling", "podmonitors.azmonitoring.coreos.com",
            ])
    }

    // MARK: - Ports

    @Test("declared ports replace, rename and add to those of the components")
    func declaredPorts() throws {
        let rendered = render([
            "config": Self.otlp,
            "ports": [
                ["name": "otlp-grpc", "port": 14317, "targetPort": 4317, "appProtocol": "grpc"],
                ["name": "own-http", "port": 4318, "nodePort": 30318, "protocol": "TCP"],
                ["name": "udp", "port": 4318, "protocol": "UDP"],
            ],
        ])
        let service = try #require(rendered["Service", "otel-collector"]?["spec"]?["ports"])
        #expect(
            service == [
                ["name": "otlp-grpc", "protocol": "TCP", "appProtocol": "grpc", "port": 14317, "targetPort": 4317],
                ["name": "own-http", "protocol": "TCP", "port": 4318, "nodePort": 30318],
                ["name": "udp", "protocol": "UDP", "port": 4318],
                ["name": "port-4317", "protocol": "TCP", "appProtocol": "grpc", "port": 4317, "targetPort": 4317],
            ])
        let names = rendered.container?["ports"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["metrics", "otlp-grpc", "own-http", "port-4317", "udp"])
        let policy = rendered["NetworkPolicy", "otel-collector-networkpolicy"]?["spec"]?["ingress"]?[0]?["ports"]?
            .arrayValue
        #expect(policy?.contains(["protocol": "UDP", "port": 4318]) == true)
    }

    @Test("two components on one port share it, with a warning")
    func portConflict() {
        let rendered = render(["config": config(receivers: ["carbon": [:], "wavefront": [:]])])
        #expect(rendered["Service", "otel-collector"]?["spec"]?["ports"]?.arrayValue?.count == 1)
        #expect(rendered.reasons(.warning) == [.portConflict])
    }

    @Test("names that Kubernetes refuses become numbers")
    func invalidPortNames() {
        let rendered = render(["config": config(receivers: ["zipkin/UP": [:], "zipkin/a_": ["endpoint": ":1"]])])
        let names = rendered["Service", "otel-collector"]?["spec"]?["ports"]?.arrayValue?.compactMap {
            $0["name"]?.stringValue
        }
        #expect(names == ["port-9411", "port-1"] || names == ["port-1", "port-9411"])
    }

    // MARK: - Whole collectors

    @Test("an autoscaler without a maximum is named, not rendered")
    func autoscalerWithoutMaximum() {
        let rendered = render(["config": Self.otlp, "autoscaler": ["minReplicas": 2]])
        #expect(rendered["HorizontalPodAutoscaler", "otel-collector"] == nil)
        #expect(rendered.reasons(.warning) == [.invalidSpec])
    }

    @Test("objects equal their fixtures", arguments: fixtureCases(holding: "input.yaml"))
    func golden(_ name: String) throws {
        let input = try Data(contentsOf: fixtures().appending(path: "\(name)/input.yaml"))
        let rendered = try renderer(ofFixture: name).render(try YAML.parse(input))
        let documents = YAML.serializedAll(rendered.objects.map(\.object.json))
        let findings = rendered.findings.map { "# \($0.severity) \($0.reason.rawValue): \($0.message)\n" }
        try expectGolden(findings.joined() + documents, "\(name)/expected.yaml")
    }
}
