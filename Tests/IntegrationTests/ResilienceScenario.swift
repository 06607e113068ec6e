import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Resilience {
        let cluster = Cluster()

        @Test(
            "the API server dies and comes back, its history compacted; the operator goes on without a restart",
            .timeLimit(.minutes(5)))
        func outage() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("outage")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            try cluster.apply(Manifest.collector("before", in: namespace))
            _ = try await cluster.condition("Ready", of: "before", in: namespace) { $0["status"] == "True" }

            try cluster.plane("kill-apiserver")
            try cluster.plane("compact")
            try cluster.plane("start-apiserver")

            try cluster.apply(Manifest.collector("after", in: namespace))
            _ = try await cluster.condition("Ready", of: "after", in: namespace) { $0["status"] == "True" }
            _ = try await cluster.injectedPod(in: namespace)
            #expect(running.isRunning)
        }

        @Test(
            "the leader is killed: pods are injected at once by the other replica, and collectors follow",
            .timeLimit(.minutes(5)))
        func leaderKilled() async throws {
            // The replica that the API server calls must live on, so the other one leads first.
            let leader = try OperatorProcess()
            try await leader.untilServing()
            let namespace = try cluster.makeNamespace("leader")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            try cluster.apply(Manifest.collector("first", in: namespace))
            _ = try await cluster.condition("Ready", of: "first", in: namespace) { $0["status"] == "True" }
            leader.stop()

            let doomed = try OperatorProcess(webhookPort: Int.random(in: 15_000...19_999))
            try await doomed.untilServing()
            _ = try await eventually("it to lead") {
                try doomed.metrics().contains("leader_election_master_status{name=\"9f7554c3.opentelemetry.io\"} 1")
                    ? true : nil
            }
            let survivor = try OperatorProcess()
            defer { survivor.stop() }
            try await survivor.untilServing()
            #expect(
                try survivor.metrics().contains("leader_election_master_status{name=\"9f7554c3.opentelemetry.io\"} 0"))

            try doomed.kill()
            let pod = try await cluster.injectedPod(in: namespace)
            #expect(pod[path: "spec", "initContainers"] != nil)
            try cluster.apply(Manifest.collector("second", in: namespace))
            _ = try await cluster.condition("Ready", of: "second", in: namespace) { $0["status"] == "True" }
            #expect(
                try survivor.metrics().contains("leader_election_master_status{name=\"9f7554c3.opentelemetry.io\"} 1"))
        }
    }
}
