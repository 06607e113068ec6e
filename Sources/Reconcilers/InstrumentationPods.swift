import Document

/// How the pods of one Instrumentation stand: `status.pods`. Pure.
///
/// - Guarantees: its size is bounded, whatever the number of pods. Equal pods give an equal value, in whatever order they
///   come; there is no time in it.
struct InstrumentationPods: Equatable, Sendable {
    static let maximumReasons = 10
    static let maximumExamples = 3
    /// Of a message, in bytes.
    static let maximumMessage = 512

    enum State: String, Sendable {
        case refused = "Refused"
        case outdated = "Outdated"
    }

    /// Why a pod is not as it should be.
    struct Finding: Equatable, Sendable {
        var state: State
        /// A word that stays the same.
        var reason: String
        /// For people, about one pod; cut to ``maximumMessage``.
        var message: String

        init(state: State, reason: String, message: String) {
            self.state = state
            self.reason = reason
            self.message = InstrumentationPods.cut(message)
        }
    }

    fileprivate struct Reason: Equatable, Sendable {
        var finding: Finding
        var count = 0
        var examples: [String] = []
    }

    /// Those that ask for it. `injected + refused` is less while it is not known of some why they have no agent, and more
    /// where pods were injected and do not ask any more.
    private(set) var requested = 0
    private(set) var injected = 0
    private(set) var refused = 0
    private(set) var outdated = 0
    private var reasons: [Reason] = []

    /// Counts a pod.
    ///
    /// - Parameters:
    ///   - isRequested: whether it asks for anything, or was only injected once.
    ///   - isInjected: whether it has all that it asks for; `nil` when that is not known yet.
    ///   - findings: of all its languages.
    mutating func add(_ pod: String, isRequested: Bool = true, isInjected: Bool?, findings: [Finding]) {
        if isRequested { requested += 1 }
        if isInjected == true { injected += 1 }
        settle([pod], count: 1, findings: findings)
    }

    /// Counts pods that were added before with `isInjected` not known.
    ///
    /// - Parameter pods: the smallest of their names.
    mutating func resolve(_ pods: [String], count: Int, isInjected: Bool, findings: [Finding]) {
        if isInjected { injected += count }
        settle(pods, count: count, findings: findings)
    }

    private mutating func settle(_ pods: [String], count: Int, findings: [Finding]) {
        if findings.contains(where: { $0.state == .refused }) { refused += count }
        if findings.contains(where: { $0.state == .outdated }) { outdated += count }
        var seen: [Finding] = []
        for finding in findings {
            // A pod counts once for a reason, whatever the number of its languages.
            if seen.contains(where: { $0.state == finding.state && $0.reason == finding.reason }) { continue }
            seen.append(finding)
            let known = reasons.firstIndex { $0.finding.state == finding.state && $0.finding.reason == finding.reason }
            let index = known ?? reasons.endIndex
            if known == nil { reasons.append(Reason(finding: finding)) }
            reasons[index].count += count
            // The smallest of all, so that a pass that counts the same pods in another order shows the same.
            reasons[index].finding.message = min(reasons[index].finding.message, finding.message)
            for pod in pods { Self.keepSmallest(&reasons[index].examples, with: pod) }
        }
    }

    /// Inserts a name into the ``maximumExamples`` smallest, which are in order.
    static func keepSmallest<Name: Comparable>(_ names: inout [Name], with name: Name) {
        if names.count == maximumExamples, let last = names.last, last <= name { return }
        names.insert(name, at: names.firstIndex { name < $0 } ?? names.endIndex)
        if names.count > maximumExamples { names.removeLast() }
    }

    /// As `status.pods` has it.
    var json: JSONValue {
        let shown = reasons.sorted { ($1.count, $0.finding.reason) < ($0.count, $1.finding.reason) }
            .prefix(Self.maximumReasons)
        return .object(compacting: [
            "requested": .int(requested), "injected": .int(injected), "refused": .int(refused),
            "outdated": .int(outdated),
            "reasons": shown.isEmpty ? nil : .array(shown.map(\.json)),
        ])
    }

    /// The change of a status that says something else, as a merge patch; `nil` when it says this.
    func patch(for status: JSONValue?) -> JSONValue? {
        let wanted = json
        guard let current = status?["pods"], !current.isNull else { return ["status": ["pods": wanted]] }
        if current == wanted { return nil }
        var pods = wanted
        for member in current.objectValue ?? [:] where wanted[member.key] == nil { pods[member.key] = .null }
        return ["status": ["pods": pods]]
    }

    static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumMessage else { return text }
        var kept = ""
        var size = 3
        for character in text {
            size += character.utf8.count
            if size > maximumMessage { break }
            kept.append(character)
        }
        return kept + "…"
    }
}

extension InstrumentationPods.Reason {
    fileprivate var json: JSONValue {
        [
            "state": .string(finding.state.rawValue), "reason": .string(finding.reason), "count": .int(count),
            "examples": .strings(examples), "message": .string(finding.message),
        ]
    }
}
