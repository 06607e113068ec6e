import Document
import Foundation
import KubeModel
import Rendering
import TestSupport
import Testing

extension Scenario {
    /// What is rendered, sent to the API server as the operator sends it, which judges it.
    @Suite(.serialized) struct RenderedObjects {
        let cluster = Cluster()

        @Test("the API server takes every object that is rendered", .timeLimit(.minutes(4)))
        func acceptance() throws {
            let cases = try Self.recorded() + Self.fixtures()
            #expect(cases.count > 10)
            let renderer = CollectorRenderer(options: try options())
            let namespace = try cluster.makeNamespace("rendered")
            var labels: [String] = []
            var requests: [(path: String, body: JSONValue)] = []
            for (name, resource) in cases {
                var resource = Self.withoutLaterFields(resource)
                resource["metadata"]?["namespace"] = .string(namespace)
                // Nothing owns what is not made.
                resource["metadata"]?["uid"] = nil
                let rendered = renderer.render(resource)
                #expect(rendered.isComplete, "\(name)")
                for object in rendered.objects {
                    labels.append("\(name): \(object.type.kind) \(object.object.name)")
                    let path =
                        "\(object.type.group.isEmpty ? "/api" : "/apis/\(object.type.group)")/\(object.type.version)"
                        + (object.type.isNamespaced ? "/namespaces/\(namespace)" : "")
                        + "/\(object.type.plural)/\(object.object.name)"
                    requests.append(
                        ("\(path)?dryRun=All&fieldManager=opentelemetry-operator&force=true", object.object.json))
                }
            }
            let answers = try BulkRequests(cluster).apply(requests)
            for (label, answer) in zip(labels, answers) {
                let isTaken = answer["kind"]?.stringValue != "Status"
                #expect(isTaken, "\(label): \(answer["message"]?.stringValue ?? "")")
            }
            let kinds = Set(answers.compactMap { $0["kind"]?.stringValue })
            #expect(
                kinds.isSuperset(of: [
                    "Deployment", "StatefulSet", "DaemonSet", "Service", "ConfigMap", "ServiceAccount",
                    "NetworkPolicy", "Ingress", "ClusterRole", "ClusterRoleBinding",
                ]))
        }

        @Test(
            "an Ingress follows its collector: another class, another port, none at all", .timeLimit(.minutes(3)))
        func ingress() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("ingress")
            func apply(_ ingress: [String]) throws {
                try cluster.apply(Manifest.collector("col", in: namespace, spec: ingress))
            }
            func ingress(_ what: String, where isWanted: @escaping (JSONValue?) -> Bool) async throws {
                _ = try await eventually(what) {
                    let object = try cluster.get("ingress", "col-ingress", in: namespace)
                    return isWanted(object?["spec"]) ? true : nil
                }
            }
            try apply(["ingress: {type: ingress, hostname: otel.example, ingressClassName: one}"])
            try await ingress("the Ingress") {
                let paths = $0?["rules"]?[0]?[path: "http", "paths"]?.arrayValue
                return $0?["ingressClassName"] == "one" && paths?.count == 2
            }
            try apply([
                "ports: [{name: web, port: 80, targetPort: 4318}]",
                "ingress: {type: ingress, hostname: otel.example, ingressClassName: two, ruleType: subdomain}",
            ])
            try await ingress("another class, and a rule for each port") {
                $0?["ingressClassName"] == "two"
                    && $0?["rules"]?.arrayValue?.compactMap { $0["host"]?.stringValue } == [
                        "web.otel.example", "otlp-grpc.otel.example", "otlp-http.otel.example",
                    ]
            }
            // Routes and HTTPRoutes are not served here: said, and nothing else is harmed.
            try apply(["ingress: {type: route}", "httpRoute: {enabled: true, gateway: gate}"])
            try await ingress("the Ingress to go") { $0 == nil }
            let incomplete = try await cluster.condition("Complete", of: "col", in: namespace) {
                $0["status"] == "False" && $0["message"]?.stringValue?.contains("HTTPRoute") == true
            }
            #expect(incomplete["reason"] == "APIUnavailable")
            #expect(incomplete["message"]?.stringValue?.contains("there is no Route") == true)
            _ = try await cluster.condition("Ready", of: "col", in: namespace) { $0["status"] == "True" }
        }

        @Test("a DaemonSet's Services are made by servers that know no traffic policy", .timeLimit(.minutes(2)))
        func daemonSet() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("node")
            try cluster.apply(Manifest.collector("node", in: namespace, mode: "daemonset"))
            _ = try await cluster.condition("Ready", of: "node", in: namespace) { $0["status"] == "True" }
            #expect(try cluster.get("service", "node-collector", in: namespace) != nil)
        }

        // MARK: - Cases

        /// With what this API server serves.
        private func options() throws -> RenderingOptions {
            let version = try JSONValue(parsing: cluster.kubectl("get", "--raw", "/version").output)
            let listed = try cluster.kubectl("api-resources", "-o", "name").output.split(separator: "\n").map(
                String.init)
            let versions = Set(try cluster.kubectl("api-versions").output.split(separator: "\n").map(String.init))
            let served = AvailableAPIs.optional.filter {
                listed.contains($0.description) && versions.contains($0.apiVersion)
            }
            return RenderingOptions(
                availableAPIs: AvailableAPIs(served), kubernetesVersion: KubernetesVersion(version))
        }

        private static func recorded() throws -> [(name: String, resource: JSONValue)] {
            let folder = Cluster.root.appending(path: "../shared/corpus/collectors")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return try names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
                let json = try YAML.parse(Data(contentsOf: folder.appending(path: name)))
                return json["given"]?["resource"].map { ("recorded \(name)", $0) }
            }
        }

        private static func fixtures() throws -> [(name: String, resource: JSONValue)] {
            let folder = Cluster.root.appending(path: "Tests/RenderingTests/Fixtures")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
                let input = folder.appending(path: "\(name)/input.yaml")
                guard let data = try? Data(contentsOf: input) else { return nil }
                return (name, try YAML.parse(data))
            }
        }

        /// The user's own fields that API servers before 1.25 do not know: they refuse the object that has them.
        private static func withoutLaterFields(_ resource: JSONValue) -> JSONValue {
            var spec = resource["spec"] ?? [:]
            for key in ["trafficDistribution", "hostUsers", "persistentVolumeClaimRetentionPolicy", "ipFamilies"] {
                spec[key] = nil
            }
            spec["ipFamilyPolicy"] = nil
            for key in ["livenessProbe", "startupProbe"] { spec[key]?["terminationGracePeriodSeconds"] = nil }
            spec["lifecycle"] = nil
            if spec["podSecurityContext"]?["aFieldOfTomorrow"] != nil { spec["podSecurityContext"] = nil }
            var resource = resource
            resource["spec"] = spec
            return resource
        }
    }
}
