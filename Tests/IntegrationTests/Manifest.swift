import Document
import Foundation
import TestSupport

/// The resources of the scenarios.
enum Manifest {
    static func instrumentation(_ name: String, in namespace: String) -> String {
        """
        apiVersion: opentelemetry.io/v1alpha1
        kind: Instrumentation
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          exporter: {endpoint: "http://otel-collector-collector:4318"}
          propagators: [tracecontext, baggage]
        """
    }

    static func pod(
        _ name: String, in namespace: String,
        annotations: String = "{instrumentation.opentelemetry.io/inject-python: 'true'}"
    ) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), namespace: \(namespace), annotations: \(annotations)}
        spec: {containers: [{name: app, image: "repo/app:1.2.3", env: [{name: HAVE, value: own}]}]}
        """
    }

    /// - Parameter spec: more members of the spec, one a line.
    static func collector(
        _ name: String, in namespace: String, batch: Int = 1024, spec: [String] = [], mode: String = "deployment"
    ) -> String {
        """
        apiVersion: opentelemetry.io/v1beta1
        kind: OpenTelemetryCollector
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          mode: \(mode)
          \(spec.joined(separator: "\n  "))
          config:
            receivers: {otlp: {protocols: {grpc: {endpoint: 0.0.0.0:4317}, http: {endpoint: 0.0.0.0:4318}}}}
            processors: {batch: {send_batch_size: \(batch), timeout: 5s}}
            exporters: {prometheus: {endpoint: 0.0.0.0:8889}}
            service: {pipelines: {metrics: {receivers: [otlp], processors: [batch], exporters: [prometheus]}}}
        """
    }
}

extension Cluster {
    /// Makes pods that ask for Python until one is injected: the operator sees a new Instrumentation a moment later.
    func injectedPod(in namespace: String) async throws -> JSONValue {
        try await eventually("an injected pod") {
            try apply(Manifest.pod("app-\(UUID().uuidString.prefix(6).lowercased())", in: namespace))
            return try list("pods", in: namespace).first { $0[path: "spec", "initContainers"] != nil }
        }
    }

    /// Waits for a condition of a collector.
    func condition(
        _ type: String, of collector: String, in namespace: String, where isWanted: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        try await eventually("condition \(type) of \(collector)") {
            let object = try get("otelcol", collector, in: namespace)
            let conditions = object?[path: "status", "conditions"]?.arrayValue ?? []
            return conditions.first { $0["type"]?.stringValue == type && isWanted($0) }
        }
    }
}
