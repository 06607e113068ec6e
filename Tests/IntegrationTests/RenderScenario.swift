import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// `otel-operator render` beside the reconciler: both are to make the same.
    @Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["OPERATOR"] != nil))
    struct Rendered {
        let cluster = Cluster()

        private func render(_ manifest: String, _ arguments: String...) throws -> ShellResult {
            try shell(
                [ProcessInfo.processInfo.environment["OPERATOR"] ?? "", "render", "-f", "-"] + arguments,
                input: manifest)
        }

        /// Whether all of one value is in another that may hold more, as what the API server adds.
        private func holds(_ live: JSONValue?, _ wanted: JSONValue) -> Bool {
            switch (live, wanted) {
            case (.object(let live)?, .object(let wanted)):
                wanted.members.allSatisfy { holds(live[$0.key], $0.value) }
            case (.array(let live)?, .array(let wanted)):
                live.count == wanted.count && zip(live, wanted).allSatisfy { holds($0, $1) }
            default: live == wanted
            }
        }

        @Test("what is rendered is what the API server then holds", .timeLimit(.minutes(4)))
        func same() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("rendered")
            let apis = FileManager.default.temporaryDirectory.appending(path: "apis-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: apis) }
            try Data(cluster.kubectl("api-versions").output.utf8).write(to: apis)

            // A DaemonSet's Services have fields that 1.20 does not know.
            for mode in ["deployment", "statefulset", "sidecar"] {
                let manifest = Manifest.collector("a-\(mode)", in: namespace, mode: mode)
                try cluster.apply(manifest)
                _ = try await cluster.condition("Ready", of: "a-\(mode)", in: namespace) { $0["status"] == "True" }
                let result = try render(manifest, "--api-versions", apis.path)
                #expect(result.status == 0, "\(result.errors)")
                let objects = try YAML.parseAll(result.output)
                #expect(objects.count >= (mode == "sidecar" ? 2 : 6))
                for object in objects {
                    let kind = object["kind"]?.stringValue ?? ""
                    let name = object[path: "metadata", "name"]?.stringValue ?? ""
                    let group = object["apiVersion"]?.stringValue?.split(separator: "/").dropLast().joined() ?? ""
                    let live = try cluster.get(group.isEmpty ? kind : "\(kind).\(group)", name, in: namespace)
                    var wanted = object
                    // A field of later servers; 1.20 drops it.
                    if kind == "Service" { wanted["spec"]?["ipFamilyPolicy"] = nil }
                    let isHeld = holds(live, wanted)
                    #expect(isHeld, "\(kind) \(name)")
                }
            }
        }

        @Test(
            "a diff is empty when the operator has done its work, and shows what a change would do",
            .timeLimit(.minutes(4)))
        func difference() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("diff")
            let manifest = Manifest.collector("col", in: namespace)
            let before = try render(manifest, "--diff")
            #expect(before.status == 1)
            #expect(before.output.contains("diff Deployment col-collector in namespace \(namespace)\n--- /dev/null\n"))

            try cluster.apply(manifest)
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            let same = try render(manifest, "--diff")
            #expect(same.status == 0, "\(same.errors)")
            #expect(same.output == "")

            // The user's own additions are no difference; what the operator would take back is.
            _ = try cluster.kubectl("annotate", "service", "col-collector", "-n", namespace, "mine=yes")
            #expect(try render(manifest, "--diff").status == 0)

            let writes = try cluster.writes()
            let changed = try render(
                Manifest.collector("col", in: namespace, batch: 4096, spec: ["replicas: 3"]), "--diff")
            #expect(changed.status == 1)
            #expect(changed.output.contains("-  replicas: 1\n+  replicas: 3\n"))
            #expect(changed.output.contains("diff ConfigMap col-collector-"))
            #expect(!changed.output.contains("ownerReferences:\n-"))

            // Something that is no longer wanted would go.
            let other = try render(
                Manifest.collector("col", in: namespace, spec: ["networkPolicy: {enabled: false}"]), "--diff")
            #expect(other.status == 1, "\(other.errors)")
            #expect(
                other.output.contains(
                    "diff NetworkPolicy col-collector-networkpolicy in namespace \(namespace)\n--- cluster\n+++ /dev/null\n"
                ))
            #expect(
                try cluster.get("networkpolicy", "col-collector-networkpolicy", in: namespace) != nil,
                "nothing is written")

            // What the webhook refuses of the stored collector is refused here.
            let moved = try render(Manifest.collector("col", in: namespace, mode: "daemonset"), "--diff")
            #expect(moved.status == 2)
            #expect(moved.output == "")
            #expect(moved.errors.contains("mode is set to deployment, which does not support modification"))
            #expect(try cluster.get("daemonset", "col-collector", in: namespace) == nil, "nothing is written")
            #expect(try cluster.get("deployment", "col-collector", in: namespace)?[path: "spec", "replicas"] == 1)
            let after = try cluster.writes().filter { $0.key.hasPrefix("POST") || $0.key.hasPrefix("DELETE") }
            #expect(after == writes.filter { $0.key.hasPrefix("POST") || $0.key.hasPrefix("DELETE") })
        }
    }
}
