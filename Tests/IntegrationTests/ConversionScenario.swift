import Document
import Foundation
import OperatorAPI
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Conversion {
        let cluster = Cluster()
        private static let alpha = "opentelemetrycollectors.v1alpha1.opentelemetry.io"
        private static let beta = "opentelemetrycollectors.v1beta1.opentelemetry.io"
        private static let definition = "opentelemetrycollectors.opentelemetry.io"
        private static let record = "conversion.opentelemetry.io/record"

        private let text = """
            # ours: exporters first
            exporters: {debug: {}}
            receivers:
              otlp:
                protocols: {grpc: , http: }
            processors:
              batch: {send_batch_size: 1000000}   # a million
            service:
              pipelines:
                traces: {receivers: [otlp], processors: [batch], exporters: [debug]}

            """

        private func manifest(_ name: String, in namespace: String, text: String, replicas: Int = 1) throws -> String {
            let resource: JSONValue = [
                "apiVersion": "opentelemetry.io/v1alpha1", "kind": "OpenTelemetryCollector",
                "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "spec": ["mode": "deployment", "replicas": .int(replicas), "config": .string(text)],
            ]
            return resource.serializedString()
        }

        @Test(
            "a v1alpha1 collector runs, and comes back as it was written",
            .timeLimit(.minutes(4)))
        func life() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("alpha")
            let manifest = try manifest("old", in: namespace, text: text)
            let applied = try await eventually("the conversion's caBundle") {
                try? cluster.apply(manifest)
            }
            #expect(applied.errors.contains("v1alpha1 OpenTelemetryCollector is deprecated"))
            _ = try await cluster.condition("Ready", of: "old", in: namespace) { $0["status"] == "True" }
            #expect(try cluster.get("deployment", "old-collector", in: namespace) != nil)

            // As v1beta1: an object, with the defaults of the webhook.
            let stored = try #require(try cluster.get(Self.beta, "old", in: namespace))
            #expect(stored["apiVersion"] == "opentelemetry.io/v1beta1")
            #expect(stored[path: "spec", "config", "processors"] == ["batch": ["send_batch_size": 1_000_000]])
            #expect(
                stored[path: "spec", "config", "receivers", "otlp", "protocols", "grpc", "endpoint"] == "0.0.0.0:4317")
            #expect(stored[path: "spec", "config", "service", "telemetry"] != nil)

            // As v1alpha1: the text, byte for byte, and for kubectl nothing to do, whichever way it applies.
            func shown() throws -> JSONValue { try #require(try cluster.get(Self.alpha, "old", in: namespace)) }
            #expect(try shown()[path: "spec", "config"] == .string(text))
            #expect(try cluster.apply(manifest).output.contains("unchanged"))
            let listed = try cluster.list(Self.alpha, in: namespace)
            #expect(listed.map { $0[path: "spec", "config"] } == [.string(text)])
            for _ in 0..<2 {
                let result = try cluster.kubectl(
                    "apply", "--server-side", "--force-conflicts", "-f", "-", input: manifest)
                #expect(result.succeeded, "\(result.errors)")
            }
            #expect(try shown()[path: "spec", "config"] == .string(text))
            #expect(try cluster.get(Self.beta, "old", in: namespace)?["spec"] == stored["spec"])

            // What only v1beta1 has outlives a change by an old client.
            let merge = #"{"spec":{"podManagementPolicy":"OrderedReady","hostAliases":[{"ip":"127.0.0.1"}]}}"#
            #expect(
                try cluster.kubectl("patch", Self.beta, "old", "-n", namespace, "--type=merge", "-p", merge).succeeded)
            try cluster.apply(self.manifest("old", in: namespace, text: text, replicas: 2))
            let changed = try #require(try cluster.get(Self.beta, "old", in: namespace))
            #expect(changed[path: "spec", "replicas"] == 2)
            #expect(changed[path: "spec", "podManagementPolicy"] == "OrderedReady")
            #expect(changed[path: "spec", "hostAliases"] == [["ip": "127.0.0.1"]])
            #expect(try shown()[path: "spec", "config"] == .string(text))

            // A client that reads, changes and replaces.
            var edited = try shown()
            var spec = edited["spec"]
            let newText = text + "# and more\n"
            spec?["config"] = .string(
                newText.replacingOccurrences(of: "debug: {}", with: "debug: {verbosity: detailed}"))
            edited["spec"] = spec
            let replaced = try cluster.kubectl("replace", "-f", "-", input: edited.serializedString())
            #expect(replaced.succeeded, "\(replaced.errors)")
            let after = try #require(try cluster.get(Self.beta, "old", in: namespace))
            #expect(after[path: "spec", "config", "exporters"] == ["debug": ["verbosity": "detailed"]])
            #expect(after[path: "spec", "hostAliases"] == [["ip": "127.0.0.1"]])
            #expect(try shown()[path: "spec", "config"] == spec?["config"])

            // The record stays with the resource.
            _ = try await cluster.condition("Ready", of: "old", in: namespace) {
                $0["status"] == "True" && $0["observedGeneration"] == after[path: "metadata", "generation"]
            }
            for type in ["deployment", "service", "serviceaccount"] {
                let object = try #require(try cluster.get(type, "old-collector", in: namespace))
                #expect(!object.serializedString().contains(Self.record))
            }
        }

        /// The API server keeps the stored status when the resource is written, but then converts, by the annotation.
        @Test("a v1alpha1 write cannot make up a version, an image or a lasting condition", .timeLimit(.minutes(3)))
        func madeUpStatus() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("forged")
            _ = try await eventually("the conversion's caBundle") {
                try? cluster.apply(manifest("col", in: namespace, text: text))
            }
            let ready = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            let before = try #require(try cluster.get(Self.beta, "col", in: namespace)?["status"])

            let lie: JSONValue = ["type": "Ready", "status": "False", "reason": "Lie", "message": "made up"]
            var changes: [JSONValue] = [["path": "/status/conditions", "value": [lie]]]
            for (member, value) in [("version", "9.9.9"), ("image", "evil")] as [(String, JSONValue)] {
                changes.append([
                    "path": .string("/status/\(member)"), "value": value,
                    "was": before[member].map { .string(ConversionRecord.digest(of: $0)) } ?? .null,
                ])
            }
            let record: JSONValue = ["version": "v1beta1", "changes": .array(changes)]
            let patch: JSONValue = ["metadata": ["annotations": [Self.record: .string(record.serializedString())]]]
            let result = try cluster.kubectl(
                "patch", Self.alpha, "col", "-n", namespace, "--type=merge", "-p", patch.serializedString())
            #expect(result.succeeded, "\(result.errors)")
            let after = try #require(try cluster.get(Self.beta, "col", in: namespace)?["status"])
            #expect(after["version"] == before["version"])
            #expect(after["image"] == before["image"])
            let told = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            #expect(told["message"] == ready["message"])
        }

        @Test("a v1alpha1 text that is no YAML is told, changes nothing, and is kept", .timeLimit(.minutes(3)))
        func unreadable() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("unreadable")
            _ = try await eventually("the conversion's caBundle") {
                try? cluster.apply(manifest("col", in: namespace, text: text))
            }
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            let before = try #require(try cluster.get("deployment", "col-collector", in: namespace))

            let broken = text + "receivers: {again: }\n"
            try cluster.apply(manifest("col", in: namespace, text: broken))
            let condition = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "False" }
            let message = condition["message"]?.stringValue ?? ""
            #expect(message.contains("spec.config of v1alpha1 cannot be read"), "\(message)")
            #expect(message.contains("\"receivers\" occurs twice"), "\(message)")
            _ = try await eventually("an Event") {
                try cluster.events(about: "col", in: namespace).first {
                    $0["note"]?.stringValue?.contains("cannot be read") == true
                }
            }
            let after = try #require(try cluster.get("deployment", "col-collector", in: namespace))
            #expect(after[path: "metadata", "generation"] == before[path: "metadata", "generation"])
            #expect(try cluster.get(Self.alpha, "col", in: namespace)?[path: "spec", "config"] == .string(broken))

            try cluster.apply(manifest("col", in: namespace, text: text))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
        }

        @Test(
            "conversion that fails stops only those who ask for v1alpha1; a lost caBundle comes back",
            .timeLimit(.minutes(4)))
        func failing() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("failing")
            _ = try await eventually("the conversion's caBundle") {
                try? cluster.apply(manifest("old", in: namespace, text: text))
            }
            _ = try await cluster.condition("Ready", of: "old", in: namespace) { $0["status"] == "True" }

            // Nobody answers there.
            let path = ["spec", "conversion", "webhook", "clientConfig"]
            let definition = try cluster.kubectl("get", "crd", Self.definition, "-o", "json").output
            let json = try JSONValue(parsing: definition)
            let url = try #require(json[path: path[0], path[1], path[2], path[3], "url"]?.stringValue)
            func point(to url: String) throws {
                let patch: JSONValue = [
                    "spec": ["conversion": ["webhook": ["clientConfig": ["url": .string(url)]]]]
                ]
                let result = try cluster.kubectl(
                    "patch", "crd", Self.definition, "--type=merge", "-p", patch.serializedString())
                guard result.succeeded else { throw ShellFailure(command: ["patch", "crd"], result: result) }
            }
            try point(to: "https://127.0.0.1:1/convert")
            defer { try? point(to: url) }
            _ = try await eventually("v1alpha1 to fail") {
                try cluster.kubectl("get", Self.alpha, "old", "-n", namespace).succeeded ? nil : true
            }
            try cluster.apply(Manifest.collector("new", in: namespace))
            _ = try await cluster.condition("Ready", of: "new", in: namespace) { $0["status"] == "True" }
            let scale = #"{"spec":{"replicas":3}}"#
            #expect(
                try cluster.kubectl("patch", Self.beta, "old", "-n", namespace, "--type=merge", "-p", scale).succeeded)
            _ = try await eventually("the change to arrive") {
                let object = try cluster.get("deployment", "old-collector", in: namespace)
                return object?[path: "spec", "replicas"] == 3 ? true : nil
            }
            try point(to: url)

            // A tool that applies the definition anew without caBundle.
            let removal = #"[{"op":"remove","path":"/spec/conversion/webhook/clientConfig/caBundle"}]"#
            #expect(
                try cluster.kubectl("patch", "crd", Self.definition, "--type=json", "-p", removal).succeeded)
            _ = try await eventually("v1alpha1 to be served again") {
                try cluster.get(Self.alpha, "old", in: namespace)?[path: "spec", "config"] == .string(text) ? true : nil
            }
            #expect(running.isRunning)
        }
    }
}
