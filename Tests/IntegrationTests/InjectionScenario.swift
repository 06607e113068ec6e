import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Injection {
        let cluster = Cluster()

        static func instrumentation(_ name: String, in namespace: String, extra: String = "") -> String {
            """
            apiVersion: opentelemetry.io/v1alpha1
            kind: Instrumentation
            metadata: {name: \(name), namespace: \(namespace)}
            spec:
              exporter: {endpoint: "http://otel-collector-collector:4318"}
              propagators: [tracecontext, baggage]
              \(extra)
            """
        }

        static func pod(
            _ name: String, in namespace: String, annotations: String = "{instrumentation.opentelemetry.io/inject-python: 'true'}"
        ) -> String {
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name), namespace: \(namespace), annotations: \(annotations)}
            spec: {containers: [{name: app, image: "repo/app:1.2.3", env: [{name: HAVE, value: own}]}]}
            """
        }

        @Test("an annotated pod comes back with the Python agent, its environment in the documented order", .timeLimit(.minutes(5)))
        func injects() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("inject")
            try cluster.apply(Self.instrumentation("python", in: namespace))

            let pod = try await eventually("an injected pod") {
                try cluster.apply(Self.pod("app-\(UUID().uuidString.prefix(6).lowercased())", in: namespace))
                return try cluster.list("pods", in: namespace).first { $0[path: "spec", "initContainers"] != nil }
            }
            #expect(
                pod[path: "spec", "initContainers"]?[0]?["name"] == "opentelemetry-auto-instrumentation-python")
            let names = (pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            #expect(
                names == [
                    "OTEL_NODE_IP", "OTEL_POD_IP", "HAVE", "PYTHONPATH", "OTEL_EXPORTER_OTLP_PROTOCOL",
                    "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_SERVICE_NAME",
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME",
                    "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", "OTEL_PROPAGATORS", "OTEL_RESOURCE_ATTRIBUTES",
                ])
        }

        @Test("a pod whose Instrumentation does not exist is admitted, and told so by a warning and an Event", .timeLimit(.minutes(5)))
        func refuses() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("refuse")

            let result = try cluster.apply(Self.pod("app", in: namespace))
            #expect(result.errors.contains("no OpenTelemetry Instrumentation instances available"))
            let pod = try #require(try cluster.get("pod", "app", in: namespace))
            #expect(pod[path: "spec", "initContainers"] == nil)

            let event = try await eventually("an Event about the namespace") {
                try cluster.events(about: namespace, in: "default").first
                    ?? cluster.list("events.events.k8s.io", in: namespace).first
            }
            #expect(event["type"] == "Warning")
            #expect(event["reason"] == "InstrumentationRequestRejected")
            #expect(try running.metrics().contains("reason="))
        }

        @Test("a pod that asks for nothing is left alone, and so is one that says false", .timeLimit(.minutes(5)))
        func leavesAlone() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("alone")
            try cluster.apply(Self.instrumentation("python", in: namespace))
            for (name, annotations) in [
                ("nothing", "{}"), ("false", "{instrumentation.opentelemetry.io/inject-python: 'false'}"),
            ] {
                let result = try cluster.apply(Self.pod(name, in: namespace, annotations: annotations))
                #expect(result.errors.isEmpty)
                let pod = try #require(try cluster.get("pod", name, in: namespace))
                #expect(pod[path: "spec", "initContainers"] == nil)
                #expect(pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue?.count == 1)
            }
        }
    }
}
