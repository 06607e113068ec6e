import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// Namespaces that enforce the Pod Security level `restricted`, as the operator's own does. This API server is too old
    /// to refuse pods for it; what is seen here is that the operator goes by the label.
    @Suite(.serialized) struct PodSecurity {
        let cluster = Cluster()
        private static let label = "pod-security.kubernetes.io/enforce"

        private func restrictions(in namespace: String, _ type: String = "deployment") throws -> JSONValue? {
            try cluster.get(type, "col-collector", in: namespace)?[path: "spec", "template", "spec", "containers"]?[0]?[
                "securityContext"]
        }

        @Test(
            "a collector is rendered as its namespace admits it, also when the label comes or goes",
            .timeLimit(.minutes(3)))
        func label() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("restricted")
            _ = try cluster.kubectl("label", "namespace", namespace, "\(Self.label)=restricted")
            let manifest = Manifest.collector("col", in: namespace)
            try cluster.apply(manifest)
            _ = try await eventually("a Deployment with the restrictions") {
                try restrictions(in: namespace)?["runAsNonRoot"] == true ? true : nil
            }
            #expect(try restrictions(in: namespace)?["allowPrivilegeEscalation"] == false)
            if let binary = ProcessInfo.processInfo.environment["OPERATOR"] {
                _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
                let same = try shell([binary, "render", "-f", "-", "--diff"], input: manifest)
                #expect(same.status == 0, "\(same.output)\(same.errors)")
            }

            _ = try cluster.kubectl("label", "namespace", namespace, "\(Self.label)=baseline", "--overwrite")
            _ = try await eventually("a Deployment as it was written") {
                try restrictions(in: namespace)?["runAsNonRoot"] == nil ? true : nil
            }
            _ = try cluster.kubectl("label", "namespace", namespace, "\(Self.label)=restricted", "--overwrite")
            _ = try await eventually("the restrictions again") {
                try restrictions(in: namespace)?["runAsNonRoot"] == true ? true : nil
            }
            try await cluster.settles(for: .seconds(3))
        }

        @Test("a collector that cannot live with the level is told so", .timeLimit(.minutes(2)))
        func told() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("restricted")
            _ = try cluster.kubectl("label", "namespace", namespace, "\(Self.label)=restricted")
            try cluster.apply(
                Manifest.collector(
                    "col", in: namespace, spec: ["volumes: [{name: varlog, hostPath: {path: /var/log}}]"]))
            let condition = try await cluster.condition("Complete", of: "col", in: namespace) {
                $0["reason"] == "PodSecurity"
            }
            #expect(condition["message"]?.stringValue?.contains("volume varlog is of type hostPath") == true)
            let event = try await eventually("an Event") {
                try cluster.events(about: "col", in: namespace).first { $0["reason"] == "PodSecurity" }
            }
            #expect(event["type"] == "Warning")
            #expect(try restrictions(in: namespace) == [:] || restrictions(in: namespace) == nil)
        }
    }
}
