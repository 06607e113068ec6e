import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// The operator's own metrics, as dashboards and alert rules count on them.
    @Suite(.serialized) struct OwnMetrics {
        let cluster = Cluster()

        @Test("a running operator exports every metric that the list for dashboards names", .timeLimit(.minutes(3)))
        func exported() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("metrics")
            try cluster.apply(Manifest.instrumentation("agents", in: namespace))
            _ = try await cluster.injectedPod(in: namespace)
            // A refusal has its series from the first one on.
            try cluster.apply(Manifest.pod("refused", in: namespace, annotations: Sidecar.annotation))

            let file = Cluster.root.appending(path: "hack/grafana/metrics/operator.txt")
            let listed = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
            #expect(listed.count > 30)
            _ = try await eventually("all metrics") {
                let types = Set(
                    try running.metrics().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map(String.init))
                let missing = listed.filter { !types.contains("# TYPE \($0[0]) \($0[1])") }
                if !missing.isEmpty { throw MissingMetrics(names: missing.map { $0.joined(separator: " ") }) }
                return true
            }
            // A year from now, as the operator made it a moment ago.
            let line = try #require(
                try running.metrics().split(separator: "\n").first {
                    $0.hasPrefix("otel_operator_serving_certificate_expiry_timestamp_seconds ")
                })
            let end = try #require(Double(line.split(separator: " ")[1]))
            let days = (end - Date().timeIntervalSince1970) / 86_400
            #expect((363...366).contains(days), "\(days) days")
        }
    }

    struct MissingMetrics: Error, CustomStringConvertible {
        var names: [String]
        var description: String { "not exported: \(names.joined(separator: ", "))" }
    }
}
