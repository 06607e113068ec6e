import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Sidecar {
        let cluster = Cluster()
        static let annotation = "{sidecar.opentelemetry.io/inject: 'true'}"

        @Test(
            "a pod that asks for a sidecar gets the collector of its namespace, with the UIDs of its owners",
            .timeLimit(.minutes(3)))
        func adds() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("sidecar")
            try cluster.apply(Manifest.collector("edge", in: namespace, mode: "sidecar"))
            let ready = try await cluster.condition("Ready", of: "edge", in: namespace) { $0["status"] == "True" }
            #expect(ready["reason"] == "Reconciled")
            try cluster.apply(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: \(namespace)}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}, annotations: \(Self.annotation)}
                    spec: {containers: [{name: app, image: "repo/app:1.2.3"}]}
                """)

            let pod = try await eventually("the pod of the Deployment") {
                try cluster.list("pods", in: namespace).first
            }
            #expect(
                pod[path: "metadata", "labels"]?["sidecar.opentelemetry.io/injected"]?.stringValue
                    == "\(namespace).edge"
            )
            // As a container or as a native sidecar: the API server's version says which.
            let containers = ["containers", "initContainers"].flatMap { pod["spec"]?[$0]?.arrayValue ?? [] }
            let sidecar = try #require(containers.first { $0["name"] == "otc-container" })
            let attributes = (sidecar["env"]?.arrayValue ?? []).last?["value"]?.stringValue ?? ""
            for key in ["k8s.deployment.name=web", "k8s.deployment.uid=", "k8s.replicaset.uid="] {
                #expect(attributes.contains(key), "\(attributes)")
            }
            // Nothing that only a workload needs.
            #expect(try cluster.list("services", in: namespace).isEmpty)
            #expect(try cluster.list("deployments", in: namespace).count == 1)
        }

        @Test(
            "a pod whose collector does not exist is admitted, and told so by a warning and a count",
            .timeLimit(.minutes(3)))
        func refuses() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("no-sidecar")
            let result = try cluster.apply(Manifest.pod("app", in: namespace, annotations: Self.annotation))
            #expect(result.errors.contains("no OpenTelemetry Collector instances available"))
            let pod = try #require(try cluster.get("pod", "app", in: namespace))
            #expect(pod[path: "spec", "containers"]?.arrayValue?.count == 1)
            #expect(
                try running.metrics().contains(
                    "otel_operator_injection_refusals_total{language=\"\",reason=\"SidecarNoCollector\"} 1"))
        }
    }
}
