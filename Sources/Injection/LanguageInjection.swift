import OperatorAPI

/// How one language is injected into the containers chosen for it. One file for each language.
protocol LanguageInjection {
    /// The containers that the request means. Names that the pod does not have come back apart.
    func targets(of request: LanguageRequest, in draft: PodDraft) -> (places: [ContainerPlace], unknown: [String])

    /// Changes the pod, or says what stands against it. A container that is refused stays exactly as it was.
    ///
    /// - Parameter section: of the Instrumentation, as it is used; of the SDK an empty one.
    func inject(
        _ request: LanguageRequest, section: AgentSection, into draft: inout PodDraft, at targets: [ContainerPlace],
        pod: PodFacts
    ) -> LanguageOutcome
}

extension LanguageInjection {
    func targets(of request: LanguageRequest, in draft: PodDraft) -> (places: [ContainerPlace], unknown: [String]) {
        draft.targets(request.containerNames)
    }
}

struct LanguageOutcome {
    var injected: [String] = []
    var refusals: [Refusal] = []
}

extension LanguageRequest {
    func injection(_ annotations: EffectiveAnnotations, _ settings: InjectionSettings) -> any LanguageInjection {
        let spec = instrumentation.spec
        return switch language {
        case .java: AgentInjection(agent: JavaAgent(extensions: spec.javaExtensions))
        case .nodejs: AgentInjection(agent: NodeJSAgent())
        case .python:
            AgentInjection(agent: PythonAgent(platform: annotations[AnnotationKey.pythonPlatform]))
        case .dotnet:
            AgentInjection(agent: DotNetAgent(runtime: annotations[AnnotationKey.dotnetRuntime]))
        case .go: GoInjection(settings: settings)
        case .apacheHttpd: WebServerInjection(module: ApacheModule(spec.apacheHttpdServer))
        case .nginx: WebServerInjection(module: NginxModule(spec.nginxServer))
        case .sdk: SDKInjection()
        }
    }
}
