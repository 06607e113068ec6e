import Document
import OperatorAPI

/// A language whose agent is files: an init container copies them into a volume that the application mounts.
protocol Agent {
    var language: Language { get }
    /// Of the init container and of the volume.
    var name: String { get }
    /// Where the volume is in the init container.
    var folder: String { get }
    /// The init container's command.
    var command: [String] { get }

    /// What stands against every container alike.
    func refusal() -> SkipReason?
    /// Where the volume is in that container.
    func mountPath(in container: String) -> String
    /// The language's own variables, before the common ones.
    ///
    /// - Returns: variables left alone although they should have been changed.
    func prepare(_ edit: inout ContainerEdit, section: AgentSection) throws(ContainerRefused) -> [String]
    /// The language's defaults, after the common variables.
    func addDefaults(to environment: inout EnvironmentDraft)
}

struct ContainerRefused: Error {
    var reason: SkipReason
}

/// Injects an ``Agent``: each container, then the volume and the init container once.
struct AgentInjection<SomeAgent: Agent>: LanguageInjection {
    let agent: SomeAgent
    let images: DefaultImages

    func inject(
        _ request: LanguageRequest, into draft: inout PodDraft, at targets: [ContainerPlace], pod: PodFacts
    ) -> LanguageOutcome {
        var outcome = LanguageOutcome()
        // Names that are taken would make the API server refuse the pod.
        let obstacle: SkipReason? =
            agent.refusal() ?? (draft.hasVolume(named: agent.name) ? .volumeNameTaken(agent.name) : nil)
            ?? (draft.hasContainer(named: agent.name) ? .agentContainerNameTaken(agent.name) : nil)
        if let obstacle {
            outcome.refusals.append(request.refused(obstacle))
            return outcome
        }
        guard let first = targets.first else { return outcome }
        let spec = request.instrumentation.spec
        let section = (spec[agent.language] ?? AgentSection()).defaulted(for: agent.language, images: images)

        for place in targets {
            let name = draft[place].name
            do throws(ContainerRefused) {
                let leftAlone = try instrument(place, of: &draft, spec: spec, section: section, pod: pod)
                outcome.injected.append(name)
                outcome.refusals += leftAlone.map { request.refused(.variableLeftAlone($0), container: name) }
            } catch {
                outcome.refusals.append(request.refused(error.reason, container: name))
            }
        }
        // An agent that no container uses would only delay the pod, or block it.
        if outcome.injected.isEmpty { return outcome }
        draft.addVolume(volume(section))
        let securityContext = spec.initContainerSecurityContext ?? draft[first].json["securityContext"]
        let initContainer = initContainer(
            section, pullPolicy: spec.imagePullPolicy,
            securityContext: securityContext.flatMap { $0.isNull ? nil : $0 })
        // Before the first init container that needs the agent, else behind all.
        if case .initContainer(let index) = first {
            draft.insertInitContainer(initContainer, at: index)
        } else {
            draft.insertInitContainer(initContainer, at: draft.initContainers.count)
        }
        return outcome
    }

    private func instrument(
        _ place: ContainerPlace, of draft: inout PodDraft, spec: InstrumentationSpec, section: AgentSection,
        pod: PodFacts
    ) throws(ContainerRefused) -> [String] {
        let container = draft[place]
        let path = agent.mountPath(in: container.name)
        var edit = container.editing()
        if edit.hasMount(at: path) { throw ContainerRefused(reason: .mountPathTaken(path)) }
        var leftAlone = try agent.prepare(&edit, section: section)
        edit.addMount(name: agent.name, path: path)
        edit.addCommonEnvironment(spec)
        agent.addDefaults(to: &edit.environment)
        let application = ApplicationContainer(
            name: container.name, image: container.json["image"]?.stringValue ?? "",
            resourceAttributes: edit.environment[ResourceVariable.attributes]?.value)
        leftAlone += edit.addSDKConfiguration(spec, pod: pod, application: application, volumes: &draft)
        draft[place].edit = edit
        return leftAlone
    }

    private func volume(_ section: AgentSection) -> JSONValue {
        if let template = section.claimTemplate {
            return ["name": .string(agent.name), "ephemeral": ["volumeClaimTemplate": template]]
        }
        return ["name": .string(agent.name), "emptyDir": ["sizeLimit": section.volumeLimitSize ?? "200Mi"]]
    }

    private func initContainer(
        _ section: AgentSection, pullPolicy: String, securityContext: JSONValue?
    ) -> JSONValue {
        .object(compacting: [
            "name": .string(agent.name),
            "image": .string(section.image),
            "command": .strings(agent.command),
            "resources": section.resources,
            "volumeMounts": [["name": .string(agent.name), "mountPath": .string(agent.folder)]],
            "imagePullPolicy": pullPolicy.isEmpty ? nil : .string(pullPolicy),
            "securityContext": securityContext,
        ])
    }
}
