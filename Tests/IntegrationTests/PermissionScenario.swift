import Foundation
import TestSupport
import Testing

extension Scenario {
    /// What the operator may do, as the API server sees it, and as docs/permissions.md tells it.
    @Suite(.serialized) struct Permissions {
        let cluster = Cluster()
        private static let binding = "opentelemetry-operator-automatic-rbac"

        @Test("the rights of the ServiceAccount are those of the page, each with its reason", .timeLimit(.minutes(2)))
        func page() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            #expect(try check() == "")

            // Without the binding, what is only handed out is gone, and nothing else.
            _ = try cluster.kubectl("delete", "clusterrolebinding", Self.binding)
            let manifest = Cluster.root.appending(path: "manifests/automatic-rbac.yaml").path()
            defer { _ = try? cluster.kubectl("apply", "-f", manifest) }
            // The API server's authorizer follows a moment later.
            _ = try await eventually("the rights to go") { try check("--not-given") == "" ? true : nil }
            #expect(try check().contains("the operator may not, everywhere: | `nodes/proxy` | all | get |"))
        }

        /// What differs; empty when nothing does.
        private func check(_ arguments: String...) throws -> String {
            let script = Cluster.root.appending(path: "hack/local/permissions.py").path()
            let result = try shell([script, "--check"] + arguments)
            #expect(result.errors == "")
            return result.output
        }
    }
}
