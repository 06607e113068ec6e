import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// Automatic RBAC, as the ServiceAccount of the manifests: it cannot grant what it does not hold.
    @Suite(.serialized) struct Access {
        let cluster = Cluster()

        @Test("rights are made, changed, pruned, and go with the collector", .timeLimit(.minutes(4)))
        func life() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("access")
            let (role, binding) = ("col-\(namespace)-cluster-role", "col-\(namespace)-collector")

            try cluster.apply(Manifest.reading("k8s_events: {}", "col", in: namespace))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            let made = try #require(try cluster.get("clusterrole", role, in: ""))
            #expect(made["rules"]?.arrayValue?.count == 1)
            #expect(made["rules"]?[0]?["resources"] == ["events"])
            let bound = try #require(try cluster.get("clusterrolebinding", binding, in: ""))
            #expect(bound[path: "roleRef", "name"] == .string(role))
            #expect(
                bound["subjects"] == [
                    ["kind": "ServiceAccount", "name": "col-collector", "namespace": .string(namespace)]
                ])
            #expect(try cluster.finalizers(of: "col", in: namespace) == [Self.finalizer])
            #expect(try may("list", "events", "col", in: namespace))
            #expect(try !may("get", "nodes/stats", "col", in: namespace))
            try await cluster.settles(for: .seconds(5))

            // What somebody takes away comes back.
            _ = try cluster.kubectl("delete", "clusterrolebinding", binding)
            _ = try await eventually("the binding to come back") {
                try cluster.get("clusterrolebinding", binding, in: "")
            }

            try cluster.apply(Manifest.reading("kubeletstats: {}", "col", in: namespace))
            _ = try await eventually("the other rights") {
                try may("get", "nodes/stats", "col", in: namespace) && !may("list", "events", "col", in: namespace)
                    ? true : nil
            }

            try cluster.apply(Manifest.collector("col", in: namespace))
            _ = try await eventually("the rights to go") {
                try cluster.get("clusterrole", role, in: "") == nil
                    && cluster.get("clusterrolebinding", binding, in: "") == nil
                    && cluster.finalizers(of: "col", in: namespace) == [] ? true : nil
            }

            try cluster.apply(Manifest.reading("k8s_events: {}", "col", in: namespace))
            _ = try await eventually("the rights to come back") {
                try cluster.get("clusterrolebinding", binding, in: "")
            }
            _ = try cluster.kubectl("delete", "otelcol", "col", "-n", namespace, "--timeout=60s")
            #expect(try cluster.get("otelcol", "col", in: namespace) == nil)
            #expect(try cluster.get("clusterrole", role, in: "") == nil)
            #expect(try cluster.get("clusterrolebinding", binding, in: "") == nil)
        }

        @Test(
            "what the operator does not hold is refused and told; another collector's objects are left alone",
            .timeLimit(.minutes(4)))
        func refused() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("refused")

            let exotic = "k8s_objects: {objects: [{name: widgets, group: exotic.example.com, mode: watch}]}"
            try cluster.apply(Manifest.reading(exotic, "exotic", in: namespace))
            let condition = try await cluster.condition("Ready", of: "exotic", in: namespace) {
                $0["status"] == "False"
            }
            let message = condition["message"]?.stringValue ?? ""
            #expect(message.contains("ClusterRole"))
            #expect(message.contains("exotic.example.com"), "\(message)")
            _ = try await eventually("an Event") {
                try cluster.events(about: "exotic", in: namespace).first { $0["type"] == "Warning" }
            }
            #expect(try cluster.get("clusterrole", "exotic-\(namespace)-cluster-role", in: "") == nil)
            #expect(try cluster.get("deployment", "exotic-collector", in: namespace) != nil)
            #expect(try cluster.get("service", "exotic-collector-monitoring", in: namespace) != nil)

            // As another collector could have it, were the names cut or put together so.
            try cluster.apply(Manifest.collector("holder", in: namespace, spec: ["managementState: unmanaged"]))
            let taken = "taken-\(namespace)-cluster-role"
            try cluster.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata:
                  name: \(taken)
                  labels: {app.kubernetes.io/managed-by: opentelemetry-operator}
                  annotations: {operator.opentelemetry.io/collector: \(namespace)/holder}
                rules: []
                """)
            try cluster.apply(Manifest.reading("k8s_events: {}", "taken", in: namespace))
            let foreign = try await cluster.condition("Ready", of: "taken", in: namespace) { $0["status"] == "False" }
            #expect(
                foreign["message"]?.stringValue?.contains("belongs to OpenTelemetryCollector \(namespace)/holder")
                    == true)
            #expect(try cluster.get("clusterrole", taken, in: "")?["rules"]?.arrayValue ?? [] == [])
            #expect(try cluster.get("clusterrolebinding", "taken-\(namespace)-collector", in: "") == nil)
            #expect(try cluster.get("deployment", "taken-collector", in: namespace) != nil)

            _ = try cluster.kubectl("delete", "otelcol", "taken", "exotic", "-n", namespace, "--timeout=60s")
            #expect(try cluster.get("clusterrole", taken, in: "") != nil)
            // What nobody is left to ask for goes.
            _ = try cluster.kubectl("delete", "otelcol", "holder", "-n", namespace, "--timeout=60s")
            _ = try await eventually("the holder's rights to go") {
                try cluster.get("clusterrole", taken, in: "") == nil ? true : nil
            }
        }

        @Test("an operator that has lost the right lets collectors go, and tells what is left", .timeLimit(.minutes(4)))
        func rightLost() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("lost")
            try cluster.apply(Manifest.reading("k8s_events: {}", "col", in: namespace))
            let role = "col-\(namespace)-cluster-role"
            _ = try await eventually("the rights") { try cluster.get("clusterrole", role, in: "") }
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }

            let binding = try #require(
                try cluster.get("clusterrolebinding", "opentelemetry-operator-automatic-rbac", in: ""))
            _ = try cluster.kubectl("delete", "clusterrolebinding", "opentelemetry-operator-automatic-rbac")
            defer { _ = try? cluster.apply(Self.fresh(binding).serializedString()) }
            _ = try await cluster.condition("Complete", of: "col", in: namespace) { $0["reason"] == "AccessRequired" }
            #expect(try cluster.get("clusterrole", role, in: "") != nil)

            _ = try cluster.kubectl("delete", "otelcol", "col", "-n", namespace, "--timeout=60s")
            #expect(try cluster.get("otelcol", "col", in: namespace) == nil)
            let event = try await eventually("an Event") {
                try cluster.events(about: "col", in: namespace).first { $0["reason"] == "ObjectsLeft" }
            }
            #expect(event["note"]?.stringValue?.contains(role) == true)
            _ = try cluster.kubectl("delete", "clusterrole", role)
            _ = try cluster.kubectl("delete", "clusterrolebinding", "col-\(namespace)-collector")

            // And a restarted one starts without them, and finds out when it may again.
            running.stop()
            let next = try OperatorProcess()
            defer { next.stop() }
            try await next.untilServing()
            try cluster.apply(Manifest.reading("k8s_events: {}", "late", in: namespace))
            _ = try await cluster.condition("Complete", of: "late", in: namespace) { $0["reason"] == "AccessRequired" }
            try cluster.apply(Self.fresh(binding).serializedString())
            _ = try await eventually("the rights", within: .seconds(100)) {
                try cluster.get("clusterrolebinding", "late-\(namespace)-collector", in: "")
            }
        }

        @Test("where webhooks are kept away nobody gets rights, until they look again", .timeLimit(.minutes(4)))
        func unseen() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("unseen")
            _ = try cluster.kubectl("label", "namespace", namespace, "control-plane=mine")
            let role = "col-\(namespace)-cluster-role"
            try cluster.apply(Manifest.reading("k8s_events: {}", "col", in: namespace))
            let told = try await cluster.condition("Complete", of: "col", in: namespace) {
                $0["reason"] == "AccessRequired"
            }
            #expect(told["message"]?.stringValue?.contains("no webhook is asked about this namespace") == true)
            #expect(try cluster.get("deployment", "col-collector", in: namespace) != nil)
            #expect(try cluster.get("clusterrole", role, in: "") == nil)
            #expect(try cluster.finalizers(of: "col", in: namespace) == [])

            // What is granted while they look stays when they no longer do, and does not grow.
            _ = try cluster.kubectl("label", "namespace", namespace, "control-plane-")
            _ = try await eventually("the rights") { try may("list", "events", "col", in: namespace) ? true : nil }
            _ = try cluster.kubectl("label", "namespace", namespace, "kubernetes.azure.com/managedby=aks")
            _ = try await cluster.condition("Complete", of: "col", in: namespace) { $0["reason"] == "AccessRequired" }
            try cluster.apply(Manifest.reading("kubeletstats: {}", "col", in: namespace))
            _ = try await cluster.condition("Complete", of: "col", in: namespace) {
                $0["message"]?.stringValue?.contains("kubeletstats") == true
            }
            #expect(try may("list", "events", "col", in: namespace))
            #expect(try !may("get", "nodes/stats", "col", in: namespace))

            _ = try cluster.kubectl("delete", "otelcol", "col", "-n", namespace, "--timeout=60s")
            #expect(try cluster.get("clusterrole", role, in: "") == nil)
        }

        static let finalizer = "opentelemetrycollector.opentelemetry.io/finalizer"

        /// Whether a collector's ServiceAccount may do that, as the API server sees it.
        private func may(_ verb: String, _ resource: String, _ collector: String, in namespace: String) throws -> Bool {
            let parts = resource.split(separator: "/").map(String.init)
            let account = "system:serviceaccount:\(namespace):\(collector)-collector"
            var command = ["kubectl", "auth", "can-i", verb, parts[0], "--all-namespaces", "--as", account]
            if parts.count > 1 { command += ["--subresource", parts[1]] }
            return try shell(command).output.contains("yes")
        }

        /// Without what belongs to the object that was there.
        private static func fresh(_ object: JSONValue) -> JSONValue {
            var object = object
            for key in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
                object["metadata"]?[key] = nil
            }
            return object
        }
    }
}

extension Manifest {
    /// A collector with one receiver, which reads the Kubernetes API.
    fileprivate static func reading(_ receiver: String, _ name: String, in namespace: String) -> String {
        """
        apiVersion: opentelemetry.io/v1beta1
        kind: OpenTelemetryCollector
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          config:
            receivers: {\(receiver)}
            exporters: {debug: {}}
            service: {pipelines: {logs: {receivers: [\(receiver.prefix { $0 != ":" })], exporters: [debug]}}}
        """
    }
}

extension Cluster {
    fileprivate func finalizers(of collector: String, in namespace: String) throws -> [String] {
        let object = try get("otelcol", collector, in: namespace)
        return (object?[path: "metadata", "finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
