import Document
import Foundation
import KubeModel
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Injection {
        let cluster = Cluster()

        @Test(
            "an annotated pod comes back with the Python agent, its environment in the documented order",
            .timeLimit(.minutes(3)))
        func injects() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("inject")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))

            let pod = try await cluster.injectedPod(in: namespace)
            #expect(
                pod[path: "spec", "initContainers"]?[0]?["name"] == "opentelemetry-auto-instrumentation-python")
            let environment = pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue ?? []
            #expect(
                environment.compactMap { $0["name"]?.stringValue } == [
                    "OTEL_NODE_IP", "OTEL_POD_IP", "HAVE", "PYTHONPATH", "OTEL_EXPORTER_OTLP_PROTOCOL",
                    "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_SERVICE_NAME",
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME",
                    "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", "OTEL_PROPAGATORS", "OTEL_RESOURCE_ATTRIBUTES",
                ])
        }

        @Test(
            "a pod whose Instrumentation does not exist is admitted, and told so by a warning, an Event and a count",
            .timeLimit(.minutes(3)))
        func refuses() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("refuse")

            let result = try cluster.apply(Manifest.pod("app", in: namespace))
            #expect(result.errors.contains("no OpenTelemetry Instrumentation instances available"))
            let pod = try #require(try cluster.get("pod", "app", in: namespace))
            #expect(pod[path: "spec", "initContainers"] == nil)

            let event = try await eventually("an Event beside the pod") {
                try cluster.list("events.events.k8s.io", in: namespace).first {
                    $0["reason"] == "InstrumentationRequestRejected"
                }
            }
            #expect(event["type"] == "Warning")
            #expect(event[path: "regarding", "kind"] == "Namespace")
            #expect(
                try running.metrics().contains(
                    "otel_operator_injection_refusals_total{language=\"python\",reason=\"NoInstrumentation\"} 1"))
        }

        @Test("a Job made by hand from a CronJob is named after it", .timeLimit(.minutes(3)))
        func cronJobByHand() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("by-hand")
            try cluster.apply(Manifest.instrumentation("sdk", in: namespace))
            _ = try await cluster.injectedPod(in: namespace)

            let versions = try cluster.kubectl("api-resources", "--api-group=batch").output
            let isOld = !versions.split(separator: "\n").contains {
                $0.hasPrefix("cronjobs") && $0.contains("batch/v1 ")
            }
            try cluster.apply(
                """
                apiVersion: batch/\(isOld ? "v1beta1" : "v1")
                kind: CronJob
                metadata: {name: report, namespace: \(namespace)}
                spec:
                  schedule: "0 0 1 1 *"
                  suspend: true
                  jobTemplate:
                    spec:
                      template:
                        metadata: {annotations: {instrumentation.opentelemetry.io/inject-sdk: "true"}}
                        spec: {restartPolicy: Never, containers: [{name: app, image: "repo/app:1.2.3"}]}
                """)
            try cluster.apply(jobByHand("now", from: #require(try cluster.get("cronjob", "report", in: namespace))))
            let pod = try await eventually("the Job's pod") {
                try cluster.list("pods", in: namespace).first { $0[path: "metadata", "labels", "job-name"] == "now" }
            }
            let environment = pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue ?? []
            #expect(environment.first { $0["name"] == "OTEL_SERVICE_NAME" }?["value"] == "report")
            #expect(
                environment.last?["value"]?.stringValue?.contains("k8s.cronjob.name=report,") == true)
        }

        /// What `kubectl create job --from` makes; older ones cannot for a CronJob of `batch/v1beta1`.
        private func jobByHand(_ name: String, from cronJob: JSONValue) -> String {
            let owner = KubeObject(cronJob)
            let job: JSONValue = [
                "apiVersion": "batch/v1", "kind": "Job",
                "metadata": [
                    "name": .string(name), "namespace": .string(owner.namespace),
                    "annotations": ["cronjob.kubernetes.io/instantiate": "manual"],
                    "ownerReferences": [
                        OwnerReference(
                            apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid,
                            isController: true
                        ).json
                    ],
                ],
                "spec": cronJob[path: "spec", "jobTemplate", "spec"] ?? .null,
            ]
            return job.serializedString()
        }

        @Test("a pod that asks for nothing is left alone, and so is one that says false", .timeLimit(.minutes(3)))
        func leavesAlone() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("alone")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            for (name, annotations) in [
                ("nothing", "{}"), ("says-false", "{instrumentation.opentelemetry.io/inject-python: 'false'}"),
            ] {
                let result = try cluster.apply(Manifest.pod(name, in: namespace, annotations: annotations))
                #expect(result.errors.isEmpty)
                let pod = try #require(try cluster.get("pod", name, in: namespace))
                #expect(pod[path: "spec", "initContainers"] == nil)
                #expect(pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue?.count == 1)
            }
        }
    }
}
