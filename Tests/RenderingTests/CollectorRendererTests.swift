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

    func render(_ spec: JSONValue, options: RenderingOptions = RenderingOptions(), annotations: JSONValue = [:])
        -> Rendered
    {
        CollectorRenderer(options: options).render(collector(spec, annotations: annotations))
    }

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
        let rendered = render([
            "config": Self.otlp, "ingress": ["type": "ingress"], "httpRoute": ["enabled": true, "gateway": "g"],
        ])
        #expect(rendered.reasons(.warning) == [.unsupported, .unsupported])
        #expect(rendered.deployment != nil)
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

    // MARK: - The Azure PodMonitor

    @Test("the PodMonitor has an endpoint for each port that shows metrics, and the limits")
    func podMonitor() throws {
        let monitor = try #require(render(["config": Self.gateway])["PodMonitor", "otel-metrics"])
        #expect(monitor["apiVersion"] == "azmonitoring.coreos.com/v1")
        #expect(monitor["spec"]?["labelLimit"] == 63)
        #expect(monitor["spec"]?["labelNameLengthLimit"] == 511)
        #expect(monitor["spec"]?["labelValueLengthLimit"] == 1023)
        #expect(
            monitor["spec"]?["podMetricsEndpoints"] == [
                ["port": "prometheus", "path": "/metrics", "interval": "30s"],
                ["port": "metrics", "path": "/metrics", "interval": "30s"],
            ])
        #expect(monitor[path: "spec", "selector", "matchLabels", "app.kubernetes.io/instance"] == "ns.otel")
    }

    @Test(
        "the PodMonitor names only ports of the container",
        arguments: [
            (["prometheus/production": ["endpoint": ":9000"]], [], ["port-9000", "metrics"]),
            (["prometheus": ["endpoint": "localhost:9000"]], [], ["metrics"]),
            (["prometheus": ["endpoint": "0.0.0.0:9000"]], [["name": "prom", "port": 9000]], ["prom", "metrics"]),
            (
                ["prometheus": ["endpoint": "0.0.0.0:9000"]], [["name": "prometheus", "port": 80]],
                ["port-9000", "metrics"]
            ),
            (["prometheus": [:]], [], ["prometheus"]),
        ] as [(JSONValue, JSONValue, [String])])
    func podMonitorPorts(_ exporters: JSONValue, _ ports: JSONValue, _ expected: [String]) throws {
        var config = Self.gateway
        config["exporters"] = exporters
        config["service"]?["pipelines"]?["metrics"]?["exporters"] = .strings(exporters.objectValue?.keys ?? [])
        let rendered = render(["config": config, "ports": ports])
        let monitor = try #require(rendered["PodMonitor", "otel-metrics"])
        let names = monitor["spec"]?["podMetricsEndpoints"]?.arrayValue?.compactMap { $0["port"]?.stringValue }
        #expect(names == expected)
        let container = Set(rendered.container?["ports"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? [])
        #expect(container.isSuperset(of: expected))
    }

    @Test("annotations switch the PodMonitor off and change its interval")
    func podMonitorAnnotations() {
        let spec: JSONValue = ["config": Self.gateway]
        #expect(
            render(spec, annotations: ["azmonitoring.opentelemetry.io/pod-monitor": "false"])[
                "PodMonitor", "otel-metrics"] == nil)
        let slow = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "1m30s"])
        #expect(slow["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?[0]?["interval"] == "1m30s")
        let wrong = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "often"])
        #expect(wrong["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?[0]?["interval"] == "30s")
        #expect(wrong.reasons(.warning) == [.invalidSpec])
    }

    @Test("annotations that speak to the operator do not reach the pods")
    func ownAnnotations() {
        let spec: JSONValue = ["config": Self.gateway]
        let annotated = render(spec, annotations: ["azmonitoring.opentelemetry.io/interval": "1m", "note": "x"])
        #expect(annotated.deployment == render(spec, annotations: ["note": "x"]).deployment)
    }

    @Test("the Prometheus operator's monitors are made when asked for and served")
    func serviceMonitors() {
        let asked: JSONValue = [
            "config": Self.gateway,
            "observability": ["metrics": ["enableMetrics": true, "extraLabels": ["release": "prom"]]],
        ]
        let rendered = render(asked, options: RenderingOptions(monitorAPI: .coreos))
        #expect(rendered["ServiceMonitor", "otel-collector"]?["spec"]?["endpoints"] == [["port": "prometheus"]])
        #expect(
            rendered["ServiceMonitor", "otel-monitoring-collector"]?["spec"]?["endpoints"] == [["port": "monitoring"]])
        #expect(rendered["ServiceMonitor", "otel-collector"]?["metadata"]?["labels"]?["release"] == "prom")
        #expect(render(["config": Self.gateway])["ServiceMonitor", "otel-collector"] == nil)

        let without = AvailableAPIs([.podDisruptionBudget, .networkPolicy, .azurePodMonitor])
        let missing = render(asked, options: RenderingOptions(monitorAPI: .coreos, availableAPIs: without))
        #expect(missing.findings.map(\.type) == [.serviceMonitor])
        // Azure's are there, so nothing is missing.
        #expect(render(asked, options: RenderingOptions(availableAPIs: without)).findings == [])
    }

    @Test("a collector without a Prometheus exporter has a PodMonitor only when asked for")
    func podMonitorOnRequest() {
        #expect(render(["config": Self.otlp])["PodMonitor", "otel-metrics"] == nil)
        let asked = render(["config": Self.otlp, "observability": ["metrics": ["enableMetrics": true]]])
        #expect(asked["PodMonitor", "otel-metrics"]?["spec"]?["podMetricsEndpoints"]?.arrayValue?.count == 1)
        for api in [RenderingOptions.MonitorAPI.none, .coreos] {
            #expect(
                render(["config": Self.gateway], options: RenderingOptions(monitorAPI: api))[
                    "PodMonitor", "otel-metrics"] == nil)
        }
    }

    @Test(
        "durations",
        arguments: [
            ("30s", true), ("1m30s", true), ("500ms", true), ("1h", true), ("", false), ("0s", false), ("30", false),
            ("s", false),
            ("1s1m", false), ("1s1s", false), ("-1s", false), ("1.5m", false), ("30 s", false),
        ])
    func durations(_ text: String, _ isValid: Bool) { #expect(PrometheusDuration.isValid(text) == isValid) }

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

    // MARK: - The pod

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

    @Test("the pod's annotations: the pod's own first, then the collector's, then those for scraping")
    func podAnnotations() throws {
        let annotations: JSONValue = [
            "a": "collector", "b": "collector", "kubectl.kubernetes.io/last-applied-configuration": "{}",
        ]
        let rendered = render(
            ["podAnnotations": ["a": "pod", "prometheus.io/port": "1"], "config": Self.otlp], annotations: annotations)
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
            "config": Self.otlp, "observability": ["metrics": ["disablePrometheusAnnotations": true]],
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
        let resource = collector(["config": Self.otlp], labels: ["team": "a", "app": "b"])
        let rendered = CollectorRenderer(options: options).render(resource)
        let deployment = try #require(rendered.deployment)
        #expect(deployment["metadata"]?["labels"]?["team"] == nil)
        #expect(deployment["metadata"]?["labels"]?["app"] == "b")
        #expect(deployment["metadata"]?["labels"]?["app.kubernetes.io/managed-by"] == "opentelemetry-operator")
        #expect(rendered["Service", "otel-collector"]?["metadata"]?["labels"]?["team"] == "a")
        #expect(deployment[path: "spec", "selector", "matchLabels"]?.objectValue?.count == 4)
    }

    @Test("an autoscaler without a maximum is named, not rendered")
    func autoscalerWithoutMaximum() {
        let rendered = render(["config": Self.otlp, "autoscaler": ["minReplicas": 2]])
        #expect(rendered["HorizontalPodAutoscaler", "otel-collector"] == nil)
        #expect(rendered.reasons(.warning) == [.invalidSpec])
    }

    @Test("objects equal their fixtures", arguments: fixtureCases(holding: "input.yaml"))
    func golden(_ name: String) throws {
        let input = try Data(contentsOf: fixtures().appending(path: "\(name)/input.yaml"))
        let rendered = CollectorRenderer().render(try YAML.parse(input))
        let documents = YAML.serializedAll(rendered.objects.map(\.object.json))
        let findings = rendered.findings.map { "# \($0.severity) \($0.reason.rawValue): \($0.message)\n" }
        try expectGolden(findings.joined() + documents, "\(name)/expected.yaml")
    }
}
