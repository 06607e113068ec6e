import Document
import Foundation
import Injection
import KubeModel
import OperatorAPI
import TestSupport
import Testing

/// A case is a folder in `Fixtures`: `input.yaml` (namespace, Instrumentations, collectors, pod, flags), `expected.yaml` (the pod
/// afterwards, or `unchanged`) and `report.txt` (what was injected, what was refused and why, what the answer says).
@Suite("Golden")
struct GoldenTests {
    static let cases = fixtureCases(holding: "input.yaml")

    @Test("cases are found")
    func found() { #expect(Self.cases.count >= 344) }

    @Test("injection", arguments: cases)
    func injection(name: String) throws {
        let input = try #require(
            JSONValue.documents(at: fixtures().appending(path: "\(name)/input.yaml")).first)
        let given = try Given(input)
        let result = given.inject()
        let pod = result.injectedPod?.pod() ?? given.pod

        let expected: JSONValue = result.injectedPod == nil ? "unchanged" : pod
        try expectGolden(YAML.serialized(expected), "\(name)/expected.yaml")
        try expectGolden(result.report(given), "\(name)/report.txt")

        try given.expectLawful(result)
    }
}

extension Given {
    init(_ input: JSONValue) throws {
        pod = try #require(input["pod"])
        namespace = input[path: "namespace", "name"]?.stringValue ?? ""
        for member in input[path: "namespace", "annotations"]?.objectValue ?? [:] {
            annotations[member.key] = member.value.stringValue
        }
        instrumentations = input["instrumentations"]?.arrayValue ?? []
        fixed = input["fixed"]
        collectors = input["collectors"]?.arrayValue ?? []
        hasNativeSidecars = input[path: "settings", "nativeSidecars"]?.boolValue ?? false
        settings.isMultiInstrumentationEnabled = input[path: "settings", "multiInstrumentation"]?.boolValue ?? true
        for language in input[path: "settings", "enabled"]?.arrayValue ?? [] {
            settings.enabledLanguages.insert(try #require(Language(rawValue: language.stringValue ?? "")))
        }
        for language in input[path: "settings", "disabled"]?.arrayValue ?? [] {
            settings.enabledLanguages.remove(try #require(Language(rawValue: language.stringValue ?? "")))
        }
        if let facts = input["owners"] {
            let lookup = try #require(ownerLookup())
            #expect(lookup.type.kind == facts["kind"]?.stringValue)
            #expect(lookup.key.name == facts["name"]?.stringValue)
            owners = OwnerFacts(
                owner: lookup,
                owners: (facts["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init))
        }
    }

    func ownerLookup() -> OwnerLookup? { plan.ownerLookup }
}

extension SidecarChange {
    /// As a person would tell it.
    fileprivate var sentence: String {
        switch self {
        case .added(let collector, isNative: false): "added the sidecar of collector \(collector)"
        case .added(let collector, isNative: true): "added the native sidecar of collector \(collector)"
        case .removed: "removed the sidecar"
        }
    }
}

extension InjectionResult {
    /// A line for each fact, as a person would tell it.
    func report(_ given: Given) -> String {
        var lines: [String] = []
        switch outcome {
        case .injected(let pod):
            if let change = pod.sidecar { lines.append(change.sentence) }
            lines += pod.containers.map { "injected \($0.language.displayName) into \($0.name)" }
        case .skipped(let reason): lines.append("skipped: \(reason.label)")
        }
        lines += refusals.map { "\($0.reason.label): \($0)" }
        if let lookup = given.ownerLookup() { lines.append("looked up \(lookup.type) \(lookup.key)") }
        lines.append(failureMessage.map { "answer: 500 \($0)" } ?? "answer: 200")
        return lines.joined(separator: "\n") + "\n"
    }
}
