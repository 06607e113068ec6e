public import Document
import KubeModel
import OperatorAPI

/// Decides what a pod gets and puts it in. Pure: it reads no clock and performs no I/O.
///
/// The order, of which the first that applies ends the matter:
///
/// 1. nothing asked by pod or namespace: no change, no word;
/// 2. already instrumented: no change;
/// 3. for each language asked, its Instrumentation; if one cannot be chosen, nothing is injected for any;
/// 4. languages switched off are refused and count as not asked from here on;
/// 5. the lists of containers; a malformed or contradicting one stops all languages;
/// 6. language by language: injected, or refused with the reason.
///
/// A collector sidecar, which this version does not add, is refused beside all this and stops nothing.
///
/// A language that this version cannot inject counts like any other in 3 and 5 (so that the answer for the others stays
/// the same when a later version adds it) and is refused alone in 6.
public struct Injector: Sendable {
    public var settings: InjectionSettings

    public init(settings: InjectionSettings = InjectionSettings()) { self.settings = settings }

    /// Instruments a pod.
    ///
    /// - Parameters:
    ///   - pod: as it was sent.
    ///   - namespace: the name of the admission request's namespace; what the pod itself says does not count.
    ///   - namespaceAnnotations: of the Namespace object.
    ///   - owners: the answer to ``ownerLookup(pod:namespace:namespaceAnnotations:instrumentations:)``; without it the
    ///     attributes that need it are left out.
    public func inject(
        _ pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations: InstrumentationSource, owners: OwnerFacts? = nil
    ) -> InjectionResult {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        var result = injectLanguages(
            pod, namespace: namespace, annotations: annotations, instrumentations: instrumentations, owners: owners)
        if annotations.wantSidecar, !pod.hasSidecar {
            result.refusals.append(Refusal(language: nil, reason: .sidecarUnsupported))
            if case .skipped(.notRequested) = result.outcome { result.outcome = .skipped(.sidecarUnsupported) }
        }
        return result
    }

    private func injectLanguages(
        _ pod: JSONValue, namespace: String, annotations: EffectiveAnnotations,
        instrumentations: InstrumentationSource, owners: OwnerFacts?
    ) -> InjectionResult {
        let asked = Self.asked(annotations, namespace: namespace)
        if asked.isEmpty { return InjectionResult(outcome: .skipped(.notRequested), refusals: []) }

        var draft: PodDraft
        do throws(FieldError) {
            draft = try PodDraft(pod)
        } catch {
            return Self.refuseAll(asked.map(\.language), .podUnreadable(error))
        }
        if let sign = draft.signOfInstrumentation {
            return Self.refuseAll(asked.map(\.language), .alreadyInstrumented(sign: sign))
        }

        var refusals: [Refusal] = []
        var requests: [LanguageRequest]
        switch select(asked, namespace: namespace, from: instrumentations, refusals: &refusals) {
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

        let facts = PodFacts(pod: pod, namespace: namespace, owners: owners)
        var injected: [InjectedContainer] = []
        for request in requests {
            let outcome = inject(request, into: &draft, annotations, facts)
            injected += outcome.injected.map { InjectedContainer(name: $0, language: request.language) }
            refusals += outcome.refusals
        }
        if injected.isEmpty { return Self.skipped(refusals.first?.reason ?? .notRequested, refusals) }
        return InjectionResult(outcome: .injected(InjectedPod(draft: draft, containers: injected)), refusals: refusals)
    }

    private func inject(
        _ request: LanguageRequest, into draft: inout PodDraft, _ annotations: EffectiveAnnotations, _ facts: PodFacts
    ) -> LanguageOutcome {
        guard let injection = request.language.injection(annotations, settings) else {
            return LanguageOutcome(refusals: [request.refused(.languageUnsupported(request.language))])
        }
        let targets = draft.targets(request.containerNames)
        let unknown = targets.unknown.map { request.refused(.containerNotFound, container: $0) }
        if targets.places.isEmpty {
            return LanguageOutcome(refusals: unknown.isEmpty ? [request.refused(.noContainerFound)] : unknown)
        }
        var outcome = injection.inject(request, into: &draft, at: targets.places, pod: facts)
        outcome.refusals = unknown + outcome.refusals
        return outcome
    }
}

// MARK: - Before the pod is read

extension Injector {
    /// Whether a pod cannot be asking for injection, told from the bytes of the admission review alone.
    ///
    /// JSON could spell the key with escapes; no Kubernetes serialiser does.
    public static func isSurelyNotRequested(
        review: UnsafeRawBufferPointer, namespaceAnnotations: [String: String]
    ) -> Bool {
        let asksInNamespace = namespaceAnnotations.keys.contains {
            $0.hasPrefix(AnnotationKey.injectPrefix) || $0 == AnnotationKey.sidecar
        }
        return !asksInNamespace && !requestSearches.contains { $0.isFound(in: review) }
    }

    private static let requestSearches = [ByteSearch(AnnotationKey.injectPrefix), ByteSearch(AnnotationKey.sidecar)]

    /// The one object to read before ``inject(_:namespace:namespaceAnnotations:instrumentations:owners:)`` so that the
    /// UIDs of the pod's owners are complete; `nil` nearly always: an Instrumentation has to ask for UIDs and the pod to
    /// belong to a ReplicaSet or a Job.
    public func ownerLookup(
        pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations: InstrumentationSource
    ) -> OwnerLookup? {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        let needsUIDs = Self.asked(annotations, namespace: namespace).contains { asked in
            guard settings.enabledLanguages.contains(asked.language) || asked.language == .sdk else { return false }
            let selected = try? instrumentations.select(asked.request, namespace: namespace).get()
            return selected?.spec.resource.addsKubernetesUIDs ?? false
        }
        return needsUIDs ? PodOwner.lookup(for: pod, namespace: namespace) : nil
    }
}

// MARK: - Steps

extension Injector {
    private static func asked(
        _ annotations: EffectiveAnnotations, namespace: String
    ) -> [(language: Language, request: InjectionRequest)] {
        Language.allCases.compactMap { language in
            let request = InjectionRequest(annotations[AnnotationKey.inject(language)], namespace: namespace)
            return request == .notRequested ? nil : (language, request)
        }
    }

    /// The Instrumentation of each language. Languages that are switched off drop out, each with its refusal.
    private func select(
        _ asked: [(language: Language, request: InjectionRequest)], namespace: String,
        from source: InstrumentationSource, refusals: inout [Refusal]
    ) -> Result<[LanguageRequest], SelectionFailure> {
        var requests: [LanguageRequest] = []
        var failure: (language: Language, reason: SkipReason)?
        for (language, request) in asked {
            switch source.select(request, namespace: namespace) {
            case .success(let instrumentation):
                let request = LanguageRequest(language: language, instrumentation: instrumentation)
                if settings.enabledLanguages.contains(language) || language == .sdk {
                    requests.append(request)
                } else {
                    refusals.append(request.refused(.languageDisabled(language)))
                }
            case .failure(let error):
                refusals.append(Refusal(language: language, reason: error.reason))
                failure = failure ?? (language, error.reason)
            }
        }
        guard let failure else { return .success(requests) }
        refusals += requests.map { $0.refused(.otherLanguageRefused(failure.language)) }
        return .failure(SelectionFailure(reason: failure.reason))
    }

    private struct Conflict {
        /// The language at fault, `nil` when it is about all of them.
        var language: Language?
        var reason: SkipReason

        func reason(for language: Language) -> SkipReason {
            guard let fault = self.language, fault != language else { return reason }
            return .otherLanguageRefused(fault)
        }
    }

    /// Reads the lists of containers and checks that they say clearly what to do.
    private func assignContainerNames(
        to requests: inout [LanguageRequest], _ annotations: EffectiveAnnotations
    ) -> Conflict? {
        let common = annotations[AnnotationKey.containerNames]
        guard let names = ContainerNames.parse(common) else { return Conflict(reason: .invalidContainerList(common)) }
        for index in requests.indices { requests[index].containerNames = names }
        guard settings.isMultiInstrumentationEnabled else { return nil }

        for language in Language.allCases {
            // Also of languages that are not asked for, as in the reference.
            let value = annotations[AnnotationKey.containerNames(language)]
            guard let names = ContainerNames.parse(value) else { return Conflict(reason: .invalidContainerList(value)) }
            if let index = requests.firstIndex(where: { $0.language == language }) {
                requests[index].containerNames += names
            }
        }
        for request in requests {
            let duplicates = ContainerNames.duplicates(request.containerNames)
            if !duplicates.isEmpty {
                return Conflict(language: request.language, reason: .duplicatedContainers(duplicates))
            }
        }
        let isAmbiguous = requests.count > 1 && requests.contains { $0.containerNames.isEmpty }
        return isAmbiguous ? Conflict(reason: .containerListMissing) : nil
    }

    private static func skipped(_ reason: SkipReason, _ refusals: [Refusal]) -> InjectionResult {
        InjectionResult(outcome: .skipped(reason), refusals: refusals)
    }

    private static func refuseAll(_ languages: [Language], _ reason: SkipReason) -> InjectionResult {
        skipped(reason, languages.map { Refusal(language: $0, reason: reason) })
    }
}
