import Document
import Foundation
import Injection
import KubeModel
import OperatorAPI
import TestSupport
import Testing

/// Our answers beside those recorded from the reference.
@Suite("Recorded pods")
struct CorpusTests {
    /// The recordings are not part of the package; without them there is nothing to compare.
    static let folder = packageRoot().deletingLastPathComponent().appending(path: "shared/corpus/pods")

    static let cases: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.first?.isNumber == true }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// Where we mean to differ, and why.
    static let differences: [String: String] = [
        "003": "unknown platform: the reference adds an agent container that fails for ever; we add nothing",
        "049": "PYTHONPATH from a ConfigMap: the reference adds an agent container that serves no container",
        "135": "JAVA_TOOL_OPTIONS from a ConfigMap: the same",
        "056": "unknown .NET runtime: the same",
        "061": "unknown .NET runtime",
        "101": "unknown .NET runtime",
        "045": "unknown platform",
        "113": "unknown platform",
        "120": "unknown platform",
    ]

    @Test("equal the reference's", .enabled(if: !cases.isEmpty), arguments: cases)
    func recorded(number: String) throws {
        let (recording, pod, result) = try Self.inject(number)

        let recorded = try #require(recording[path: "then", "pod"])
        let expected = recorded == "unchanged" ? pod : recorded
        let actual = result.injectedPod?.pod() ?? pod
        let difference = JSONValue.difference(
            actual.withoutFreeParts.normalised ?? .null, expected.withoutFreeParts.normalised ?? .null)
        if let reason = Self.differences[number] {
            #expect(difference != nil, "no longer differs: \(reason)")
        } else {
            #expect(difference == nil)
        }
        #expect(result.failureMessage == recording[path: "then", "status", "message"]?.stringValue)
        if recorded == "unchanged", actual == pod { #expect(result.injectedPod == nil) }
    }

    @Test("enough of them are injected", .enabled(if: !cases.isEmpty))
    func coverage() throws {
        let injected = try Self.cases.filter { try Self.inject($0).result.injectedPod != nil }
        #expect(Self.cases.count >= 140)
        #expect(injected.count >= 60, "\(injected.count)")
    }

    private static func inject(
        _ number: String
    ) throws -> (recording: JSONValue, pod: JSONValue, result: InjectionResult) {
        let recording = try #require(
            JSONValue.documents(at: folder.appending(path: "\(number).yaml")).first)
        let instrumentations = try JSONValue.documents(at: folder.appending(path: "instrumentations.yaml"))
        let pod = try #require(recording[path: "given", "pod"])
        let namespace = try #require(recording[path: "given", "namespace"]?.stringValue)
        let given = Given(
            pod: pod, namespace: namespace,
            annotations: namespace == "corpus-annotated"
                ? [
                    "instrumentation.opentelemetry.io/inject-python": "corpus-field/field",
                    "instrumentation.opentelemetry.io/inject-java": "corpus-full/full",
                ] : [:],
            instrumentations: instrumentations,
            settings: InjectionSettings(enabledLanguages: Set(Language.allCases)))
        return (recording, pod, given.inject())
    }
}

extension JSONValue {
    /// A pod without what need not be the same: our record of the injection, the text of scripts, comments.
    fileprivate var withoutFreeParts: JSONValue {
        var pod = self
        pod["metadata"]?["annotations"]?["instrumentation.opentelemetry.io/injected"] = nil
        guard let containers = pod["spec"]?["initContainers"]?.arrayValue else { return pod }
        pod["spec"]?["initContainers"] = .array(
            containers.map { container in
                guard container["name"]?.stringValue?.hasPrefix("otel-agent-") == true else { return container }
                var container = container
                if var arguments = container["args"]?.arrayValue {
                    arguments[0] = "script"
                    container["args"] = .array(arguments)
                }
                if let environment = container["env"]?.arrayValue {
                    container["env"] = .array(environment.map(\.withoutComments))
                }
                return container
            })
        return pod
    }

    private var withoutComments: JSONValue {
        guard self["name"]?.stringValue == "OTEL_APACHE_AGENT_CONF", let text = self["value"]?.stringValue else {
            return self
        }
        var entry = self
        entry["value"] = .string(
            text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
                .joined(separator: "\n"))
        return entry
    }
}
