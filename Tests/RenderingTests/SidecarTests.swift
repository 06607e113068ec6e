import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// Fixtures whose name begins with `sidecar` hold, beside the objects, what pods get: `sidecar.yaml`.
@Suite("Rendering a sidecar")
struct SidecarTests {
    static let otlp = config(receivers: ["otlp": ["protocols": ["grpc": [:], "http": [:]]]])

    @Test("what pods get equals the fixture", arguments: fixtureCases(holding: "sidecar.yaml"))
    func golden(_ name: String) throws {
        let input = try Data(contentsOf: fixtures().appending(path: "\(name)/input.yaml"))
        var renderer = try renderer(ofFixture: name)
        renderer.options.proxyEnvironment = ProxyEnvironment(https: "http://proxy:3128")
        let sidecar = try renderer.sidecar(of: try YAML.parse(input))
        let document: JSONValue = [
            "label": .string(sidecar.labelValue), "container": sidecar.container,
            "initContainers": .array(sidecar.initContainers), "volumes": .array(sidecar.volumes),
        ]
        try expectGolden(YAML.serialized(document), "\(name)/sidecar.yaml")
    }

    @Test("the configuration in the variable is the one in the ConfigMap")
    func configuration() throws {
        let resource = collector(["mode": "sidecar", "config": Self.otlp])
        let sidecar = try CollectorRenderer().sidecar(of: resource)
        let variable = sidecar.container["env"]?.arrayValue?.last
        #expect(variable?["name"] == "OTEL_CONFIG")
        let configMap = CollectorRenderer().render(resource).objects.first { $0.type == .configMap }
        #expect(variable?["value"] == configMap?.object["data"]?["collector.yaml"])
    }

    @Test("a collector of another mode is none", arguments: ["deployment", "daemonset", "statefulset", nil])
    func otherMode(_ mode: String?) {
        let spec: JSONValue = .object(compacting: ["mode": mode.map(JSONValue.string), "config": Self.otlp])
        #expect(throws: SidecarFailure.otherMode) { try CollectorRenderer().sidecar(of: collector(spec)) }
    }

    @Test(
        "says which field is wrong",
        arguments: [
            (["mode": "sidecar", "volumes": 3], "spec.volumes"), (["mode": "side"], "spec.mode"),
            (
                ["mode": "sidecar", "config": config(receivers: ["zipkin": ["endpoint": 9411]])],
                "spec.config.receivers.zipkin.endpoint"
            ),
        ] as [(JSONValue, String)])
    func invalid(_ spec: JSONValue, _ path: String) throws {
        do {
            _ = try CollectorRenderer().sidecar(of: collector(spec))
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.description.hasPrefix(path + " is "))
        }
    }

    @Test("there is no workload and no Service, whatever the spec says")
    func objects() {
        let rendered = CollectorRenderer().render(
            collector([
                "mode": "sidecar", "config": Self.otlp, "replicas": 3, "podDisruptionBudget": ["minAvailable": 1],
                "networkPolicy": ["enabled": true], "autoscaler": ["maxReplicas": 3],
            ]))
        #expect(rendered.isComplete)
        #expect(rendered.objects.map(\.type.kind) == ["ConfigMap", "ServiceAccount"])
    }

    @Test(
        "an attribute without effect is named",
        arguments: [
            ("tolerations", [["operator": "Exists"]]), ("priorityClassName", "high"), ("affinity", [:]),
            ("additionalContainers", [["name": "x"]]), ("targetAllocator", ["enabled": true]),
        ] as [(String, JSONValue)])
    func attribute(_ name: String, _ value: JSONValue) {
        let rendered = CollectorRenderer().render(
            collector(["mode": "sidecar", "config": Self.otlp, name: value]))
        #expect(rendered.reasons(.warning) == [.invalidSpec])
        #expect(
            rendered.findings.first?.message
                == "the OpenTelemetry Collector mode is set to sidecar, which does not support the attribute '\(name)'")
        #expect(rendered.isComplete)
    }

    @Test("the label's value is cut from the namespace first, and is always one that Kubernetes takes")
    func label() {
        let long = String(repeating: "x", count: 69)
        #expect(CollectorSidecar.labelValue(of: ObjectKey(namespace: "shop", name: "edge")) == "shop.edge")
        #expect(
            CollectorSidecar.labelValue(of: ObjectKey(namespace: "some-app", name: long))
                == String(repeating: "x", count: 62))
        let half = String(repeating: "y", count: 40)
        let value = CollectorSidecar.labelValue(of: ObjectKey(namespace: half, name: half))
        #expect(value == String(repeating: "y", count: 22) + "." + half)
    }
}
