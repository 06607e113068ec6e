import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    @Suite(.serialized) struct Collectors {
        let cluster = Cluster()

        @Test(
            "a collector becomes its objects; a change replaces the ConfigMap; nothing changed, nothing written",
            .timeLimit(.minutes(4)))
        func life() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("collector")
            try cluster.apply(Manifest.collector("col", in: namespace))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }

            for (type, name) in [
                ("deployment", "col-collector"), ("serviceaccount", "col-collector"), ("service", "col-collector"),
                ("service", "col-collector-headless"), ("service", "col-collector-monitoring"),
            ] {
                let object = try #require(try cluster.get(type, name, in: namespace), "\(type) \(name)")
                #expect(object[path: "metadata", "ownerReferences"]?[0]?["kind"] == "OpenTelemetryCollector")
            }
            let before = try cluster.list(
                "configmap", in: namespace, selector: "app.kubernetes.io/managed-by=opentelemetry-operator")
            #expect(before.count == 1)

            try cluster.apply(Manifest.collector("col", in: namespace, batch: 2048))
            let after = try await eventually("a second ConfigMap") {
                let maps = try cluster.list(
                    "configmap", in: namespace, selector: "app.kubernetes.io/managed-by=opentelemetry-operator")
                return maps.count == 2 ? maps : nil
            }
            #expect(after.count == 2)
            _ = try await eventually("the Deployment to use it") {
                let object = try cluster.get("deployment", "col-collector", in: namespace)
                let hash = object?[path: "spec", "template", "metadata", "annotations"]?[
                    "opentelemetry-operator-config/sha256"]
                let name = "col-collector-\(hash?.stringValue?.prefix(8) ?? "")"
                return after.contains { $0[path: "metadata", "name"]?.stringValue == name }
                    && before.first?[path: "metadata", "name"]?.stringValue != name ? true : nil
            }

            // A Service that somebody deletes comes back.
            _ = try cluster.kubectl("delete", "service", "col-collector", "-n", namespace)
            _ = try await eventually("the Service to come back") {
                try cluster.get("service", "col-collector", in: namespace)
            }

            try await cluster.settles(for: .seconds(5))
        }

        @Test("each mode has its workload", .timeLimit(.minutes(3)))
        func modes() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("modes")
            let claims = [
                "volumeClaimTemplates:",
                "- {metadata: {name: queue}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}",
            ]
            try cluster.apply(Manifest.collector("set", in: namespace, spec: claims, mode: "statefulset"))
            try cluster.apply(Manifest.collector("node", in: namespace, mode: "daemonset"))
            _ = try await cluster.condition("Ready", of: "set", in: namespace) { $0["status"] == "True" }
            #expect(try cluster.get("statefulset", "set-collector", in: namespace) != nil)
            _ = try await eventually("the DaemonSet") {
                try cluster.get("daemonset", "node-collector", in: namespace)
            }
        }

        @Test("what cannot be is told in a condition and an Event, and loses nothing", .timeLimit(.minutes(3)))
        func refused() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("refused")

            let allocated = try cluster.apply(
                Manifest.collector(
                    "allocated", in: namespace, spec: ["targetAllocator: {enabled: true}"], mode: "statefulset"
                ).replacingOccurrences(of: "receivers: {otlp", with: "receivers: {prometheus: {}, otlp"))
            #expect(allocated.errors.contains("Warning: target allocators are not supported"))
            let condition = try await cluster.condition("Ready", of: "allocated", in: namespace) {
                $0["status"] == "False"
            }
            #expect(condition["message"]?.stringValue?.contains("target allocators are not supported") == true)
            _ = try await eventually("an Event") {
                try cluster.events(about: "allocated", in: namespace).first { $0["type"] == "Warning" }
            }

            // Somebody else's Service of that name stays theirs; everything else is made.
            try cluster.apply(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: taken-collector, namespace: \(namespace)}
                spec: {selector: {app: mine}, ports: [{port: 80}]}
                """)
            try cluster.apply(Manifest.collector("taken", in: namespace))
            let taken = try await cluster.condition("Ready", of: "taken", in: namespace) { $0["status"] == "False" }
            #expect(taken["message"]?.stringValue?.contains("Service \(namespace)/taken-collector") == true)
            #expect(
                try cluster.get("service", "taken-collector", in: namespace)?[path: "spec", "selector"] == [
                    "app": "mine"
                ])
            #expect(try cluster.get("deployment", "taken-collector", in: namespace) != nil)

            // A configuration that is not what it should be is refused with the field, the value and what was expected.
            let denied = try cluster.kubectl(
                "apply", "-f", "-",
                input: Manifest.collector("wrong", in: namespace)
                    .replacingOccurrences(of: "endpoint: 0.0.0.0:4317", with: "endpoint: 4317"))
            #expect(!denied.succeeded)
            #expect(denied.errors.contains("endpoint"))
        }

        @Test("an unmanaged collector is left alone, a deleted one takes its objects with it", .timeLimit(.minutes(4)))
        func unmanagedAndDeleted() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("unmanaged")
            try cluster.apply(Manifest.collector("col", in: namespace))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            try cluster.apply(
                Manifest.collector("col", in: namespace, batch: 4096, spec: ["managementState: unmanaged"]))
            try cluster.apply(Manifest.collector("other", in: namespace))
            _ = try await cluster.condition("Ready", of: "other", in: namespace) { $0["status"] == "True" }
            let maps = try cluster.list("configmap", in: namespace, selector: "app.kubernetes.io/name=col-collector")
            #expect(maps.count == 1)

            // The garbage collector has to know the young CRD first.
            try cluster.plane("restart-controller-manager")
            _ = try cluster.kubectl("delete", "otelcol", "col", "-n", namespace, "--wait=false")
            _ = try await eventually("its objects to go") {
                try cluster.get("deployment", "col-collector", in: namespace) == nil
                    && cluster.get("service", "col-collector", in: namespace) == nil ? true : nil
            }
        }
    }
}

extension Cluster {
    /// Waits until no request of ours writes for that long, other than the Lease.
    func settles(for quiet: Duration) async throws {
        let clock = ContinuousClock()
        var last = try writes()
        var since = clock.now
        _ = try await eventually("\(quiet) without a write; the last were \(last)", within: .seconds(60)) {
            let now = try writes()
            if now != last { (last, since) = (now, clock.now) }
            return clock.now - since >= quiet ? true : nil
        }
    }
}
