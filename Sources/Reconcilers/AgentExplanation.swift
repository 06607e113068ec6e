import Injection
import KubeModel
import OperatorAPI

/// Why a pod that asks for languages has no record of them: what the injector says of the pod as it runs. Pure.
struct AgentExplanation: Equatable, Sendable {
    typealias Finding = InstrumentationPods.Finding

    private var byLanguage: [Language: Finding]

    /// - Parameters:
    ///   - result: of injecting the running pod.
    ///   - languages: those that it asks for.
    init(_ result: InjectionResult, languages: some Sequence<Language>) {
        var injected: Set<Language> = []
        if case .injected(let pod) = result.outcome { injected = Set(pod.containers.map(\.language)) }
        byLanguage = [:]
        for language in languages {
            if injected.contains(language) {
                byLanguage[language] = .notInjectedAtCreation
            } else if let refusal = result.refusals.first(where: { $0.language == language && !$0.reason.isPartial }) {
                byLanguage[language] = Self.finding(refusal)
            } else if case .skipped(let reason) = result.outcome, reason != .notRequested {
                byLanguage[language] = Self.finding(Refusal(language: language, reason: reason))
            }
        }
    }

    private static func finding(_ refusal: Refusal) -> Finding {
        if case .alreadyInstrumented = refusal.reason { return .unknownConfiguration(refusal.reason.sentence) }
        return Finding(
            state: .refused, reason: refusal.reason.label,
            // The Instrumentation is the one whose status this stands in.
            message: Refusal(language: refusal.language, container: refusal.container, reason: refusal.reason)
                .description)
    }

    /// How a pod of which these languages lack stands.
    func findings(for languages: [Language]) -> (isInjected: Bool, findings: [Finding]) {
        // A language that nobody refuses was simply not injected.
        let findings = languages.map { byLanguage[$0] ?? .notInjectedAtCreation }
        return (!findings.contains { $0.state == .refused }, findings)
    }
}

/// The explanations of earlier passes, so that a pod's owner is looked at once.
///
/// Those that a pass has not met go. When as many as ``capacity`` are met there is room for no other: were an old one to make
/// room, each pass would look at the same owners again, and write what it has forgotten and learnt.
struct AgentExplanations: Sendable {
    let capacity: Int
    private var byGroup: [Int: AgentExplanation] = [:]

    init(capacity: Int = 4096) { self.capacity = capacity }

    var isFull: Bool { byGroup.count >= capacity }

    subscript(group: Int) -> AgentExplanation? { byGroup[group] }

    /// - Returns: whether there was room for it.
    @discardableResult
    mutating func remember(_ explanation: AgentExplanation, of group: Int) -> Bool {
        guard !isFull || byGroup[group] != nil else { return false }
        byGroup[group] = explanation
        return true
    }

    mutating func forget(allBut met: Set<Int>) { byGroup = byGroup.filter { met.contains($0.key) } }
}
