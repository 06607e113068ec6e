import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// `otel-operator inject` beside the webhook: both are to do the same.
    @Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["OPERATOR"] != nil))
    struct Offline {
        let cluster = Cluster()

        /// Injects a manifest with what the cluster holds, and gives YAML.
        private func inject(_ manifest: String) throws -> String {
            let command = [ProcessInfo.processInfo.environment["OPERATOR"] ?? "", "inject", "-f", "-", "--cluster"]
            let result = try shell(command, input: manifest)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            return result.output
        }

        /// What the API server would make of a manifest, webhooks included.
        private func created(_ manifest: String) throws -> JSONValue {
            let command = ["kubectl", "create", "--dry-run=server", "-o", "json", "-f", "-"]
            let result = try shell(command, input: manifest)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            return try JSONValue(parsing: result.output)
        }

        @Test(
            "a pod injected offline is the pod that the webhook makes, and the webhook leaves it alone",
            .timeLimit(.minutes(3)))
        func pod() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("offline")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            _ = try await cluster.injectedPod(in: namespace)

            let manifest = Manifest.pod("app", in: namespace)
            let byWebhook = try created(manifest)
            let byCommand = try created(inject(manifest))
            let isSame = byCommand["spec"]?.withoutTokenVolume == byWebhook["spec"]?.withoutTokenVolume
            #expect(isSame)
            #expect(byCommand[path: "metadata", "annotations"] == byWebhook[path: "metadata", "annotations"])
            #expect(byWebhook[path: "spec", "initContainers"]?.arrayValue?.count == 1)
        }

        @Test(
            "a Deployment's pods get the same from its injected template, but for the ReplicaSet's name",
            .timeLimit(.minutes(3)))
        func deployment() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("offline-deployment")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            _ = try await cluster.injectedPod(in: namespace)

            func manifest(_ name: String) -> String {
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: \(name), namespace: \(namespace)}
                spec:
                  selector: {matchLabels: {app: \(name)}}
                  template:
                    metadata:
                      labels: {app: \(name)}
                      annotations: {instrumentation.opentelemetry.io/inject-python: "true"}
                    spec: {containers: [{name: app, image: "repo/app:1.2.3"}]}
                """
            }
            try cluster.apply(manifest("by-webhook"))
            try cluster.apply(inject(manifest("by-command")))
            func environment(_ name: String) async throws -> [String: String] {
                let pod = try await eventually("a pod of \(name)") {
                    try cluster.list("pods", in: namespace, selector: "app=\(name)").first
                }
                #expect(pod[path: "spec", "initContainers"]?.arrayValue?.count == 1)
                var result: [String: String] = [:]
                for entry in pod[path: "spec", "containers"]?[0]?["env"]?.arrayValue ?? [] {
                    result[entry["name"]?.stringValue ?? ""] = entry["value"]?.stringValue ?? "a source"
                }
                return result
            }
            var byWebhook = try await environment("by-webhook")
            let byCommand = try await environment("by-command")
            #expect(byCommand["OTEL_SERVICE_NAME"] == "by-command")
            let attributes = byWebhook["OTEL_RESOURCE_ATTRIBUTES"]?.split(separator: ",").map(String.init) ?? []
            #expect(attributes.contains { $0.hasPrefix("k8s.replicaset.name=by-webhook-") })
            byWebhook["OTEL_RESOURCE_ATTRIBUTES"] =
                attributes.filter { !$0.hasPrefix("k8s.replicaset.name=") }.joined(separator: ",")
            #expect(byCommand == byWebhook.mapValues { $0.replacing("by-webhook", with: "by-command") })
        }
    }
}

extension JSONValue {
    /// A pod's spec without what the ServiceAccount admission adds under a name of its own making.
    fileprivate var withoutTokenVolume: JSONValue {
        func isToken(_ entry: JSONValue) -> Bool { entry["name"]?.stringValue?.hasPrefix("kube-api-access-") ?? false }
        func without(_ list: JSONValue?) -> JSONValue? { list?.arrayValue.map { .array($0.filter { !isToken($0) }) } }
        var result = self
        result["volumes"] = without(self["volumes"])
        for key in ["containers", "initContainers"] {
            guard let containers = self[key]?.arrayValue else { continue }
            result[key] = .array(
                containers.map { container in
                    var container = container
                    container["volumeMounts"] = without(container["volumeMounts"])
                    return container
                })
        }
        return result
    }
}
