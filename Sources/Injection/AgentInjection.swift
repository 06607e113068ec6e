import Document
import OperatorAPI

/// A language whose agent is files: init containers copy them into a volume that the application mounts.
protocol Agent {
    var language: Language { get }
    /// Of the volume.
    var name: String { get }
    /// Where the volume is in the init containers.
    var folder: String { get }
    /// What fills the volume, in order.
    var copies: [FileCopy] { get }

    /// What stands against every container alike.
    func refusal() -> SkipReason?
    /// Where the volume is in that container.
    func mountPath(in container: String) -> String
    /// The language's own variables, before the common ones.
    ///
    /// - Returns: variables left alone although they should have been changed.
    func prepare(_ environment: inout EnvironmentDraft, section: AgentSection) throws(ContainerRefused) -> [String]
    /// The language's defaults, after the common variables.
    ///
    /// - Returns: variables left alone although they should have been changed.
    func addDefaults(to environment: inout EnvironmentDraft, container: String) -> [String]
}

extension Agent {
    func refusal() -> SkipReason? { nil }
    func mountPath(in container: String) -> String { folder }
}

/// An init container that copies files into an agent's volume.
struct FileCopy {
    var container: String
    /// `nil`: the agent's image, with the pull policy that the Instrumentation has for it.
    var image: String?
    var command: [String]
}

struct ContainerRefused: Error {
    var reason: SkipReason
}

/// Injects an ``Agent``: each container, then the volume and the init containers once.
struct AgentInjection<SomeAgent: Agent>: LanguageInjection {
    let agent: SomeAgent

    func inject(
        _ request: LanguageRequest, section: AgentSection, into draft: inout PodDraft, at targets: [ContainerPlace],
        pod: PodFacts
    ) -> LanguageOutcome {
        var outcome = LanguageOutcome()
        if let obstacle = agent.refusal() ?? obstacle(in: draft) {
            outcome.refusals.append(request.refused(obstacle))
            return outcome
        }
        guard let first = targets.first else { return outcome }
        let spec = request.instrumentation.spec

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
        draft.addVolume(section.agentVolume(named: agent.name))
        let securityContext = spec.initContainerSecurityContext ?? draft[first].securityContext
        // Before the first init container that needs the agent, else behind all.
        var index = if case .initContainer(let index) = first { index } else { draft.initContainers.count }
        for copy in agent.copies {
            let container = initContainer(
                copy, section: section, pullPolicy: spec.imagePullPolicy, securityContext: securityContext)
            draft.insertInitContainer(container, at: index)
            index += 1
        }
        return outcome
    }

    /// Names that are taken would make the API server refuse the pod.
    private func obstacle(in draft: PodDraft) -> SkipReason? {
        if draft.hasVolume(named: agent.name) { return .volumeNameTaken(agent.name) }
        let taken = agent.copies.first { draft.hasContainer(named: $0.container) }
        return taken.map { .agentContainerNameTaken($0.container) }
    }

    private func instrument(
        _ place: ContainerPlace, of draft: inout PodDraft, spec: InstrumentationSpec, section: AgentSection,
        pod: PodFacts
    ) throws(ContainerRefused) -> [String] {
        let container = draft[place]
        let path = agent.mountPath(in: container.name)
        var edit = container.editing()
        if edit.mounts.contains(path: path) { throw ContainerRefused(reason: .mountPathTaken(path)) }
        var leftAlone = try agent.prepare(&edit.environment, section: section)
        edit.mounts.add(name: agent.name, path: path)
        edit.addCommonEnvironment(spec)
        leftAlone += agent.addDefaults(to: &edit.environment, container: container.name)
        let application = ApplicationContainer(container, environment: edit.environment)
        leftAlone += edit.addSDKConfiguration(spec, pod: pod, application: application, volumes: &draft)
        draft[place].edit = edit
        return leftAlone
    }

    private func initContainer(
        _ copy: FileCopy, section: AgentSection, pullPolicy: String, securityContext: JSONValue?
    ) -> JSONValue {
        .object(compacting: [
            "name": .string(copy.container),
            "image": .string(copy.image ?? section.image),
            "command": .strings(copy.command),
            "resources": section.resources,
            "volumeMounts": [["name": .string(agent.name), "mountPath": .string(agent.folder)]],
            "imagePullPolicy": pullPolicy.isEmpty || copy.image != nil ? nil : .string(pullPolicy),
            "securityContext": securityContext,
        ])
    }
}

extension LanguageRequest {
    /// The language's section as it is used.
    func section(_ images: DefaultImages) -> AgentSection {
        (instrumentation.spec[language] ?? AgentSection()).defaulted(for: language, images: images)
    }
}

extension AgentSection {
    /// A volume for an agent's files: of the claim template when there is one.
    func agentVolume(named name: String) -> JSONValue {
        guard let template = claimTemplate else { return scratchVolume(named: name) }
        return ["name": .string(name), "ephemeral": ["volumeClaimTemplate": template]]
    }

    /// A volume on the node, with a limit.
    func scratchVolume(named name: String) -> JSONValue {
        ["name": .string(name), "emptyDir": ["sizeLimit": volumeLimitSize ?? "200Mi"]]
    }
}

extension ContainerDraft {
    /// `nil` when it has none.
    var securityContext: JSONValue? {
        guard let context = json["securityContext"], !context.isNull else { return nil }
        return context
    }
}
