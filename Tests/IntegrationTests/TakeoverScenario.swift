import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// A cluster as the reference left it, recorded object by object, and this operator's first look at it.
    @Suite(
        .serialized,
        .enabled(if: RecordedCollector.areAvailable, "the recorded collectors are not beside this repository"))
    struct Takeover {
        let cluster = Cluster()

        /// Their names are as long as a name may be, and the pods of a StatefulSet have a label with its name and a hash.
        private static let withoutPods = Set(
            ["col-23-006", "col-23-042"].map {
                "StatefulSet \($0)/a-rather-long-collector-name-that-will-need-to-be-cut-collector"
            })

        @Test(
            "taking over rolls no pod and deletes nothing; from then on nothing is written, nor after a restart",
            .timeLimit(.minutes(8)))
        func takeover() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let prepared = try prepare()
            let revisions = try await settledRevisions(of: prepared)
            let pods = try await eventually("all pods, which may not be rolled") {
                let lacking = Set(try workloads(of: prepared).filter(\.lacksPods).map(\.name))
                guard lacking == Self.withoutPods else { throw Unexpected(text: "no pods of \(lacking.sorted())") }
                return try uids("pods", of: prepared)
            }
            let before = try objects(of: prepared)

            // From here on the collectors are ours.
            for item in prepared {
                try kubectl([
                    "patch", "otelcol", item.name, "-n", item.namespace, "--type=merge", "-p",
                    #"{"spec":{"managementState":"managed"}}"#,
                ])
            }
            for item in prepared {
                _ = try await cluster.condition("Ready", of: item.name, in: item.namespace) { $0["status"] == "True" }
            }
            try await running.settles(for: .seconds(3))
            #expect(try running.changes() > prepared.count)
            let after = try objects(of: prepared)
            for (name, object) in before {
                guard let taken = after[name] else {
                    Issue.record("\(name) was deleted")
                    continue
                }
                #expect(taken[path: "metadata", "uid"] == object[path: "metadata", "uid"], "\(name) was made anew")
                if let template = object[path: "spec", "template"] {
                    let isSame = taken[path: "spec", "template"] == template
                    #expect(isSame, "\(name): \(template.serializedString())\n\(taken.serializedString())")
                    #expect(taken[path: "spec", "replicas"] == object[path: "spec", "replicas"], "\(name)")
                    #expect(taken[path: "metadata", "generation"] == object[path: "metadata", "generation"], "\(name)")
                }
            }

            // No pod template became another one, and each pod that ran still runs.
            #expect(try uids("replicasets,controllerrevisions", of: prepared) == revisions)
            let rolled = try pods.subtracting(uids("pods", of: prepared))
            #expect(rolled == [])

            // A reconcile of each, for a change that means nothing.
            let changes = try running.changes()
            for item in prepared {
                try kubectl([
                    "annotate", "otelcol", item.name, "-n", item.namespace,
                    "kubectl.kubernetes.io/last-applied-configuration=touched",
                ])
            }
            try await running.settles(for: .seconds(3))
            #expect(try changed(since: after, of: prepared) == [])
            #expect(try running.changes() == changes)

            // A leader that starts beside them.
            running.stop()
            let next = try OperatorProcess()
            defer { next.stop() }
            try await next.untilServing()
            _ = try await eventually("every collector to be reconciled") {
                let line = try next.metrics().split(separator: "\n").first {
                    $0.hasPrefix("controller_runtime_reconcile_total{")
                        && $0.contains("controller=\"opentelemetrycollector\"") && $0.contains("result=\"success\"")
                }
                let count = line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
                return Int(count) >= prepared.count ? true : nil
            }
            try await next.settles(for: .seconds(3))
            let changedLater = try changed(since: after, of: prepared)
            #expect(changedLater == [])
            #expect(try next.changes() == 0, "\(next.log.suffix(4000))")
            #expect(try uids("replicasets,controllerrevisions", of: prepared) == revisions)
        }

        @Test("replicas that somebody scaled a collector to stay", .timeLimit(.minutes(3)))
        func scaled() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("scaled")
            try cluster.apply(Manifest.collector("col", in: namespace))
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
            // As a HorizontalPodAutoscaler does.
            try kubectl(["scale", "otelcol/col", "-n", namespace, "--replicas=3"])
            _ = try await eventually("three replicas") {
                try cluster.get("deployment", "col-collector", in: namespace)?[path: "spec", "replicas"] == 3
                    ? true : nil
            }
            // The author's next apply says nothing about replicas, and resets nothing.
            try cluster.apply(Manifest.collector("col", in: namespace, batch: 2048))
            _ = try await eventually("the new configuration") {
                let maps = try cluster.list(
                    "configmap", in: namespace, selector: "app.kubernetes.io/name=col-collector")
                return maps.count == 2 ? true : nil
            }
            try await running.settles(for: .seconds(3))
            #expect(try cluster.get("deployment", "col-collector", in: namespace)?[path: "spec", "replicas"] == 3)
            // While pods are replaced there is one more; what counts is where that ends.
            _ = try await eventually("the status to count three of three") {
                let scale = try cluster.get("otelcol", "col", in: namespace)?[path: "status", "scale"]
                if scale?["replicas"] == 3, scale?["statusReplicas"] == "3/3" { return true }
                throw Unexpected(text: "the status says \(scale?.serializedString() ?? "no scale")")
            }
        }

        // MARK: - Preparing

        /// Makes each recorded collector, unmanaged for now, and the objects that the reference had made for it.
        private func prepare() throws -> [RecordedCollector] {
            let recorded = try RecordedCollector.all()
            try #require(!recorded.isEmpty)
            for item in recorded {
                try cluster.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: \(item.namespace)}")
                let created = try kubectl(
                    ["create", "--validate=false", "-f", "-", "-o", "json"], input: item.unmanaged.serializedString())
                let uid = try #require(try JSONValue(parsing: created)[path: "metadata", "uid"])
                for object in item.surroundings { try cluster.apply(object.serializedString()) }
                let list: JSONValue = [
                    "apiVersion": "v1", "kind": "List", "items": .array(item.objects(ownedBy: uid)),
                ]
                try kubectl(
                    ["create", "--validate=false", "--field-manager=manager", "-f", "-"],
                    input: list.serializedString())
            }
            return recorded
        }

        /// The ReplicaSets and ControllerRevisions by uid, once each workload has one: a second would be another pod template.
        private func settledRevisions(of collectors: [RecordedCollector]) async throws -> Set<String> {
            let workloads = try workloads(of: collectors).count
            return try await eventually("a revision of each of \(workloads) workloads") {
                let revisions = try uids("replicasets,controllerrevisions", of: collectors)
                return revisions.count == workloads ? revisions : nil
            }
        }

        /// The collectors' workloads, and whether each has fewer pods than it asks for.
        private func workloads(of collectors: [RecordedCollector]) throws -> [(name: String, lacksPods: Bool)] {
            try objects(of: collectors).filter { $0.value[path: "spec", "template"] != nil }.map { name, workload in
                let status = workload["status"]
                let wanted = status?["desiredNumberScheduled"] ?? workload[path: "spec", "replicas"] ?? 1
                let found = status?["currentNumberScheduled"] ?? status?["replicas"] ?? 0
                return (name, (found.intValue ?? 0) < (wanted.intValue ?? 1))
            }
        }

        private func uids(_ kinds: String, of collectors: [RecordedCollector]) throws -> Set<String> {
            let command = ["kubectl", "get", kinds, "-A", "-o", "json"]
            let result = try shell(command)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            let namespaces = Set(collectors.map(\.namespace))
            let items = try JSONValue(parsing: result.output)["items"]?.arrayValue ?? []
            return Set(
                items.compactMap { item in
                    guard namespaces.contains(item[path: "metadata", "namespace"]?.stringValue ?? "") else {
                        return nil
                    }
                    return item[path: "metadata", "uid"]?.stringValue
                })
        }

        /// What the operator owns in the collectors' namespaces, by kind and name.
        private func objects(of collectors: [RecordedCollector]) throws -> [String: JSONValue] {
            let kinds = "deployments,statefulsets,daemonsets,services,configmaps,serviceaccounts,networkpolicies"
            let namespaces = Set(collectors.map(\.namespace))
            let command = [
                "kubectl", "get", kinds, "-A", "-o", "json", "-l",
                "app.kubernetes.io/managed-by=opentelemetry-operator",
            ]
            let result = try shell(command)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            var found: [String: JSONValue] = [:]
            for object in try JSONValue(parsing: result.output)["items"]?.arrayValue ?? [] {
                let namespace = object[path: "metadata", "namespace"]?.stringValue ?? ""
                guard namespaces.contains(namespace) else { continue }
                let name = object[path: "metadata", "name"]?.stringValue ?? ""
                found["\(object["kind"]?.stringValue ?? "") \(namespace)/\(name)"] = object
            }
            return found
        }

        /// The objects whose version is another one, those that came and those that went. Statuses of workloads are not ours:
        /// what counts of them is the generation.
        private func changed(since before: [String: JSONValue], of collectors: [RecordedCollector]) throws -> [String] {
            func version(_ object: JSONValue) -> JSONValue? {
                object[path: "metadata", "generation"] ?? object[path: "metadata", "resourceVersion"]
            }
            let now = try objects(of: collectors)
            return Set(before.keys).union(now.keys).filter { name in
                guard let old = before[name], let new = now[name] else { return true }
                return version(old) != version(new)
            }.sorted()
        }

        @discardableResult
        private func kubectl(_ arguments: [String], input: String = "") throws -> String {
            let result = try shell(["kubectl"] + arguments, input: input)
            guard result.succeeded else { throw ShellFailure(command: ["kubectl"] + arguments, result: result) }
            return result.output
        }
    }
}

private struct Unexpected: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// A collector of the corpus, with all that the reference had made for it.
struct RecordedCollector {
    static let folder = Cluster.root.appending(path: "../shared/corpus/collectors")
    static var areAvailable: Bool { FileManager.default.fileExists(atPath: folder.path()) }

    /// The versions that the API server of the tests does not serve.
    private static let unserved: Set<String> = ["policy/v1", "autoscaling/v2"]

    let resource: JSONValue
    let recorded: [JSONValue]

    var name: String { resource[path: "metadata", "name"]?.stringValue ?? "" }
    var namespace: String { resource[path: "metadata", "namespace"]?.stringValue ?? "" }

    static func all() throws -> [RecordedCollector] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".yaml") }
        return try names.sorted().compactMap { name in
            let json = try YAML.parse(try Data(contentsOf: folder.appending(path: name)))
            guard json[path: "then", "created"] == true, var resource = json[path: "then", "resource"] else {
                return nil
            }
            // The target allocator's are not ours to render.
            guard resource[path: "spec", "targetAllocator", "enabled"] != true else { return nil }
            resource["status"] = nil
            // Off, and its empty gateway is one of the texts that go below.
            if resource[path: "spec", "httpRoute", "enabled"] != true { resource["spec"]?["httpRoute"] = nil }
            return RecordedCollector(resource: resource, recorded: json[path: "then", "objects"]?.arrayValue ?? [])
        }
    }

    var unmanaged: JSONValue {
        var resource = Self.withoutEmptyText(resource)
        resource["spec"]?["managementState"] = "unmanaged"
        return resource
    }

    /// What the pods need that users bring along: their own ServiceAccount, and classes of priority.
    var surroundings: [JSONValue] {
        let accounts = recorded.filter { $0["kind"] == "ServiceAccount" }.map { $0[path: "metadata", "name"] }
        return recorded.flatMap { object -> [JSONValue] in
            let pod = object[path: "spec", "template", "spec"]
            var found: [JSONValue] = []
            if let account = pod?["serviceAccountName"], !accounts.contains(account) {
                found.append([
                    "apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": ["name": account, "namespace": .string(namespace)],
                ])
            }
            if let priority = pod?["priorityClassName"] {
                found.append([
                    "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": priority],
                    "value": 1000,
                ])
            }
            return found
        }
    }

    func objects(ownedBy uid: JSONValue) -> [JSONValue] {
        recorded.compactMap { object in
            guard let version = object["apiVersion"]?.stringValue, !Self.unserved.contains(version),
                !version.hasPrefix("monitoring.coreos.com"), !version.hasPrefix("gateway.networking.k8s.io"),
                object["kind"] != "Ingress"
            else { return nil }
            var object = object
            object["status"] = nil
            // An address of the cluster that it was recorded in.
            if object["kind"] == "Service", object[path: "spec", "clusterIP"] != "None" {
                object["spec"]?["clusterIP"] = nil
            }
            object["spec"]?["clusterIPs"] = nil
            if case .array(var owners)? = object[path: "metadata", "ownerReferences"] {
                for index in owners.indices { owners[index]["uid"] = uid }
                object["metadata"]?["ownerReferences"] = .array(owners)
            }
            return object
        }
    }

    /// The API server of the tests does not take empty texts in custom resources where there is a pattern or a format.
    private static func withoutEmptyText(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            let members = object.compactMap { member -> JSONObject.Member? in
                member.value == "" ? nil : .init(key: member.key, value: withoutEmptyText(member.value))
            }
            return .object(JSONObject(members: members))
        case .array(let elements): return .array(elements.map(withoutEmptyText))
        default: return value
        }
    }
}
