import Document
import OperatorAPI

/// The Go agent: a privileged container that attaches to the application's process from outside (eBPF).
///
/// It sees one process of the pod, so it takes one container: the first that is named. The application's container itself
/// is not changed.
///
/// Source: OpenTelemetry Go automatic instrumentation, "Getting started".
struct GoInjection: LanguageInjection {
    let settings: InjectionSettings

    private static let container = "opentelemetry-auto-instrumentation"
    private static let volume = "kernel-debug"
    private static let kernelFolder = "/sys/kernel/debug"
    private static let executable = "OTEL_GO_AUTO_TARGET_EXE"

    /// Also when the pod does not have the named container: the agent finds the process by its executable, the container
    /// only describes it, and then the first one does.
    func targets(of request: LanguageRequest, in draft: PodDraft) -> (places: [ContainerPlace], unknown: [String]) {
        let found = draft.targets(Array(request.containerNames.prefix(1)))
        return (found.places.isEmpty ? [.container(0)] : found.places, found.unknown)
    }

    func inject(
        _ request: LanguageRequest, section: AgentSection, into draft: inout PodDraft, at targets: [ContainerPlace],
        pod: PodFacts
    ) -> LanguageOutcome {
        guard let place = targets.first else { return LanguageOutcome() }
        let target = draft[place]
        if let reason = refusal(request, at: place, in: draft, pod) {
            return LanguageOutcome(refusals: [request.refused(reason, container: target.name)])
        }
        draft.shareProcessNamespace()
        draft.addVolume(["name": .string(Self.volume), "hostPath": ["path": .string(Self.kernelFolder)]])
        let spec = request.instrumentation.spec

        var edit = ContainerEdit(.object([:]))
        if let path = pod.annotations[AnnotationKey.goTargetExecutable]?.stringValue {
            edit.environment.append(EnvironmentVariable(Self.executable, path))
        }
        edit.environment.appendIfAbsent(section.environment)
        edit.mounts.add(name: Self.volume, path: Self.kernelFolder)
        edit.addCommonEnvironment(spec)
        let leftAlone = edit.addSDKConfiguration(
            spec, pod: pod, application: ApplicationContainer(target), volumes: &draft)
        draft.appendContainer(
            edit.applied(
                to: .object(compacting: [
                    "name": .string(Self.container),
                    "image": .string(section.image),
                    "resources": section.resources,
                    "securityContext": spec.goSecurityContext ?? ["runAsUser": 0, "privileged": true],
                    "imagePullPolicy": spec.imagePullPolicy.isEmpty ? nil : .string(spec.imagePullPolicy),
                ])))
        return LanguageOutcome(
            injected: [target.name],
            refusals: leftAlone.map { request.refused(.variableLeftAlone($0), container: target.name) })
    }

    private func refusal(
        _ request: LanguageRequest, at place: ContainerPlace, in draft: PodDraft, _ pod: PodFacts
    ) -> SkipReason? {
        if case .initContainer = place { return .initContainerUnsupported }
        let podSpec = draft.original["spec"]
        if podSpec?["shareProcessNamespace"]?.boolValue == false { return .processNamespaceNotShared }
        // The API server takes no pod with both.
        if podSpec?["hostPID"]?.boolValue == true { return .hostProcessNamespace }
        let key =
            settings.isMultiInstrumentationEnabled
            ? AnnotationKey.containerNames(.go) : AnnotationKey.containerNames
        if pod.annotation(key).contains(",") { return .severalContainersForGo }
        if draft.hasVolume(named: Self.volume) { return .volumeNameTaken(Self.volume) }
        if draft.hasContainer(named: Self.container) { return .agentContainerNameTaken(Self.container) }
        let spec = request.instrumentation.spec
        let isNamed =
            pod.annotations[AnnotationKey.goTargetExecutable]?.stringValue != nil
            || (spec.go.environment + spec.environment).contains { $0.name == Self.executable }
        return isNamed ? nil : .goExecutableMissing
    }
}
