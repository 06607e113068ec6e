import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Instrumentations {
        let cluster = Cluster()

        @Test(
            "a wrong Instrumentation is denied with the message; warnings of a right one are shown",
            .timeLimit(.minutes(3)))
        func validation() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("validate")

            func apply(_ spec: String) throws -> ShellResult {
                try cluster.kubectl(
                    "apply", "-f", "-",
                    input: """
                        apiVersion: opentelemetry.io/v1alpha1
                        kind: Instrumentation
                        metadata: {name: checked, namespace: \(namespace)}
                        spec: \(spec)
                        """)
            }
            let denied = try apply("{sampler: {type: traceidratio, argument: '1.5'}}")
            #expect(!denied.succeeded)
            #expect(
                denied.errors.contains(
                    "admission webhook \"vinstrumentationcreateupdate.kb.io\" denied the request: spec.sampler.argument should be in rage [0..1]: 1.5"
                ), "\(denied.errors)")
            #expect(try cluster.get("otelinst", "checked", in: namespace) == nil)

            let warned = try apply("{exporter: {endpoint: 'https://collector:4318'}}")
            #expect(warned.succeeded)
            #expect(warned.errors.contains("Warning: sampler type not set"))
            #expect(warned.errors.contains("Warning: exporter is using https:// but exporter.tls is unset"))

            // A change is checked, too, and what was there stays.
            let change = try apply("{sampler: {type: jaeger_remote, argument: endpoint}}")
            #expect(
                change.errors.contains(
                    "denied the request: spec.sampler.argument is not a valid argument for sampler jaeger_remote: invalid argument: endpoint, the argument should be in the form of key=value"
                ), "\(change.errors)")
            #expect(try cluster.get("otelinst", "checked", in: namespace)?[path: "spec", "sampler"] == nil)
            #expect(try cluster.kubectl("delete", "otelinst", "checked", "-n", namespace).succeeded)
        }

        @Test(
            "an operator that starts upgrades what an earlier one chose, blocks what changes too much, and leaves the rest",
            .timeLimit(.minutes(4)))
        func upgrade() async throws {
            let old = try OperatorProcess(flags: [
                "--auto-instrumentation-python-image=mirror/python:1",
                "--auto-instrumentation-java-image=\(Self.javaRepository):1.32.0",
            ])
            try await old.untilServing()
            let namespace = try cluster.makeNamespace("upgrade")
            try await cluster.untilWritable(in: namespace)
            try cluster.apply(Manifest.instrumentation("defaults", in: namespace))
            try cluster.apply(
                Manifest.instrumentation("chosen", in: namespace) + "\n  python: {image: 'mine/python:7'}")
            try cluster.apply(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: between, namespace: \(namespace)}
                """)
            let before = try #require(try cluster.get("otelinst", "defaults", in: namespace))
            #expect(before[path: "spec", "python", "image"] == "mirror/python:1")
            old.stop()

            let new = try OperatorProcess(flags: ["--auto-instrumentation-python-image=mirror/python:2"])
            defer { new.stop() }
            try await new.untilServing()
            let after = try await eventually("the upgrade") {
                let object = try cluster.get("otelinst", "defaults", in: namespace)
                let isUpgraded = object?[path: "spec", "python", "image"] == "mirror/python:2"
                return isUpgraded && object?[path: "status", "upgradeBlockedVersions"] != nil ? object : nil
            }
            #expect(after[path: "spec", "java", "image"] == .string("\(Self.javaRepository):1.32.0"))
            #expect(
                after[path: "status", "upgradeBlockedVersions", "java"]?.stringValue?.hasPrefix(
                    "Automated upgrade blocked for java: Java instrumentation 2.0.0 contains breaking") == true)
            let annotation = "instrumentation.opentelemetry.io/default-auto-instrumentation-python-image"
            #expect(after["metadata"]?["annotations"]?[annotation] == "mirror/python:2")
            let event = try await eventually("an Event about the block") {
                try cluster.events(about: "defaults", in: namespace).first { $0["reason"] == "UpgradeBlocked" }
            }
            #expect(event["action"] == "Upgrade-java")
            #expect(
                try cluster.get("otelinst", "chosen", in: namespace)?[path: "spec", "python", "image"]
                    == "mine/python:7")
        }

        private static let javaRepository =
            "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java"

        @Test(
            "the status counts pods that are injected, refused, outdated and made too early, and kubectl shows it",
            .timeLimit(.minutes(5)))
        func status() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("status")
            // Before there is an Instrumentation.
            try cluster.apply(Manifest.pod("early", in: namespace))
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            let injected = try await cluster.injectedPod(in: namespace)
            for pod in try cluster.list("pods", in: namespace) where pod[path: "spec", "initContainers"] == nil {
                // Those that were made while the operator did not know the Instrumentation yet.
                let name = pod[path: "metadata", "name"]?.stringValue ?? ""
                if name != "early" {
                    _ = try cluster.kubectl("delete", "pod", name, "-n", namespace, "--grace-period=0", "--force")
                }
            }
            try cluster.apply(
                Manifest.pod(
                    "refused", in: namespace,
                    annotations:
                        "{instrumentation.opentelemetry.io/inject-python: 'true', instrumentation.opentelemetry.io/otel-python-platform: windows}"
                ))
            #expect(injected["metadata"]?["annotations"]?["instrumentation.opentelemetry.io/injected"] != nil)

            // A change of the Instrumentation brings a pass within seconds, and makes the injected pod outdated.
            try cluster.apply(
                Manifest.instrumentation("python", in: namespace).replacingOccurrences(of: "4318", with: "4319"))
            let pods = try await eventually("the counts", within: .seconds(120)) {
                let pods = try cluster.get("otelinst", "python", in: namespace)?[path: "status", "pods"]
                return pods?["requested"] == 3 && pods?["outdated"] == 1 && pods?["refused"] == 2 ? pods : nil
            }
            #expect(pods["injected"] == 1)
            let reasons = Dictionary(
                uniqueKeysWithValues: (pods["reasons"]?.arrayValue ?? []).map {
                    ($0["reason"]?.stringValue ?? "", $0)
                })
            #expect(Set(reasons.keys) == ["NotInjectedAtCreation", "UnsupportedPlatform", "ConfigurationChanged"])
            #expect(reasons["NotInjectedAtCreation"]?["examples"] == ["early"])
            #expect(reasons["UnsupportedPlatform"]?["examples"] == ["refused"])
            #expect(reasons["ConfigurationChanged"]?["state"] == "Outdated")

            let table = try cluster.kubectl("get", "otelinst", "python", "-n", namespace).output
            let lines = table.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
            #expect(
                lines.first == [
                    "NAME", "AGE", "ENDPOINT", "SAMPLER", "SAMPLER", "ARG", "REQUESTED", "INJECTED", "REFUSED",
                    "OUTDATED",
                ])
            #expect(lines.last?.suffix(4) == ["3", "1", "2", "1"], "\(table)")
            #expect(try running.metrics().contains("otel_operator_instrumentation_pods{state=\"requested\"}"))
        }
    }
}

extension Cluster {
    /// Waits until the webhooks of Instrumentations answer.
    func untilWritable(in namespace: String) async throws {
        _ = try await eventually("an Instrumentation to be taken") {
            let result = try kubectl(
                "apply", "--dry-run=server", "-f", "-", input: Manifest.instrumentation("try", in: namespace))
            return result.succeeded ? true : nil
        }
    }
}
