import Document
import KubeModel
import Testing

@testable import Rendering

/// The example of managed Prometheus in a closed network: what its collector becomes is written out here, word for word.
@Suite("The closed network of the examples")
struct ClosedNetworkTests {
    @Test("the collector gives the objects that the README tells of, and a PodMonitor for managed Prometheus")
    func collector() throws {
        let resource = try #require(try Examples.objects("aks-closed-network/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(resource)
        #expect(resource[path: "metadata", "name"] == "otel-collector")
        #expect(
            rendered.objects.allSatisfy {
                $0.object.json[path: "metadata", "namespace"] == "opentelemetry-operator-system"
            })
        #expect(resource[path: "spec", "replicas"] == 1)
        #expect(
            resource[path: "spec", "config"] == [
                "receivers": [
                    "otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"], "http": ["endpoint": "0.0.0.0:4318"]]]
                ],
                "processors": ["batch": ["send_batch_size": 1024, "timeout": "5s"]],
                "exporters": [
                    "prometheus": [
                        "endpoint": "0.0.0.0:8889", "resource_to_telemetry_conversion": ["enabled": true],
                    ]
                ],
                "service": [
                    "pipelines": [
                        "metrics": ["receivers": ["otlp"], "processors": ["batch"], "exporters": ["prometheus"]]
                    ]
                ],
            ])
        for name in ["otel-collector-collector", "otel-collector-collector-monitoring"] {
            let labels = try #require(rendered["Service", name])[path: "metadata", "labels"]
            #expect(labels?["app.kubernetes.io/managed-by"] == "opentelemetry-operator")
        }
        let pods = rendered.deployment?[path: "spec", "template", "metadata", "labels"]
        #expect(pods?["app.kubernetes.io/component"] == "opentelemetry-collector")

        let monitor = try #require(rendered["PodMonitor", "otel-collector-metrics"])
        #expect(monitor["apiVersion"] == "azmonitoring.coreos.com/v1")
        #expect(
            monitor[path: "spec", "podMetricsEndpoints"] == [
                ["port": "prometheus", "path": "/metrics", "interval": "30s"],
                ["port": "metrics", "path": "/metrics", "interval": "30s"],
            ])
        #expect(monitor[path: "spec", "namespaceSelector"] == nil)
    }

    @Test("the Instrumentation sends the metrics of one application to it, and no traces")
    func instrumentation() throws {
        let resource = try #require(try Examples.objects("aks-closed-network/3-instrumentation.yaml").first)
        #expect(resource[path: "metadata"] == ["name": "python-instrumentation", "namespace": "myapp"])
        #expect(
            resource[path: "spec", "exporter", "endpoint"]
                == "http://otel-collector-collector.opentelemetry-operator-system.svc.cluster.local:4318")
        #expect(resource[path: "spec", "propagators"] == ["tracecontext", "baggage"])
        #expect(
            resource[path: "spec", "python", "env"] == [
                ["name": "OTEL_METRICS_EXPORTER", "value": "otlp"], ["name": "OTEL_TRACES_EXPORTER", "value": "none"],
                ["name": "OTEL_LOGS_EXPORTER", "value": "none"],
            ])
        #expect(
            resource[path: "spec", "resource", "resourceAttributes"] == [
                "service.name": "agui-server", "service.namespace": "myapp", "deployment.environment": "production",
            ])
    }
}
