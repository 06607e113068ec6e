import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// Collectors that an older operator has left behind.
    @Suite(.serialized) struct Upgrades {
        let cluster = Cluster()

        private func collector(_ name: String, in namespace: String, receivers: String = "", telemetry: String)
            -> String
        {
            """
            apiVersion: opentelemetry.io/v1beta1
            kind: OpenTelemetryCollector
            metadata: {name: \(name), namespace: \(namespace)}
            spec:
              mode: deployment
              config:
                receivers: {otlp: {protocols: {grpc: {endpoint: 0.0.0.0:4317}}}\(receivers)}
                exporters: {debug: {}}
                service:
                  telemetry: \(telemetry)
                  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
            """
        }

        /// Says that the resource is at that version, as the operator of that version did.
        private func setVersion(_ version: String, of name: String, in namespace: String) async throws {
            let path = "/apis/opentelemetry.io/v1beta1/namespaces/\(namespace)/opentelemetrycollectors/\(name)/status"
            // Again when the operator has written the status in between.
            try await eventually("version \(version) in the status", within: .seconds(30)) {
                var object = try #require(try cluster.get("otelcol", name, in: namespace))
                object["status"]?["version"] = .string(version)
                let result = try cluster.kubectl("replace", "--raw", path, "-f", "-", input: object.serializedString())
                guard result.succeeded else { throw ShellFailure(command: ["kubectl", "replace"], result: result) }
                return ()
            }
        }

        private func untilVersion(_ version: String, of name: String, in namespace: String) async throws -> JSONValue {
            try await eventually("version \(version) of \(name)", within: .seconds(30)) {
                let object = try cluster.get("otelcol", name, in: namespace)
                return object?[path: "status", "version"] == .string(version) ? object : nil
            }
        }

        @Test(
            "an operator that starts upgrades what an older one left, loses nothing, and tells",
            .timeLimit(.minutes(4)))
        func upgrade() async throws {
            let first = try OperatorProcess()
            try await first.untilServing()
            let namespace = try cluster.makeNamespace("upgrading")
            let telemetry =
                "{logs: {level: debug}, resource: {team: a}, metrics: {level: detailed, address: '0.0.0.0:8889'}}"
            try cluster.apply(collector("col", in: namespace, telemetry: telemetry))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            first.stop()
            try await setVersion("0.110.0", of: "col", in: namespace)

            let second = try OperatorProcess()
            defer { second.stop() }
            try await second.untilServing()
            let upgraded = try await untilVersion("0.158.0", of: "col", in: namespace)
            #expect(
                upgraded[path: "spec", "config", "service", "telemetry"] == [
                    "logs": ["level": "debug"], "resource": ["team": "a"],
                    "metrics": [
                        "level": "detailed",
                        "readers": [["pull": ["exporter": ["prometheus": ["host": "0.0.0.0", "port": 8889]]]]],
                    ],
                ])
            let condition = try await cluster.condition("Upgraded", of: "col", in: namespace) { $0["status"] == "True" }
            #expect(condition["message"]?.stringValue?.hasPrefix("from 0.110.0 to 0.158.0: 0.122.0: ") == true)
            let event = try await eventually("the Event") {
                try cluster.events(about: "col", in: namespace).first { $0["reason"] == "Upgrade" }
            }
            #expect(event["type"] == "Normal")
            _ = try await eventually("the ConfigMap of the upgraded configuration") {
                let deployment = try cluster.get("deployment", "col-collector", in: namespace)
                let hash = deployment?[path: "spec", "template", "metadata", "annotations"]?[
                    "opentelemetry-operator-config/sha256"]?.stringValue
                let map = try cluster.get("configmap", "col-collector-\(hash?.prefix(8) ?? "")", in: namespace)
                return map?[path: "data", "collector.yaml"]?.stringValue?.contains("readers:")
            }
            try await cluster.settles(for: .seconds(5))
        }

        @Test("an upgrade that is blocked says what to do, and goes on when that is done", .timeLimit(.minutes(4)))
        func blocked() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("blocked")
            let sampling = ", jaeger: {protocols: {grpc: {}}, remote_sampling: {strategy_file: /a}}"
            let telemetry = "{metrics: {address: '0.0.0.0:8889'}}"
            try cluster.apply(collector("col", in: namespace, receivers: sampling, telemetry: telemetry))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            try await setVersion("0.60.0", of: "col", in: namespace)
            let condition = try await cluster.condition("Upgraded", of: "col", in: namespace) {
                $0["status"] == "False"
            }
            #expect(condition["reason"] == "UpgradeBlocked")
            #expect(condition["message"]?.stringValue?.contains("jaegerremotesampling") == true)
            let event = try await eventually("the Event") {
                try cluster.events(about: "col", in: namespace).first {
                    $0["reason"] == "Upgrade" && $0["type"] == "Warning"
                }
            }
            #expect(event["note"] == condition["message"])

            // Reconciled all the same.
            _ = try cluster.kubectl("delete", "service", "col-collector", "-n", namespace)
            _ = try await eventually("the Service to come back") {
                try cluster.get("service", "col-collector", in: namespace)
            }
            try await cluster.settles(for: .seconds(5))

            let mended = try cluster.kubectl(
                "patch", "otelcol", "col", "-n", namespace, "--type=json", "-p",
                #"[{"op": "remove", "path": "/spec/config/receivers/jaeger"}]"#)
            #expect(mended.succeeded, "\(mended.errors)")
            let object = try await untilVersion("0.158.0", of: "col", in: namespace)
            #expect(object[path: "spec", "config", "service", "telemetry", "metrics", "readers"] != nil)
            _ = try await cluster.condition("Upgraded", of: "col", in: namespace) { $0["status"] == "True" }
        }

        @Test("a collector of a newer operator is reconciled, and keeps its version", .timeLimit(.minutes(4)))
        func newer() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("newer")
            try cluster.apply(collector("col", in: namespace, telemetry: "{}"))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            try await setVersion("0.200.0", of: "col", in: namespace)
            let condition = try await cluster.condition("Complete", of: "col", in: namespace) {
                $0["message"]?.stringValue?.contains("0.200.0") == true
            }
            #expect(condition["message"]?.stringValue?.contains("newer than this operator's 0.158.0") == true)
            let patched = try cluster.kubectl(
                "patch", "otelcol", "col", "-n", namespace, "--type=merge", "-p", #"{"spec": {"replicas": 2}}"#)
            #expect(patched.succeeded, "\(patched.errors)")
            _ = try await eventually("the Deployment to follow") {
                let object = try cluster.get("deployment", "col-collector", in: namespace)
                return object?[path: "spec", "replicas"] == 2 ? true : nil
            }
            #expect(try cluster.get("otelcol", "col", in: namespace)?[path: "status", "version"] == "0.200.0")
        }
    }
}
