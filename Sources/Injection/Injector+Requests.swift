import OperatorAPI

extension Injector {
    /// The languages that annotations ask for, each with what is meant.
    static func asked(
        _ annotations: EffectiveAnnotations, namespace: String, from source: InstrumentationSource
    ) -> [InjectionPlan.AskedLanguage] {
        Language.allCases.compactMap { language in
            let request = InjectionRequest(annotations[AnnotationKey.inject(language)], namespace: namespace)
            if request == .notRequested { return nil }
            return InjectionPlan.AskedLanguage(
                language: language, request: request, selected: source.select(request, namespace: namespace))
        }
    }

    /// The languages with their Instrumentations. Those that are switched off drop out, each with its refusal.
    func requests(
        of asked: [InjectionPlan.AskedLanguage], refusals: inout [Refusal]
    ) -> Result<[LanguageRequest], SelectionFailure> {
        var requests: [LanguageRequest] = []
        var failure: (language: Language, reason: SkipReason)?
        for asked in asked {
            let language = asked.language
            switch asked.selected {
            case .success(let instrumentation):
                let request = LanguageRequest(language: language, instrumentation: instrumentation)
                if settings.allows(language) {
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

    struct Conflict {
        /// The language at fault, `nil` when it is about all of them.
        var language: Language?
        var reason: SkipReason

        func reason(for language: Language) -> SkipReason {
            guard let fault = self.language, fault != language else { return reason }
            return .otherLanguageRefused(fault)
        }
    }

    /// Reads the lists of containers and checks that they say clearly what to do.
    func assignContainerNames(
        to requests: inout [LanguageRequest], _ annotations: EffectiveAnnotations
    ) -> Conflict? {
        let common = annotations[AnnotationKey.containerNames]
        guard let names = ContainerNames.parse(common) else { return Conflict(reason: .invalidContainerList(common)) }
        for index in requests.indices { requests[index].containerNames = names }
        guard settings.isMultiInstrumentationEnabled else { return nil }

        for language in Language.allCases {
            // Also of languages that are not asked for, as in the reference.
            let value = annotations[AnnotationKey.containerNames(language)]
            if value.isEmpty { continue }
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
}
