import OperatorAPI

/// The common environment alone, for an application that carries its own SDK.
struct SDKInjection: LanguageInjection {
    func inject(
        _ request: LanguageRequest, section: AgentSection, into draft: inout PodDraft, at targets: [ContainerPlace],
        pod: PodFacts
    ) -> LanguageOutcome {
        let spec = request.instrumentation.spec
        var outcome = LanguageOutcome()
        for place in targets {
            let container = draft[place]
            var edit = container.editing()
            edit.addCommonEnvironment(spec)
            let application = ApplicationContainer(container, environment: edit.environment)
            let leftAlone = edit.addSDKConfiguration(spec, pod: pod, application: application, volumes: &draft)
            draft[place].edit = edit
            outcome.injected.append(container.name)
            outcome.refusals += leftAlone.map { request.refused(.variableLeftAlone($0), container: container.name) }
        }
        return outcome
    }
}
