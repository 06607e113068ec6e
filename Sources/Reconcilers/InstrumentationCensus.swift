import Injection
import KubeModel
import OperatorAPI

/// Counts pods by the Instrumentations that they are about, from the metadata of the pods. Pure.
///
/// What a pod counts as, for each Instrumentation that it asks for:
///
/// | record of what was injected | metadata say that it is refused | counts as |
/// | --- | --- | --- |
/// | of each language, at today's state | any | injected |
/// | of each language, at another state | any | injected, and outdated |
/// | not of every language | yes | refused, for that reason |
/// | of other languages only | no | refused: not injected at creation |
/// | none | no | what an ``AgentExplanation`` of one pod of its owner says |
///
/// A recorded language that is no longer asked of the record's Instrumentation counts with it as injected and outdated, and
/// not as requested. What a record says of an Instrumentation that is not there counts nowhere.
///
/// Memory is bounded by the numbers of Instrumentations and of groups, ``maximumGroups`` at most; of a pod nothing is kept
/// but its name as an example.
struct InstrumentationCensus {
    typealias Finding = InstrumentationPods.Finding

    /// How many groups without an explanation are remembered in one pass.
    static let maximumGroups = 1000

    /// Pods without a record that belong to one owner and ask for the same: one explanation is good for all.
    struct Group: Sendable {
        /// One of them.
        var representative: ObjectKey
        /// The languages that lack, by Instrumentation.
        var missing: [ObjectKey: [Language]]
        fileprivate var count = 1
        fileprivate var examples: [ObjectKey]
    }

    private let injector: Injector
    private let instrumentations: InstrumentationSource
    private let namespaceAnnotations: (String) -> [String: String]
    private let explanations: AgentExplanations

    private(set) var counts: [ObjectKey: InstrumentationPods] = [:]
    /// The groups that `explanations` has explained.
    private(set) var explained: Set<Int> = []
    /// In the order in which they were met.
    private(set) var unexplained: [(id: Int, group: Group)] = []
    private var groupIndices: [Int: Int] = [:]
    private var fingerprints: [ObjectKey: [Language: String]] = [:]

    /// - Parameter explanations: what is known of groups from earlier passes.
    init(
        injector: Injector, instrumentations: InstrumentationSource,
        namespaceAnnotations: @escaping (String) -> [String: String], explanations: AgentExplanations
    ) {
        self.injector = injector
        self.instrumentations = instrumentations
        self.namespaceAnnotations = namespaceAnnotations
        self.explanations = explanations
    }

    /// - Parameter pod: its metadata.
    mutating func add(_ pod: KubeObject) {
        if pod.isBeingDeleted { return }
        let ofNamespace = namespaceAnnotations(pod.namespace)
        let requests = injector.annotatedRequests(
            pod.json, namespace: pod.namespace, namespaceAnnotations: ofNamespace, instrumentations: instrumentations)
        let record = pod.annotation(AnnotationKey.injected).map(InjectionRecord.init(parsing:))
        if requests.isEmpty, record == nil { return }

        var standings: [ObjectKey: Standing] = [:]
        for request in requests {
            if let entry = record?.entries.first(where: { $0.language == request.language }) {
                let isClear = request.instrumentations.count == 1
                let target = isClear ? request.instrumentations[0] : entry.instrumentation
                if request.instrumentations.contains(target) {
                    standings[target, default: Standing()].isRequested = true
                    standings[target, default: Standing()].findings += outdated(entry, today: target)
                } else if exists(target) {
                    standings[target, default: Standing()].findings.append(.noLongerRequested)
                }
                continue
            }
            // Made once: there may be as many Instrumentations as the text has names.
            let refusal = request.refusal.map { Finding($0, request.language) }
            for key in request.instrumentations {
                standings[key, default: Standing()].isRequested = true
                if let refusal {
                    standings[key, default: Standing()].findings.append(refusal)
                } else if record != nil {
                    standings[key, default: Standing()].findings.append(.notInjectedAtCreation)
                } else {
                    standings[key, default: Standing()].missing.append(request.language)
                }
            }
        }
        for entry in record?.entries ?? [] where !requests.contains(where: { $0.language == entry.language }) {
            guard exists(entry.instrumentation) else { continue }
            standings[entry.instrumentation, default: Standing()].findings.append(.noLongerRequested)
        }
        settle(standings, of: pod, ofNamespace)
    }

    /// What a pod's record names is what its user may have written.
    private func exists(_ key: ObjectKey) -> Bool { instrumentations.instrumentation(key) != nil }

    private struct Standing {
        var isRequested = false
        var findings: [Finding] = []
        var missing: [Language] = []

        var isRefused: Bool { findings.contains { $0.state == .refused } }
    }

    private mutating func settle(
        _ standings: [ObjectKey: Standing], of pod: KubeObject, _ namespaceAnnotations: [String: String]
    ) {
        var missing: [ObjectKey: [Language]] = [:]
        for (key, standing) in standings {
            if standing.missing.isEmpty || standing.isRefused {
                counts[key, default: InstrumentationPods()].add(
                    Self.name(pod.key, beside: key), isRequested: standing.isRequested,
                    isInjected: !standing.isRefused, findings: standing.findings)
            } else {
                missing[key] = standing.missing
            }
        }
        if missing.isEmpty { return }
        let id = groupID(pod, missing, namespaceAnnotations)
        if let explanation = explanations[id] {
            explained.insert(id)
            for (key, languages) in missing {
                let (isInjected, findings) = explanation.findings(for: languages)
                add(pod.key, to: key, isInjected: isInjected, findings: findings)
            }
            return
        }
        for key in missing.keys { add(pod.key, to: key, isInjected: nil, findings: []) }
        if let index = groupIndices[id] {
            unexplained[index].group.count += 1
            InstrumentationPods.keepSmallest(&unexplained[index].group.examples, with: pod.key)
        } else if unexplained.count < Self.maximumGroups {
            groupIndices[id] = unexplained.count
            unexplained.append((id, Group(representative: pod.key, missing: missing, examples: [pod.key])))
        }
    }

    /// Settles a group that `unexplained` has named.
    mutating func explain(_ id: Int, _ explanation: AgentExplanation) {
        guard let index = groupIndices[id] else { return }
        let group = unexplained[index].group
        for (key, languages) in group.missing {
            let (isInjected, findings) = explanation.findings(for: languages)
            counts[key, default: InstrumentationPods()].resolve(
                group.examples.map { Self.name($0, beside: key) }, count: group.count, isInjected: isInjected,
                findings: findings)
        }
    }

    private mutating func add(_ pod: ObjectKey, to key: ObjectKey, isInjected: Bool?, findings: [Finding]) {
        counts[key, default: InstrumentationPods()].add(
            Self.name(pod, beside: key), isInjected: isInjected, findings: findings)
    }

    private static func name(_ pod: ObjectKey, beside instrumentation: ObjectKey) -> String {
        pod.namespace == instrumentation.namespace ? pod.name : pod.description
    }

    // MARK: - What was injected, and what would be today

    private mutating func outdated(_ entry: InjectionRecord.Entry, today: ObjectKey) -> [Finding] {
        if entry.instrumentation != today { return [.otherInstrumentation(entry.instrumentation)] }
        guard let current = fingerprint(of: today, entry.language) else { return [] }
        return current == entry.fingerprint ? [] : [.configurationChanged]
    }

    /// `nil` when the object is not there, or cannot be read.
    private mutating func fingerprint(of key: ObjectKey, _ language: Language) -> String? {
        if let known = fingerprints[key]?[language] { return known }
        guard let instrumentation = try? instrumentations.instrumentation(key)?.get() else { return nil }
        let made = instrumentation.fingerprint(of: language, images: injector.settings.defaultImages)
        fingerprints[key, default: [:]][language] = made
        return made
    }

    /// The annotations that an injection depends on.
    private static let decisive =
        [
            AnnotationKey.containerNames, AnnotationKey.pythonPlatform, AnnotationKey.dotnetRuntime,
            AnnotationKey.goTargetExecutable,
        ] + Language.allCases.flatMap { [AnnotationKey.inject($0), AnnotationKey.containerNames($0)] }

    /// Different for pods that may have different explanations. Good for the life of the process: it is a hash with the
    /// process's own seed.
    private mutating func groupID(
        _ pod: KubeObject, _ missing: [ObjectKey: [Language]], _ namespaceAnnotations: [String: String]
    ) -> Int {
        var hasher = Hasher()
        hasher.combine(pod.namespace)
        hasher.combine((pod.controller ?? pod.ownerReferences.first)?.uid ?? pod.uid)
        // A StatefulSet or DaemonSet stays the same object when its template changes.
        hasher.combine(pod.label("controller-revision-hash"))
        for key in Self.decisive {
            hasher.combine(pod.annotation(key))
            hasher.combine(namespaceAnnotations[key])
        }
        for (key, languages) in missing.sorted(by: { $0.key < $1.key }) {
            hasher.combine(key)
            for language in languages { hasher.combine(fingerprint(of: key, language)) }
        }
        return hasher.finalize()
    }
}

extension InstrumentationPods.Finding {
    init(_ reason: SkipReason, _ language: Language, container: String? = nil) {
        self.init(
            state: .refused, reason: reason.label,
            message: Refusal(language: language, container: container, reason: reason).description)
    }

    static let notInjectedAtCreation = Self(
        state: .refused, reason: "NotInjectedAtCreation",
        message:
            "The pod was created before the annotation or the Instrumentation was there, or while no webhook answered, "
            + "or its request was refused then. Restart it.")

    static let noLongerRequested = Self(
        state: .outdated, reason: "NoLongerRequested",
        message:
            "The pod was injected, and neither it nor its namespace asks for that any more. Restart it to take the "
            + "agent away.")

    static let configurationChanged = Self(
        state: .outdated, reason: "ConfigurationChanged",
        message:
            "The pod was injected with an earlier state of this Instrumentation or of the operator's images. Restart "
            + "it to bring it up to date.")

    static func otherInstrumentation(_ key: ObjectKey) -> Self {
        Self(
            state: .outdated, reason: "OtherInstrumentation",
            message: "The pod was injected by Instrumentation \(key). Restart it to have this one.")
    }

    static func unknownConfiguration(_ sentence: String) -> Self {
        Self(
            state: .outdated, reason: "UnknownConfiguration",
            message:
                "What the pod was injected with is not known, as it was not injected by this operator (\(sentence)). "
                + "Restart it to be sure.")
    }
}
