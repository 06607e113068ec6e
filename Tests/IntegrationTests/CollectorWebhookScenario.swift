import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// What the API server and kubectl make of the answers about collectors.
    @Suite(.serialized) struct CollectorWebhooks {
        let cluster = Cluster()

        private static let webhook = "vopentelemetrycollectorcreateupdatebeta.kb.io"

        private func denied(_ message: String) -> String {
            "admission webhook \"\(Self.webhook)\" denied the request: \(message)"
        }

        @Test("a wrong collector is refused with the reason, a doubtful one is warned of", .timeLimit(.minutes(3)))
        func verdicts() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("verdicts")

            let refused = try cluster.kubectl(
                "apply", "-f", "-",
                input: Manifest.collector("side", in: namespace, spec: ["priorityClassName: high"], mode: "sidecar"))
            #expect(!refused.succeeded)
            #expect(
                refused.errors.contains(
                    denied(
                        "the OpenTelemetry Collector mode is set to sidecar, which does not support the attribute 'priorityClassName'"
                    )))
            #expect(try cluster.get("otelcol", "side", in: namespace) == nil)

            let unreadable = try cluster.kubectl(
                "apply", "-f", "-",
                input: Manifest.collector("typed", in: namespace).replacingOccurrences(
                    of: "endpoint: 0.0.0.0:4317", with: "endpoint: 4317"))
            #expect(
                unreadable.errors.contains(
                    "admission webhook \"mopentelemetrycollectorbeta.kb.io\" denied the request: "
                        + "spec.config.receivers.otlp.protocols.grpc.endpoint is 4317, expected a string"))

            // Not with apply, which takes null for "remove this".
            let warned = try cluster.kubectl(
                "create", "-f", "-",
                input: Manifest.collector("nulls", in: namespace).replacingOccurrences(
                    of: "exporters: {prometheus: {endpoint: 0.0.0.0:8889}}",
                    with: "exporters: {prometheus: {endpoint: 0.0.0.0:8889}, debug: null}"))
            #expect(warned.succeeded, "\(warned.errors)")
            #expect(
                warned.errors.contains(
                    "Warning: Collector config spec.config has null objects: exporters.debug:. For compatibility with other tooling, such as kustomize and kubectl edit, it is recommended to use empty objects e.g. batch: {}."
                ))

            try cluster.apply(Manifest.collector("mode", in: namespace))
            let changed = try cluster.kubectl(
                "patch", "otelcol", "mode", "-n", namespace, "--type=merge", "-p", #"{"spec":{"mode":"daemonset"}}"#)
            #expect(
                changed.errors.contains(
                    denied("the OpenTelemetry Collector mode is set to deployment, which does not support modification")
                ))

            let scaled = try cluster.kubectl("scale", "otelcol", "mode", "-n", namespace, "--replicas=2")
            #expect(scaled.succeeded)
        }

        @Test(
            "added telemetry settings are told as an Event, not on a dry run; components in metrics",
            .timeLimit(.minutes(3)))
        func defaultsEvent() async throws {
            let running = try OperatorProcess(flags: ["--enable-cr-metrics"])
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("defaults")
            let dry = try cluster.kubectl(
                "apply", "-f", "-", "--dry-run=server", input: Manifest.collector("dry", in: namespace))
            #expect(dry.succeeded, "\(dry.errors)")
            try cluster.apply(Manifest.collector("told", in: namespace))
            let event = try await eventually("the Event") {
                try cluster.events(about: "told", in: namespace).first {
                    $0["reason"] == "Spec.Service.Telemetry.DefaultsApplied"
                }
            }
            #expect(event["action"] == "Spec.Service.Telemetry.DefaultsApplied")
            #expect(event["type"] == "Normal")
            #expect(
                event["note"] == "Applied default Prometheus telemetry configuration (host: 0.0.0.0, port: 8888)")
            #expect(try cluster.events(about: "dry", in: namespace).isEmpty)

            let series =
                "opentelemetry_collector_exporters{collector_name=\"told\",namespace=\"\(namespace)\",type=\"prometheus\"} 1"
            _ = try await eventually("metrics about the collector") {
                try running.metrics().contains(series) ? true : nil
            }
        }

        @Test("what is stored and wrong can be changed and deleted, and not made worse", .timeLimit(.minutes(3)))
        func wrongAndStored() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("stored")
            func label(_ text: String) throws {
                #expect(try cluster.kubectl("label", "namespace", namespace, text).succeeded)
            }
            // Webhooks are not asked about namespaces with this label.
            try label("control-plane=test")
            let manifest = Manifest.collector("wrong", in: namespace, spec: ["ports: [{port: 80}]"])
            _ = try await eventually("the API server to know the label") {
                try cluster.kubectl("apply", "-f", "-", input: manifest).succeeded ? true : nil
            }
            try label("control-plane-")
            let reason =
                "the OpenTelemetry Spec Ports configuration is incorrect, port name '' errors: [must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-) must contain at least one letter (a-z)], num '80' errors: []"
            var change = 2
            let changed = try await eventually("the webhook to be asked again") {
                change += 1
                let result = try cluster.kubectl(
                    "patch", "otelcol", "wrong", "-n", namespace, "--type=merge", "-p",
                    #"{"spec":{"replicas":\#(change)}}"#)
                return result.errors.isEmpty ? nil : result
            }
            #expect(changed.succeeded, "\(changed.errors)")
            #expect(changed.errors.contains("admitted, as it is stored like this, but it would not be today"))
            let worse = try cluster.kubectl(
                "patch", "otelcol", "wrong", "-n", namespace, "--type=merge", "-p", #"{"spec":{"mode":"daemonset"}}"#)
            #expect(worse.errors.contains("does not support modification"))

            let labelled = try cluster.kubectl("label", "otelcol", "wrong", "-n", namespace, "team=a")
            #expect(labelled.succeeded, "\(labelled.errors)")
            #expect(labelled.errors.contains("Warning: as it is stored, it would not be admitted today: \(reason)"))

            let finalizer = #"{"metadata":{"finalizers":["example.com/wait"]}}"#
            _ = try cluster.kubectl("patch", "otelcol", "wrong", "-n", namespace, "--type=merge", "-p", finalizer)
            let deleted = try cluster.kubectl("delete", "otelcol", "wrong", "-n", namespace, "--wait=false")
            #expect(deleted.succeeded, "\(deleted.errors)")
            let released = try cluster.kubectl(
                "patch", "otelcol", "wrong", "-n", namespace, "--type=merge", "-p",
                #"{"metadata":{"finalizers":null}}"#)
            #expect(released.succeeded, "\(released.errors)")
            _ = try await eventually("the collector to be gone") {
                try cluster.get("otelcol", "wrong", in: namespace) == nil ? true : nil
            }
        }

        @Test("nobody has a collector given rights that they do not hold", .timeLimit(.minutes(3)))
        func escalation() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("escalation")
            let user = "alice-\(namespace)"
            try cluster.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: collectors, namespace: \(namespace)}
                rules: [{apiGroups: [opentelemetry.io], resources: [opentelemetrycollectors], verbs: ["*"]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: collectors, namespace: \(namespace)}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: collectors}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: \(user)}]
                """)
            let manifest = Manifest.collector("spy", in: namespace)
                .replacingOccurrences(of: "receivers: {otlp:", with: "receivers: {k8s_events: {}, otlp:")
                .replacingOccurrences(of: "receivers: [otlp]", with: "receivers: [k8s_events]")
            func create(dryRun: String) throws -> ShellResult {
                try cluster.kubectl(
                    "create", "-f", "-", "--as", user, "--dry-run=\(dryRun)", input: manifest)
            }
            for dryRun in ["server", "none"] {
                let refused = try create(dryRun: dryRun)
                #expect(!refused.succeeded)
                #expect(
                    refused.errors.contains(
                        denied(
                            "user \"\(user)\" is not allowed to create a collector whose config would grant permissions they do not hold: missing the following rules for \(user) - events: [get,list,watch]"
                        )), "\(refused.errors)")
            }
            #expect(try cluster.get("clusterrole", "spy-\(namespace)-cluster-role", in: "") == nil)

            try cluster.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: \(user)}
                rules: [{apiGroups: [""], resources: [events], verbs: [get, list, watch]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: \(user)}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(user)}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: \(user)}]
                """)
            _ = try await eventually("the rights to count") { try create(dryRun: "none").succeeded ? true : nil }
            _ = try await eventually("the rights to be given") {
                try cluster.get("clusterrole", "spy-\(namespace)-cluster-role", in: "")
            }
            // Given once, they are no reason to refuse who changes something else.
            _ = try cluster.kubectl("delete", "clusterrolebinding", user)
            let changed = try cluster.kubectl(
                "patch", "otelcol", "spy", "-n", namespace, "--as", user, "--type=merge", "-p",
                #"{"spec":{"podAnnotations":{"a":"b"}}}"#)
            #expect(changed.succeeded, "\(changed.errors)")
            _ = try cluster.kubectl("delete", "clusterrole", user)
            _ = try cluster.kubectl("delete", "otelcol", "spy", "-n", namespace, "--timeout=60s")
        }
    }
}
