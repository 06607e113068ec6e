import Document
import Foundation
import TestSupport
import Testing

/// `otel-operator render --diff` as a process, beside an API server that has what a scenario says.
@Suite("The difference to a cluster", .timeLimit(.minutes(2)))
final class RenderDifferenceTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "difference-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "otel-operator").path
    private static let rbac = "/apis/rbac.authorization.k8s.io/v1"

    /// - Parameters:
    ///   - stored: the collector in the cluster.
    ///   - clusterObjects: what is answered for a ClusterRole or a ClusterRoleBinding of that name.
    private func difference(
        _ manifest: JSONValue, stored: JSONValue?,
        clusterObjects: @escaping @Sendable (_ name: String) -> FakeReply = { _ in RenderDifferenceTests.notFound }
    ) throws -> ShellResult {
        let server = FakeAPIServer { request in
            if request.path.hasSuffix("/opentelemetrycollectors/web") {
                return stored.map(FakeReply.json) ?? Self.notFound
            }
            let parts = request.path.split(separator: "/").map(String.init)
            if request.path.hasPrefix(Self.rbac) { return clusterObjects(parts.last ?? "") }
            // A list ends with the plural.
            return parts.dropLast().last == "shop" ? .list([], resourceVersion: "1") : Self.notFound
        }
        defer { server.stop() }
        let kubeconfig = folder.appending(path: "kubeconfig")
        try Data(
            """
            apiVersion: v1
            kind: Config
            current-context: test
            clusters: [{name: test, cluster: {server: "\(server.url)"}}]
            users: [{name: test, user: {token: t}}]
            contexts: [{name: test, context: {cluster: test, user: test, namespace: shop}}]
            """.utf8
        ).write(to: kubeconfig)
        let result = try shell(
            [Self.binary, "render", "-f", "-", "--diff", "--api-versions", "v1,apps/v1"],
            input: YAML.serialized(manifest), environment: ["KUBECONFIG": kubeconfig.path])
        #expect(server.seen.allSatisfy { $0.method == "GET" }, "nothing is there that could be changed")
        return result
    }

    private static let notFound = FakeReply.status(404, reason: "NotFound", message: "not found")

    private func collector(mode: String = "deployment", receiver: String = "otlp") -> JSONValue {
        [
            "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
            "metadata": ["name": "web", "namespace": "shop"],
            "spec": [
                "mode": .string(mode),
                "config": [
                    "receivers": .object([receiver: [:]]), "exporters": ["debug": [:]],
                    "service": [
                        "pipelines": ["metrics": ["receivers": [.string(receiver)], "exporters": ["debug"]]]
                    ],
                ],
            ],
        ]
    }

    private var stored: JSONValue {
        var stored = collector()
        stored["metadata"]?["uid"] = "u-1"
        return stored
    }

    private static func clusterObject(_ name: String, owner: String) -> FakeReply {
        .json([
            "metadata": [
                "name": .string(name), "uid": "c-1",
                "annotations": ["operator.opentelemetry.io/collector": .string(owner)],
            ]
        ])
    }

    @Test("ClusterRoles that are no longer wanted would go, and stand in no namespace")
    func unwanted() throws {
        let result = try difference(collector(), stored: stored) { Self.clusterObject($0, owner: "shop/web") }
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.output.contains("diff ClusterRole web-shop-cluster-role\n--- cluster\n+++ /dev/null\n"))
        #expect(result.output.contains("diff ClusterRoleBinding web-shop-collector\n--- cluster\n+++ /dev/null\n"))
    }

    @Test("those of others, and those of a collector that is not there yet, are left alone")
    func others() throws {
        let others = try difference(collector(), stored: stored) { Self.clusterObject($0, owner: "other/web") }
        #expect(!others.output.contains("ClusterRole"))
        let new = try difference(collector(), stored: nil) { Self.clusterObject($0, owner: "shop/web") }
        #expect(!new.output.contains("ClusterRole"))
    }

    @Test("one that another collector has in the place of ours is no change")
    func foreign() throws {
        let result = try difference(collector(receiver: "k8s_cluster"), stored: stored) {
            Self.clusterObject($0, owner: "other/web")
        }
        #expect(!result.output.contains("ClusterRole"))
        #expect(
            result.errors.contains(
                "note: ClusterRole web-shop-cluster-role belongs to OpenTelemetryCollector other/web"),
            "\(result.errors)"
        )
    }

    @Test("who may not see ClusterRoles compares the rest")
    func forbidden() throws {
        let result = try difference(collector(), stored: stored) { _ in
            .status(403, reason: "Forbidden", message: "not for you")
        }
        #expect(result.status == 1)
        #expect(result.output.contains("diff Deployment web-collector in namespace shop\n--- /dev/null\n"))
        #expect(
            result.errors.contains("note: ClusterRole web-shop-cluster-role may be there, and would go: not for you"))
    }

    @Test("what the webhook refuses of the stored collector is refused: another mode")
    func mode() throws {
        let result = try difference(collector(mode: "daemonset"), stored: stored)
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(
            result.errors.contains(
                "standard input:7: error: OpenTelemetryCollector shop/web: the OpenTelemetry Collector"),
            "\(result.errors)")
    }

    @Test("an update that leaves spec alone passes, as it does in the cluster")
    func unchanged() throws {
        var invalid = collector()
        invalid["spec"]?["ports"] = [["name": "b_", "port": 1]]
        #expect(try difference(invalid, stored: nil).status == 2)
        var stored = invalid
        stored["metadata"]?["uid"] = "u-1"
        let result = try difference(invalid, stored: stored)
        #expect(result.status != 2)
        #expect(result.errors.contains("warning: OpenTelemetryCollector shop/web: as it is stored, it would not be"))
    }
}
