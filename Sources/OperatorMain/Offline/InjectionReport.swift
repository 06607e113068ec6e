import Document
import Injection
import Manifests
import OperatorAPI

/// What `inject` did and did not do, object by object.
struct InjectionReport: Equatable {
    var objects: [ObjectReport] = []

    /// Whether something that was asked for is not in the output.
    var hasRefusals: Bool { objects.contains { $0.findings.contains { $0.verdict == .refused } } }

    /// A table with a line for each finding, and one line that counts.
    var text: String {
        guard !objects.isEmpty else { return "no pods, and nothing that makes pods, in the input\n" }
        var table = TextTable(header: ["NAMESPACE", "OBJECT", "RESULT", "DETAIL"])
        for object in objects {
            for finding in object.findings {
                table.add([
                    object.namespace, "\(object.kind)/\(object.name)", finding.verdict.rawValue, finding.detail,
                ])
            }
        }
        let asking = objects.filter { $0.findings.contains { $0.verdict != .notAsked } }
        let injected = objects.count { $0.isChanged }
        let refused = objects.reduce(0) { $0 + $1.findings.count { $0.verdict == .refused } }
        return table.text + "injected \(injected) of \(asking.count) that asked"
            + (refused == 0 ? "" : ", \(refused) request\(refused == 1 ? "" : "s") refused")
            + "; \(objects.count) looked at\n"
    }

    /// Who trusts in a namespace that the manifest does not name should know: it is written into the pods.
    func namespaceWarning(_ namespace: String) -> String? {
        let assumed = objects.filter { $0.isChanged && $0.isNamespaceAssumed }
        guard let first = assumed.first else { return nil }
        let others = assumed.count > 1 ? " and \(assumed.count - 1) more name" : " names"
        return "\(first.source): \(first.kind) \(first.name)\(others) no namespace; injected for namespace "
            + "\"\(namespace)\", say --namespace for another"
    }
}

struct ObjectReport: Equatable {
    var source: String
    var kind: String
    var namespace: String
    /// Whether the manifest does not say so itself.
    var isNamespaceAssumed: Bool
    /// Ends with `*` when the API server makes the name.
    var name: String
    var before: JSONValue
    var after: JSONValue
    var findings: [Finding]

    var isChanged: Bool { before != after }

    /// What changed, as a unified diff of YAML; empty when nothing did.
    func diff(isColored: Bool) -> String {
        guard isChanged else { return "" }
        return UnifiedDiff(from: YAML.serialized(before), to: YAML.serialized(after)).text(
            title: TextTable.printable("\(kind) \(name) in namespace \(namespace)"), old: TextTable.printable(source),
            new: TextTable.printable("\(source) (injected)"), isColored: isColored)
    }
}

/// One thing to say about an object.
struct Finding: Equatable {
    enum Verdict: String {
        case injected
        /// Something of what was asked for was left as it is, and the container runs with the rest.
        case inPart = "in part"
        /// Asked for and not done.
        case refused
        /// Asked for, and done before.
        case already
        case notAsked = "not asked"
    }

    var verdict: Verdict
    var detail: String

    init(_ verdict: Verdict, _ detail: String) {
        self.verdict = verdict
        self.detail = detail
    }

    init(_ refusal: Refusal) {
        switch refusal.reason {
        case .alreadyInstrumented: verdict = .already
        case _ where refusal.reason.isPartial: verdict = .inPart
        default: verdict = .refused
        }
        if case .sidecar = refusal.reason {
            detail = "\(refusal)"
            return
        }
        detail = refusal.language?.displayName ?? "OpenTelemetry"
        if let container = refusal.container { detail += " in container \(container)" }
        detail += ": \(refusal.reason.sentence)"
        if let more = refusal.reason.detail { detail += " (\(more))" }
    }

    static func all(of result: InjectionResult) -> [Finding] {
        var findings: [Finding] = []
        if case .skipped(.alreadyInstrumented(let sign)) = result.outcome, result.refusals.isEmpty {
            findings.append(Finding(.already, SkipReason.alreadyInstrumented(sign: sign).sentence))
        }
        if case .injected(let injected) = result.outcome {
            switch injected.sidecar {
            case .added(let collector, let isNative)?:
                let form = isNative ? "native sidecar" : "sidecar"
                findings.append(Finding(.injected, "collector \(collector) as \(form)"))
            case .removed?: findings.append(Finding(.injected, "nothing: the collector sidecar was removed"))
            case nil: break
            }
            for language in Language.allCases {
                let names = injected.containers.filter { $0.language == language }.map(\.name)
                if names.isEmpty { continue }
                findings.append(
                    Finding(
                        .injected,
                        "\(language.displayName) into container\(names.count > 1 ? "s" : "") "
                            + names.joined(separator: ", ")))
            }
        }
        return findings + result.refusals.map(Finding.init)
    }
}
