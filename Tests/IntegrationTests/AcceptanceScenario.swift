import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// Pods of every kind, sent through the webhook to the API server, which judges the result.
    @Suite(.serialized) struct Acceptance {
        let cluster = Cluster()

        @Test(
            "whatever is injected, the API server takes a pod that it would have taken without",
            .timeLimit(.minutes(4)))
        func acceptance() async throws {
            let running = try OperatorProcess(flags: [
                "--enable-go-instrumentation=true", "--enable-nginx-instrumentation=true",
            ])
            defer { running.stop() }
            try await running.untilServing()

            let api = try BulkRequests(cluster)
            let cases = try await prepare(Self.goldens() + Self.generated(40), api)
            // Those that the API server refuses by themselves prove nothing.
            let plain = try dryRun(cases, isAsking: false, api)
            let valid = cases.filter { plain[$0.name]?.isPod ?? false }
            #expect(valid.count > cases.count * 3 / 4)

            var answers = try dryRun(valid, isAsking: true, api)
            func late() -> [AcceptanceCase] {
                valid.filter { item in
                    item.isInjected && answers[item.name].map { $0.isPod && !$0.isRecorded } ?? true
                }
            }
            // The operator sees an Instrumentation a moment after it was made.
            _ = try await eventually("every Instrumentation to be seen") {
                answers.merge(try dryRun(late(), isAsking: true, api)) { $1 }
                let late = late()
                if !late.isEmpty { throw NotInjected(names: late.map(\.name)) }
                return true
            }
            for item in valid {
                let answer = try #require(answers[item.name])
                let isTaken = answer.isPod
                #expect(isTaken, "\(item.name): \(answer["message"]?.stringValue ?? "")")
            }
            #expect(answers.values.count(where: \.isRecorded) > 130)
        }

        /// Makes a namespace with its Instrumentations for each case, and waits until pods can be made there.
        ///
        /// - Returns: the cases whose Instrumentations the API server takes, as some are wrong on purpose.
        private func prepare(_ cases: [AcceptanceCase], _ api: BulkRequests) async throws -> [AcceptanceCase] {
            _ = try api.post(cases.map { ("/api/v1/namespaces", $0.namespaceObject) })
            let objects = cases.flatMap { item in item.instrumentationObjects.map { (item, $0) } }
            let answers = try api.post(
                objects.map { item, object in
                    ("/apis/opentelemetry.io/v1alpha1/namespaces/\(item.namespace)/instrumentations", object)
                })
            let refused = Set(zip(objects, answers).filter { $1["kind"] == "Status" }.map(\.0.0.name))
            let names = Set(cases.map(\.namespace))
            _ = try await eventually("the service accounts of the namespaces") {
                let accounts = try cluster.kubectl("get", "serviceaccounts", "-A", "-o", "json")
                let items = try JSONValue(parsing: accounts.output)["items"]?.arrayValue ?? []
                let ready = Set(items.compactMap { $0[path: "metadata", "namespace"]?.stringValue })
                return names.isSubset(of: ready) ? true : nil
            }
            return cases.filter { !refused.contains($0.name) }
        }

        /// The pods as they would be stored, by the name of the case; a Status for those that are refused.
        private func dryRun(
            _ cases: [AcceptanceCase], isAsking: Bool, _ api: BulkRequests
        ) throws -> [String: JSONValue] {
            let answers = try api.post(
                cases.map { ("/api/v1/namespaces/\($0.namespace)/pods?dryRun=All", $0.pod(isAsking: isAsking)) })
            return Dictionary(uniqueKeysWithValues: zip(cases.map(\.name), answers))
        }

        // MARK: - Cases

        /// The cases of the injector's own tests in which something is injected with the settings of this operator.
        private static func goldens() throws -> [AcceptanceCase] {
            let fixtures = Cluster.root.appending(path: "Tests/InjectionTests/Fixtures")
            return try FileManager.default.contentsOfDirectory(atPath: fixtures.path).sorted().compactMap { name in
                func text(_ file: String) throws -> String {
                    try String(contentsOf: fixtures.appending(path: "\(name)/\(file)"), encoding: .utf8)
                }
                let input = try YAML.parse(text("input.yaml"))
                let settings = input["settings"]
                guard settings?["multiInstrumentation"] == nil, settings?["disabled"] == nil,
                    input["collectors"] == nil, input["fixed"] == nil,
                    let pod = input["pod"], pod.objectValue != nil
                else { return nil }
                let report = try text("report.txt")
                guard report.hasPrefix("injected"), !report.contains("LanguageDisabled") else { return nil }
                // Before 1.23 API servers do not take them.
                if try text("expected.yaml").contains("volumeClaimTemplate") { return nil }
                let annotations = input[path: "namespace", "annotations"] ?? [:]
                // Those of other namespaces are not made.
                let requests = [annotations, pod[path: "metadata", "annotations"] ?? [:]]
                    .flatMap { $0.objectValue?.members ?? [] }.filter { $0.key.contains("/inject-") }
                let isLocal = !requests.contains { $0.value.stringValue?.contains("/") ?? true }
                return AcceptanceCase(
                    name: name, original: pod, annotations: annotations,
                    instrumentations: input["instrumentations"]?.arrayValue ?? [],
                    isInjected: isLocal)
            }
        }

        private static func generated(_ count: Int) -> [AcceptanceCase] {
            (0..<count).map { seed in
                var generator = PodGenerator(seed: UInt64(seed), allowsOdd: false)
                let generated = generator.generate()
                var annotations: JSONValue = [:]
                for (key, value) in generated.namespaceAnnotations { annotations[key] = .string(value) }
                return AcceptanceCase(
                    name: "generated-\(seed)", original: generated.pod, annotations: annotations,
                    instrumentations: generated.instrumentations, isInjected: false)
            }
        }
    }
}

private struct NotInjected: Error {
    var names: [String]
}

/// A pod and what is around it, moved to a namespace of its own.
private struct AcceptanceCase {
    private static let run = UUID().uuidString.prefix(4).lowercased()

    let name: String
    let original: JSONValue
    let annotations: JSONValue
    let instrumentations: [JSONValue]
    /// Whether something is known to be injected, and so must be.
    let isInjected: Bool

    var namespace: String { "\(name.prefix(50))-\(Self.run)" }

    var namespaceObject: JSONValue {
        [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": ["name": .string(namespace), "annotations": annotations],
        ]
    }

    /// Those of the pod's own namespace; another one's stay out, as then nothing is injected for it.
    var instrumentationObjects: [JSONValue] {
        instrumentations.filter { $0[path: "metadata", "namespace"] == "ns1" }.map { object in
            var object = object
            object["metadata"]?["namespace"] = .string(namespace)
            return object
        }
    }

    func pod(isAsking: Bool) -> JSONValue {
        var pod = original
        var metadata = pod["metadata"] ?? [:]
        metadata["generateName"] = nil
        metadata["uid"] = nil
        metadata["name"] = .string(name)
        metadata["namespace"] = .string(namespace)
        if !isAsking {
            var annotations: JSONValue = ["sidecar.opentelemetry.io/inject": "false"]
            for language in ["java", "nodejs", "python", "dotnet", "go", "apache-httpd", "nginx", "sdk"] {
                annotations["instrumentation.opentelemetry.io/inject-\(language)"] = "false"
            }
            metadata["annotations"] = annotations
        }
        pod["apiVersion"] = "v1"
        pod["kind"] = "Pod"
        pod["metadata"] = metadata
        return pod
    }
}

extension JSONValue {
    fileprivate var isPod: Bool { self["kind"]?.stringValue == "Pod" }

    fileprivate var isRecorded: Bool {
        self[path: "metadata", "annotations"]?["instrumentation.opentelemetry.io/injected"] != nil
    }
}
