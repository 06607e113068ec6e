import OperatorAPI

/// How one language is injected into the containers chosen for it. One file for each language.
protocol LanguageInjection {
    /// Changes the pod, or says what stands against it. A container that is refused stays exactly as it was.
    func inject(_ request: LanguageRequest, into draft: inout PodDraft, at targets: [ContainerPlace], pod: PodFacts)
        -> LanguageOutcome
}

struct LanguageOutcome {
    var injected: [String] = []
    var refusals: [Refusal] = []
}

extension Language {
    /// `nil` for what this version cannot inject: it is refused with that reason, and other languages go on.
    func injection(_ annotations: EffectiveAnnotations, _ settings: InjectionSettings) -> (any LanguageInjection)? {
        switch self {
        case .python:
            AgentInjection(
                agent: PythonAgent(platform: annotations[AnnotationKey.pythonPlatform]),
                images: settings.defaultImages)
        case .java, .nodejs, .dotnet, .go, .apacheHttpd, .nginx, .sdk: nil
        }
    }
}
