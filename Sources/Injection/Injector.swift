public import Document
import KubeModel
import OperatorAPI

/// Decides what a pod gets and puts it in. Pure: it reads no clock and performs no I/O.
///
/// First the collector sidecar: added, removed, or refused with the reason. Then the languages, whatever came of the
/// sidecar; nor do they undo it. Of their order the first that applies ends the matter:
///
/// 1. nothing asked by pod or namespace: no change, no word;
/// 2. already instrumented: no change;
/// 3. for each language asked, its Instrumentation; if one cannot be chosen, nothing is injected for any;
/// 4. languages switched off are refused and count as not asked from here on;
/// 5. the lists of containers; a malformed or contradicting one stops all languages;
/// 6. language by language: injected, or refused with the reason.
public struct Injector: Sendable {
    public var settings: InjectionSettings

    public init(settings: InjectionSettings = InjectionSettings()) { self.settings = settings }

    /// Instruments a pod, without looking up its owners; see ``plan(_:namespace:namespaceAnnotations:enforcesRestrictedPods:instrumentations:sidecars:)``.
    public func inject(
        _ pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        enforcesRestrictedPods: Bool = false, instrumentations: InstrumentationSource, sidecars: SidecarSource = .none
    ) -> InjectionResult {
        plan(
            pod, namespace: namespace, namespaceAnnotations: namespaceAnnotations,
            enforcesRestrictedPods: enforcesRestrictedPods, instrumentations: instrumentations, sidecars: sidecars
        ).result()
    }

    /// Looks at what a pod and its namespace ask for.
    ///
    /// - Parameters:
    ///   - pod: as it was sent.
    ///   - namespace: the name of the admission request's namespace; what the pod itself says does not count.
    ///   - namespaceAnnotations: of the Namespace object.
    ///   - enforcesRestrictedPods: whether the namespace's labels have only pods of the level `restricted` admitted. Then a
    ///     pod that would be admitted is never given what would have it refused.
    public func plan(
        _ pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        enforcesRestrictedPods: Bool = false, instrumentations: InstrumentationSource, sidecars: SidecarSource = .none
    ) -> InjectionPlan {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        return InjectionPlan(
            pod, namespace: namespace, annotations: annotations,
            languages: Self.asked(annotations, namespace: namespace, from: instrumentations),
            sidecar: SidecarPlan(
                SidecarRequest(annotations, namespace: namespace), pod: pod, namespace: namespace, from: sidecars),
            isRestricted: enforcesRestrictedPods, injector: self)
    }

    func carryOut(_ plan: InjectionPlan, owners: OwnerFacts?) -> InjectionResult {
        let asked = plan.languages
        if asked.isEmpty, plan.sidecar.isIdle { return Self.skipped(.notRequested, []) }

        var draft: PodDraft
        do throws(FieldError) {
            draft = try PodDraft(plan.pod)
        } catch {
            return Self.refuseAll(asked.map(\.language), .podUnreadable(error)).including(plan.sidecar.refused(error))
        }
        let facts = PodFacts(
            pod: plan.pod, namespace: plan.namespace, owners: owners, isRestricted: plan.isRestricted)
        let outcome = plan.sidecar.apply(to: &draft, pod: facts)
        return injectLanguages(asked, into: draft, plan.annotations, facts).including(outcome, draft)
    }

    private func injectLanguages(
        _ asked: [InjectionPlan.AskedLanguage], into draft: PodDraft, _ annotations: EffectiveAnnotations,
        _ facts: PodFacts
    ) -> InjectionResult {
        if asked.isEmpty { return Self.skipped(.notRequested, []) }
        if let sign = draft.signOfInstrumentation {
            // What a template was given before it came to the cluster is as it should be, and no refusal.
            let record = InjectionRecord(parsing: facts.annotation(AnnotationKey.injected))
            let missing = asked.map(\.language).filter { language in
                !record.entries.contains { $0.language == language }
            }
            return Self.refuseAll(missing, .alreadyInstrumented(sign: sign))
        }

        var refusals: [Refusal] = []
        var requests: [LanguageRequest]
        switch self.requests(of: asked, refusals: &refusals) {
        case .success(let selected): requests = selected
        case .failure(let failure): return Self.skipped(failure.reason, refusals)
        }
        guard let first = requests.first else {
            return Self.skipped(refusals.first?.reason ?? .notRequested, refusals)
        }
        if let conflict = assignContainerNames(to: &requests, annotations) {
            refusals += requests.map { $0.refused(conflict.reason(for: $0.language)) }
            return Self.skipped(conflict.reason(for: conflict.language ?? first.language), refusals)
        }
        if draft.containers.isEmpty {
            return Self.skipped(.noContainers, refusals + requests.map { $0.refused(.noContainers) })
        }

        var draft = draft
        var injected: [InjectedContainer] = []
        for request in requests {
            let outcome = inject(request, into: &draft, annotations, facts)
            injected += outcome.injected.map { InjectedContainer(name: $0, language: request.language) }
            refusals += outcome.refusals
        }
        if injected.isEmpty { return Self.skipped(refusals.first?.reason ?? .notRequested, refusals) }
        draft.setAnnotation(AnnotationKey.injected, record(of: requests, injected).text)
        return InjectionResult(outcome: .injected(InjectedPod(draft: draft, containers: injected)), refusals: refusals)
    }

    private func inject(
        _ request: LanguageRequest, into draft: inout PodDraft, _ annotations: EffectiveAnnotations, _ facts: PodFacts
    ) -> LanguageOutcome {
        let section = request.section(settings.defaultImages)
        if let fault = PodAcceptance.fault(request, section: section, pod: draft) {
            return LanguageOutcome(refusals: [request.refused(.instrumentationInvalid(fault))])
        }
        if draft.isForWindows, !request.mayRunOnWindows(section.image, settings.defaultImages) {
            return LanguageOutcome(refusals: [request.refused(.windowsPod)])
        }
        let injection = request.injection(annotations, settings)
        let targets = injection.targets(of: request, in: draft)
        var unknown = targets.unknown.prefix(Self.shownNames).map { request.refused(.containerNotFound, container: $0) }
        if targets.unknown.count > Self.shownNames {
            unknown.append(request.refused(.containersNotFound(targets.unknown.count - Self.shownNames)))
        }
        if targets.places.isEmpty {
            return LanguageOutcome(refusals: unknown.isEmpty ? [request.refused(.noContainerFound)] : unknown)
        }
        // Every container gets all of it, so a few hundred kilobytes can become very many megabytes.
        let size = facts.attributesSize + request.instrumentation.spec.size(for: request.language)
        guard targets.places.count * size <= Self.sizeLimit else {
            return LanguageOutcome(refusals: unknown + [request.refused(.podTooLarge)])
        }
        let before = facts.isRestricted ? draft : nil
        var outcome = injection.inject(request, section: section, into: &draft, at: targets.places, pod: facts)
        if let before, let violations = draft.violations(since: before) {
            draft = before
            return LanguageOutcome(refusals: unknown + [request.refused(.podSecurity(violations))])
        }
        outcome.refusals = unknown + outcome.refusals
        return outcome
    }

    private func record(of requests: [LanguageRequest], _ injected: [InjectedContainer]) -> InjectionRecord {
        let languages = Set(injected.map(\.language))
        return InjectionRecord(
            requests.filter { languages.contains($0.language) }.map { request in
                InjectionRecord.Entry(
                    language: request.language, instrumentation: request.instrumentation.key,
                    fingerprint: request.instrumentation.fingerprint(
                        of: request.language, images: settings.defaultImages))
            })
    }

    /// An annotation may hold very many names; beyond these they are only counted.
    private static let shownNames = 8

    /// Bytes: what etcd takes of an object. A pod to which one language alone adds as much cannot be stored.
    private static let sizeLimit = 1_572_864

    private static func skipped(_ reason: SkipReason, _ refusals: [Refusal]) -> InjectionResult {
        InjectionResult(outcome: .skipped(reason), refusals: refusals)
    }

    private static func refuseAll(_ languages: [Language], _ reason: SkipReason) -> InjectionResult {
        skipped(reason, languages.map { Refusal(language: $0, reason: reason) })
    }
}
