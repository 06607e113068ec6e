import Document
import KubeModel
import Testing

@testable import Rendering

/// The pods of a collector: container, annotations, replicas, names.
@Suite("A collector's pods")
struct PodTests {
    @Test("the container's arguments, environment, mounts and probes")
    func container() throws {
        let spec: JSONValue = [
            "config": config(
                receivers: ["kubeletstats": [:], "kubeletstats/2": [:]],
                extensions: ["health_check": ["endpoint": ":13134", "path": "/h"]]),
            "args": ["b": "", "a": "1", "config": "/mine"],
            "env": [["name": "POD_NAME", "value": "x"], ["name": "B", "value": "y"]],
            "configmaps": [["name": "Extra.one", "mountpath": "/etc/../x/"]],
            "livenessProbe": ["periodSeconds": 5, "terminationGracePeriodSeconds": 3],
            "readinessProbe": ["terminationGracePeriodSeconds": 3],
        ]
        let options = RenderingOptions(
            collectorImage: "mirror/collector:1", proxyEnvironment: ProxyEnvironment(https: "http://p:1", none: "svc"))
        let container = try #require(render(spec, options: options).container)
        #expect(container["image"] == "mirror/collector:1")
        #expect(container["args"] == ["--config=/conf/collector.yaml", "--a=1", "--b="])
        #expect(
            container["env"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == [
                "POD_NAME", "B", "GOMEMLIMIT", "GOMAXPROCS", "K8S_NODE_NAME", "HTTPS_PROXY", "https_proxy", "NO_PROXY",
                "no_proxy",
            ])
        #expect(
            container["volumeMounts"] == [
                ["name": "otc-internal", "mountPath": "/conf"],
                ["name": "configmap-extra-one", "mountPath": "/var/conf/x/configmap-extra-one"],
            ])
        let get: JSONValue = ["path": "/h", "port": 13134]
        #expect(
            container["livenessProbe"] == ["httpGet": get, "periodSeconds": 5, "terminationGracePeriodSeconds": 3])
        #expect(container["readinessProbe"] == ["httpGet": get])
        #expect(container["startupProbe"] == ["httpGet": get])
    }

    @Test("of several health checks the first in the user's order is probed", arguments: [["b", "a"], ["a", "b"]])
    func healthChecks(_ order: [String]) throws {
        let ports = ["a": 13001, "b": 13002]
        var checked = config(
            receivers: ["otlp": ["protocols": ["grpc": [:]]]],
            extensions: ["health_check/a": ["endpoint": ":13001"], "health_check/b": ["endpoint": ":13002"]])
        checked["service"]?["extensions"] = .strings(order.map { "health_check/\($0)" })
        let container = try #require(render(["config": checked]).container)
        #expect(container[path: "livenessProbe", "httpGet", "port"]?.intValue == ports[order[0]])
    }

    @Test("the pod's annotations: the pod's own first, then the collector's, then those for scraping")
    func podAnnotations() throws {
        let annotations: JSONValue = [
            "a": "collector", "b": "collector", "kubectl.kubernetes.io/last-applied-configuration": "{}",
        ]
        let rendered = render(
            ["podAnnotations": ["a": "pod", "prometheus.io/port": "1"], "config": CollectorRendererTests.otlp],
            annotations: annotations)
        let result = try #require(
            rendered.deployment?[path: "spec", "template", "metadata", "annotations"]?.objectValue)
        #expect(result["a"] == "pod")
        #expect(result["b"] == "collector")
        #expect(result["prometheus.io/port"] == "1")
        #expect(result["prometheus.io/scrape"] == "true")
        #expect(result["operator.opentelemetry.io/prometheus-annotations-added"] == "true")
        #expect(result["opentelemetry-operator-config/sha256"]?.stringValue?.utf8.count == 64)
        #expect(result.count == 7)
        let without = render([
            "config": CollectorRendererTests.otlp, "observability": ["metrics": ["disablePrometheusAnnotations": true]],
        ])
        #expect(without.deployment?[path: "spec", "template", "metadata", "annotations"]?.objectValue?.count == 1)
    }

    @Test(
        "how the pod finds names",
        arguments: [
            ([:], "ClusterFirst"), (["hostNetwork": true], "ClusterFirstWithHostNet"),
            (["podDnsConfig": ["nameservers": ["1.1.1.1"]]], "None"), (["dnsPolicy": "Default"], "Default"),
        ] as [(JSONValue, String)])
    func dns(_ spec: JSONValue, _ policy: String) {
        #expect(render(spec).deployment?[path: "spec", "template", "spec", "dnsPolicy"]?.stringValue == policy)
    }

    @Test(
        "how many replicas",
        arguments: [
            ([:], 1), (["replicas": 3], 3), (["replicas": 0], 0),
            (["replicas": 1, "autoscaler": ["minReplicas": 2, "maxReplicas": 4]], 2),
            (["replicas": 5, "autoscaler": ["minReplicas": 2]], 5),
        ] as [(JSONValue, Int)])
    func replicas(_ spec: JSONValue, _ count: Int) {
        #expect(render(spec).deployment?["spec"]?["replicas"]?.intValue == count)
    }

    @Test("the label filter leaves the selector alone and applies to the workload")
    func labelFilter() throws {
        let options = RenderingOptions(labelsFilter: try KeyFilter(expressions: ["team", "managed-by"]))
        let resource = collector(["config": CollectorRendererTests.otlp], labels: ["team": "a", "app": "b"])
        let rendered = CollectorRenderer(options: options).render(resource)
        let deployment = try #require(rendered.deployment)
        #expect(deployment["metadata"]?["labels"]?["team"] == nil)
        #expect(deployment["metadata"]?["labels"]?["app"] == "b")
        #expect(deployment["metadata"]?["labels"]?["app.kubernetes.io/managed-by"] == "opentelemetry-operator")
        #expect(rendered["Service", "otel-collector"]?["metadata"]?["labels"]?["team"] == "a")
        #expect(deployment[path: "spec", "selector", "matchLabels"]?.objectValue?.count == 4)
    }
}
