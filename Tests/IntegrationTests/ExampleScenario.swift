import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// The examples on a real API server.
    @Suite(.serialized) struct Examples {
        let cluster = Cluster()

        /// The manifests of an example: its files in the order of their names, those of its variants after its own.
        private static func files(_ example: String) throws -> [URL] {
            let folder = Cluster.root.appending(path: "examples/\(example)")
            let paths =
                FileManager.default.enumerator(atPath: folder.path())?.allObjects.compactMap { $0 as? String } ?? []
            return paths.filter { $0.hasSuffix(".yaml") }.sorted { left, right in
                (left.contains("/") ? 1 : 0, left) < (right.contains("/") ? 1 : 0, right)
            }
            .map { folder.appending(path: $0) }
        }

        private static func examples() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: Cluster.root.appending(path: "examples").path())
                .sorted()
        }

        @Test(
            "the API server takes every manifest, and the operator makes every collector Ready", .timeLimit(.minutes(4))
        )
        func acceptance() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let examples = try Self.examples()
            #expect(examples.count >= 7)
            for example in examples {
                for file in try Self.files(example) {
                    let documents = try YAML.parseAll(String(contentsOf: file, encoding: .utf8)).filter { !$0.isNull }
                    for document in documents where document["kind"] == "Namespace" {
                        try cluster.apply(String(decoding: document.serialized(), as: UTF8.self))
                    }
                    let judged = try cluster.kubectl("apply", "--dry-run=server", "-f", file.path())
                    #expect(judged.succeeded, "\(file.path()): \(judged.errors)")
                }
            }
            for folder in ["grafana/dashboards", "grafana/rules"] {
                let path = Cluster.root.appending(path: folder).path()
                let judged = try cluster.kubectl("apply", "--dry-run=server", "-n", "default", "-k", path)
                #expect(judged.succeeded, "\(folder): \(judged.errors)")
            }
            // One after the other, as some examples have a collector of the same name.
            for example in examples {
                for file in try Self.files(example) {
                    for document in try YAML.parseAll(String(contentsOf: file, encoding: .utf8))
                    where document["kind"] == "OpenTelemetryCollector" {
                        try await isReady(document, file)
                    }
                }
            }
        }

        private func isReady(_ collector: JSONValue, _ file: URL) async throws {
            let name = try #require(collector[path: "metadata", "name"]?.stringValue)
            let namespace = try #require(collector[path: "metadata", "namespace"]?.stringValue)
            try cluster.apply(String(decoding: collector.serialized(), as: UTF8.self))
            let generation = try cluster.get("otelcol", name, in: namespace)?[path: "metadata", "generation"]
            let ready = try await cluster.condition("Ready", of: name, in: namespace) {
                $0["observedGeneration"] == generation && $0["status"] == "True"
            }
            #expect(ready["reason"] == "Reconciled", "\(file.path())")
            let result = try cluster.kubectl("delete", "otelcol", name, "-n", namespace, "--timeout=60s")
            #expect(result.succeeded, "\(result.errors)")
        }
    }
}
