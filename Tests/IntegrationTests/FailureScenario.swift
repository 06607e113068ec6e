import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// What keeps objects from being applied, and that nothing but its end is needed for them to be.
    @Suite(.serialized) struct Failures {
        let cluster = Cluster()

        /// The warning Events about a collector whose reason is `Error`.
        private func errors(_ name: String, in namespace: String) throws -> [String] {
            try cluster.events(about: name, in: namespace).filter { $0["reason"] == "Error" }
                .compactMap { $0["note"]?.stringValue }
        }

        private func failed(_ name: String, in namespace: String, saying parts: String...) async throws {
            _ = try await cluster.condition("Ready", of: name, in: namespace) { condition in
                let message = condition["message"]?.stringValue ?? ""
                return condition["status"] == "False" && parts.allSatisfy(message.contains)
            }
            _ = try await eventually("an Event") {
                try errors(name, in: namespace).first { note in parts.allSatisfy(note.contains) }
            }
        }

        private func ready(_ name: String, in namespace: String) async throws {
            _ = try await cluster.condition("Ready", of: name, in: namespace) { $0["status"] == "True" }
        }

        private func run(_ arguments: String...) throws {
            let command = ["kubectl"] + arguments
            let result = try shell(command)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
        }

        @Test(
            "an exhausted quota, an object that is refused, and a right that is taken away: the rest is there, each is told once, and no restart is needed",
            .timeLimit(.minutes(5)))
        func refusals() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()

            // A quota that leaves no room for a Service.
            let quota = try cluster.makeNamespace("quota")
            try cluster.apply(
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: none, namespace: \(quota)}
                spec: {hard: {count/services: "0"}}
                """)
            _ = try await eventually("the quota to be counted") {
                try cluster.get("resourcequota", "none", in: quota)?[path: "status", "used", "count/services"]
            }
            try cluster.apply(Manifest.collector("col", in: quota))
            try await failed("col", in: quota, saying: "Service \(quota)/col-collector", "exceeded quota")
            for type in ["deployment", "serviceaccount"] {
                #expect(try cluster.get(type, "col-collector", in: quota) != nil)
            }

            // An object that the API server does not take.
            let rejected = try cluster.makeNamespace("rejected")
            try cluster.apply(
                Manifest.collector("col", in: rejected, spec: ["podSecurityContext: {runAsUser: -1}"]))
            try await failed("col", in: rejected, saying: "Deployment \(rejected)/col-collector", "runAsUser")
            #expect(try cluster.get("service", "col-collector", in: rejected) != nil)

            // A right that is taken away.
            let forbidden = try cluster.makeNamespace("forbidden")
            let role = "opentelemetry-operator-manager-role"
            let rules = try #require(try cluster.get("clusterrole", role, in: "")?["rules"]?.arrayValue)
            let without = rules.filter { $0["resources"]?.arrayValue?.contains("networkpolicies") != true }
            #expect(without.count < rules.count)
            try patch("clusterrole", role, rules: without)
            do {
                defer { try? patch("clusterrole", role, rules: rules) }
                try cluster.apply(Manifest.collector("col", in: forbidden))
                try await failed("col", in: forbidden, saying: "NetworkPolicy \(forbidden)/col-collector", "403")
                #expect(try cluster.get("deployment", "col-collector", in: forbidden) != nil)
            }

            // Each was told once, in spite of all the tries.
            let tries = try await eventually("some more tries") {
                let log = running.log.components(separatedBy: "\n").filter {
                    $0.contains("could not reconcile") && $0.contains("\(quota)/col")
                }
                return log.count >= 8 ? log.count : nil
            }
            #expect(tries >= 8)
            #expect(try errors("col", in: quota).count { $0.contains("Service \(quota)/col-collector:") } == 1)
            #expect(try errors("col", in: rejected).count == 1)
            #expect(try errors("col", in: forbidden).count == 1)

            // What was in the way goes; nobody tells the operator.
            try run("delete", "resourcequota", "none", "-n", quota)
            try cluster.apply(
                Manifest.collector("col", in: rejected, spec: ["podSecurityContext: {runAsUser: 1000}"]))
            try await ready("col", in: quota)
            try await ready("col", in: rejected)
            try await ready("col", in: forbidden)
            #expect(try cluster.get("service", "col-collector", in: quota) != nil)
        }

        private func patch(_ type: String, _ name: String, rules: [JSONValue]) throws {
            let patch: JSONValue = ["rules": .array(rules)]
            try run("patch", type, name, "--type=merge", "-p", patch.serializedString())
        }

        @Test(
            "objects that are deleted by hand, stuck in deletion, or somebody else's; and a namespace that goes away",
            .timeLimit(.minutes(5)))
        func otherHands() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("hands")

            // Somebody else's Service: left alone, and ours comes when it has gone.
            try cluster.apply(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: taken-collector, namespace: \(namespace)}
                spec: {selector: {app: mine}, ports: [{port: 80}]}
                """)
            try cluster.apply(Manifest.collector("taken", in: namespace))
            try await failed("taken", in: namespace, saying: "Service \(namespace)/taken-collector belongs to")
            #expect(try cluster.get("deployment", "taken-collector", in: namespace) != nil)
            try run("delete", "service", "taken-collector", "-n", namespace)
            try await ready("taken", in: namespace)

            // Deleted by hand: all of them come back.
            try cluster.apply(Manifest.collector("col", in: namespace))
            try await ready("col", in: namespace)
            let own = "app.kubernetes.io/instance=\(namespace).col"
            let kinds = "deployments,services,configmaps,serviceaccounts,networkpolicies"
            let before = try cluster.list(kinds, in: namespace, selector: own).count
            try run("delete", kinds, "-n", namespace, "-l", own)
            _ = try await eventually("\(before) objects to come back") {
                try cluster.list(kinds, in: namespace, selector: own).count == before ? true : nil
            }
            try await ready("col", in: namespace)

            // Stuck in deletion: told after a while, made again when it is gone.
            let finalizers: JSONValue = ["metadata": ["finalizers": ["example.com/wait"]]]
            try run(
                "patch", "service", "col-collector", "-n", namespace, "--type=merge", "-p",
                finalizers.serializedString())
            try run("delete", "service", "col-collector", "-n", namespace, "--wait=false")
            try await failed("col", in: namespace, saying: "Service \(namespace)/col-collector is being deleted")
            let uid = try cluster.get("service", "col-collector", in: namespace)?[path: "metadata", "uid"]
            let none: JSONValue = ["metadata": ["finalizers": []]]
            try run(
                "patch", "service", "col-collector", "-n", namespace, "--type=merge", "-p", none.serializedString())
            try await ready("col", in: namespace)
            #expect(try cluster.get("service", "col-collector", in: namespace)?[path: "metadata", "uid"] != uid)

            // A namespace goes with all that is in it, and others do not notice.
            try run("delete", "namespace", namespace, "--timeout=90s")
            let other = try cluster.makeNamespace("other")
            try cluster.apply(Manifest.collector("col", in: other))
            try await ready("col", in: other)
            try await cluster.settles(for: .seconds(5))
        }

        @Test(
            "a changed selector or claim template makes the workload anew in one go: no error shows, and claims stay",
            .timeLimit(.minutes(4)))
        func immutable() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("immutable")
            func claims(_ size: String) -> [String] {
                [
                    "volumeClaimTemplates:",
                    "- {metadata: {name: queue}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: \(size)}}}}",
                ]
            }
            try cluster.apply(Manifest.collector("set", in: namespace, spec: claims("1Gi"), mode: "statefulset"))
            try await ready("set", in: namespace)
            let claim = try await eventually("the claim") {
                try cluster.list("persistentvolumeclaims", in: namespace).first?[path: "metadata", "uid"]
            }
            let before = try cluster.get("statefulset", "set-collector", in: namespace)?[path: "metadata", "uid"]
            try cluster.apply(Manifest.collector("set", in: namespace, spec: claims("2Gi"), mode: "statefulset"))
            _ = try await eventually("another StatefulSet") {
                let uid = try cluster.get("statefulset", "set-collector", in: namespace)?[path: "metadata", "uid"]
                return uid != nil && uid != before ? true : nil
            }
            try await ready("set", in: namespace)
            #expect(try cluster.list("persistentvolumeclaims", in: namespace).first?[path: "metadata", "uid"] == claim)
            _ = try await eventually("an Event") {
                try cluster.events(about: "set", in: namespace).first { $0["reason"] == "Recreated" }
            }
            #expect(try errors("set", in: namespace) == [])
        }

        @Test(
            "an API that goes while the operator runs is told, and its objects come back with it at once",
            .timeLimit(.minutes(4)))
        func vanishingAPI() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("vanishing")
            try cluster.apply(Manifest.podMonitorDefinition)
            defer { _ = try? cluster.kubectl("delete", "crd", "podmonitors.azmonitoring.coreos.com") }
            try cluster.apply(Manifest.collector("col", in: namespace))
            _ = try await eventually("the PodMonitor") {
                try cluster.get("podmonitors.azmonitoring.coreos.com", "col-metrics", in: namespace)
            }
            try run("delete", "crd", "podmonitors.azmonitoring.coreos.com")
            try cluster.apply(Manifest.collector("col", in: namespace, batch: 2048))
            try await ready("col", in: namespace)
            let isAsked = ContinuousClock.now
            try cluster.apply(Manifest.podMonitorDefinition)
            _ = try await eventually("the PodMonitor to come back", within: .seconds(20)) {
                let result = try cluster.kubectl(
                    "get", "podmonitors.azmonitoring.coreos.com", "col-metrics", "-n", namespace, "-o", "name")
                return result.succeeded ? true : nil
            }
            #expect(ContinuousClock.now - isAsked < .seconds(20))
        }
    }
}

extension Manifest {
    /// Azure's PodMonitor, with as much of a schema as an API server needs.
    static let podMonitorDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: podmonitors.azmonitoring.coreos.com}
        spec:
          group: azmonitoring.coreos.com
          names: {kind: PodMonitor, plural: podmonitors}
          scope: Namespaced
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
}
