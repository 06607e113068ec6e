import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// What a real Prometheus scrapes because of the monitors that the operator makes.
    @Suite(.serialized) struct Scraping {
        let cluster = Cluster()

        /// A target that Prometheus has: where it asks, and the labels that its series get.
        private struct Target: Hashable, CustomStringConvertible {
            var url: String
            var labels: [String: String]

            var description: String { "\(url) \(labels.sorted { $0.key < $1.key })" }
        }

        /// The targets that follow from a PodMonitor, and from nothing else.
        private func targets(of monitor: String, in namespace: String, count: Int) throws -> Set<Target> {
            try targets([namespace, monitor], count: count)
        }

        private func targets(_ arguments: [String], count: Int) throws -> Set<Target> {
            let script = Cluster.root.appending(path: "hack/local/scraped-targets.py").path()
            let command = [script] + arguments + ["--count", String(count), "--seconds", "60"]
            let result = try shell(command)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            let found = try JSONValue(parsing: result.output).arrayValue ?? []
            let targets = found.map { each in
                let labels = each["labels"]?.objectValue?.members.map { ($0.key, $0.value.stringValue ?? "") } ?? []
                return Target(
                    url: each["url"]?.stringValue ?? "", labels: Dictionary(labels) { first, _ in first })
            }
            #expect(Set(targets).count == targets.count, "a target twice")
            return Set(targets)
        }

        /// The two targets that a collector's pod must have.
        private func expected(_ pod: JSONValue, monitor: String, in namespace: String) throws -> [Target] {
            try expected(pod, job: "\(namespace)/\(monitor)")
        }

        private func expected(_ pod: JSONValue, job: String) throws -> [Target] {
            let address = try #require(pod[path: "status", "podIP"]?.stringValue)
            let own = try #require(pod[path: "metadata", "namespace"]?.stringValue)
            let name = try #require(pod[path: "metadata", "name"]?.stringValue)
            return [("prometheus", 8889), ("metrics", 8888)].map { port, number in
                Target(
                    url: "http://\(address):\(number)/metrics",
                    labels: [
                        "instance": "\(address):\(number)", "job": job, "namespace": own,
                        "pod": name, "container": "otc-container", "endpoint": port,
                    ])
            }
        }

        /// Pods that run and have an address.
        private func pods(in namespace: String, selector: String, count: Int) async throws -> [JSONValue] {
            try await eventually("\(count) pods of \(selector) with an address") {
                let pods = try cluster.list("pods", in: namespace, selector: selector)
                    .filter { $0[path: "status", "podIP"] != nil && $0[path: "metadata", "deletionTimestamp"] == nil }
                return pods.count == count ? pods : nil
            }
        }

        private func serveMonitors() throws {
            let crds = try shell([Cluster.root.appending(path: "hack/local/azmonitoring.py").path()])
            try cluster.apply(crds.output)
        }

        @Test(
            "the PodMonitor of the closed network's collector leads Prometheus to 8889 and 8888 of its pod, and nowhere else",
            .timeLimit(.minutes(4)))
        func deployment() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            try serveMonitors()
            let namespace = Cluster.operatorNamespace
            try cluster.apply(
                String(
                    contentsOf: Cluster.root.appending(path: "examples/aks-closed-network/2-collector.yaml"),
                    encoding: .utf8))
            // Others with ports of the same names: in the same namespace, and one of the same name in another.
            try cluster.apply(Manifest.collector("other", in: namespace))
            let elsewhere = try cluster.makeNamespace("scraping")
            try cluster.apply(Manifest.collector("otel-collector", in: elsewhere))
            _ = try await eventually("the PodMonitor") {
                try cluster.get("podmonitors.azmonitoring.coreos.com", "otel-collector-metrics", in: namespace)
            }
            for (name, namespace) in [("other", namespace), ("otel-collector", elsewhere)] {
                _ = try await pods(
                    in: namespace, selector: "app.kubernetes.io/instance=\(namespace).\(name)", count: 1)
            }
            let pod = try await pods(
                in: namespace, selector: "app.kubernetes.io/instance=\(namespace).otel-collector", count: 1)[0]

            let found = try targets(of: "otel-collector-metrics", in: namespace, count: 2)
            #expect(found == Set(try expected(pod, monitor: "otel-collector-metrics", in: namespace)))
            for (name, namespace) in [
                ("otel-collector", namespace), ("other", namespace), ("otel-collector", elsewhere),
            ] {
                _ = try cluster.kubectl("delete", "otelcol", name, "-n", namespace, "--wait=false")
            }
        }

        @Test(
            "the PodMonitor of a sidecar leads Prometheus to the sidecar in each application's pod, in any namespace",
            .timeLimit(.minutes(4)))
        func sidecar() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            try serveMonitors()
            let namespace = try cluster.makeNamespace("scraped-sidecar")
            let elsewhere = try cluster.makeNamespace("scraped-app")
            try cluster.apply(Manifest.collector("edge", in: namespace, mode: "sidecar"))
            _ = try await cluster.condition("Ready", of: "edge", in: namespace) { $0["status"] == "True" }
            _ = try await eventually("the PodMonitor") {
                try cluster.get("podmonitors.azmonitoring.coreos.com", "edge-metrics", in: namespace)
            }
            let asking = "{sidecar.opentelemetry.io/inject: \(namespace)/edge}"
            try cluster.apply(Manifest.pod("near", in: namespace, annotations: asking))
            try cluster.apply(Manifest.pod("far", in: elsewhere, annotations: asking))
            try cluster.apply(Manifest.pod("without", in: namespace, annotations: "{}"))

            let label = "sidecar.opentelemetry.io/injected"
            let near = try await pods(in: namespace, selector: label, count: 1)[0]
            let far = try await pods(in: elsewhere, selector: label, count: 1)[0]
            let found = try targets(of: "edge-metrics", in: namespace, count: 4)
            let wanted = try [near, far].flatMap { try expected($0, monitor: "edge-metrics", in: namespace) }
            #expect(found == Set(wanted))

            // The Prometheus of examples/self-hosted looks for pods itself, in all namespaces: it finds the same, under the
            // same labels, and only ports of collectors.
            let file = Cluster.root.appending(path: "examples/self-hosted/config/prometheus.yml").path()
            // Beside these it scrapes itself, Alertmanager and Jaeger.
            let all = try targets(["--prometheus", file], count: 3 + wanted.count).filter {
                $0.labels["job"] == "collectors"
            }
            #expect(all.isSuperset(of: try [near, far].flatMap { try expected($0, job: "collectors") }))
            #expect(all.allSatisfy { $0.labels["container"] == "otc-container" })
            #expect(Set(all.compactMap { $0.labels["endpoint"] }) == ["metrics", "prometheus"])
        }
    }
}
