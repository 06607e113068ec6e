public import KubeModel
public import OperatorAPI

/// Why a pod, a language or a container was not injected, or not in full.
public enum SkipReason: Equatable, Sendable {
    /// Nothing asks for injection, or it is there already as a sidecar. The only silent one.
    case notRequested
    case alreadyInstrumented(sign: String)
    case podUnreadable(FieldError)
    case noContainers

    case noInstrumentation(namespace: String)
    case severalInstrumentations([String])
    case instrumentationNotFound(ObjectKey)
    case instrumentationUnreadable(FieldError)
    case languageDisabled(Language)
    /// The API server would refuse a pod that is injected with it.
    case instrumentationInvalid(FieldError)
    /// About the collector sidecar alone.
    case sidecar(SidecarRefusal)

    case invalidContainerList(String)
    case duplicatedContainers([String])
    case containerListMissing
    /// What was asked for another language of the same pod is wrong, and a pod is injected for all or for none.
    case otherLanguageRefused(Language)
    case containerNotFound
    /// So many more.
    case containersNotFound(Int)
    case noContainerFound

    case environmentFromSource(String)
    case unsupportedPlatform(annotation: String, value: String)
    case mountPathTaken(String)
    case volumeNameTaken(String)
    case agentContainerNameTaken(String)
    /// The container has a variable that only an agent of its own needs.
    case agentAlreadyConfigured(String)
    /// The agents' images are made for Linux.
    case windowsPod
    /// What is for containers that stay was asked for an init container.
    case initContainerUnsupported
    case processNamespaceNotShared
    case hostProcessNamespace
    case severalContainersForGo
    case goExecutableMissing
    /// The container gets the common environment alone: one web server of a pod can be instrumented.
    case furtherServer
    /// So much would be added that it could not be stored.
    case podTooLarge
    /// The namespace's Pod Security level would refuse the injected pod.
    case podSecurity([String])
    /// The container is injected, but this variable's value comes from elsewhere and stays as it is.
    case variableLeftAlone(String)
    /// The pod is injected without what its owner would have told.
    case ownerUnread(OwnerLookup)
}

extension SkipReason {
    /// Of a text with names and numbers in it, in bytes.
    fileprivate static let maximumText = 512
    /// Of a name or value that somebody else has written, in bytes.
    fileprivate static let maximumName = 100

    /// A stable word for metrics and Event reasons.
    public var label: String {
        switch self {
        case .notRequested: "NotRequested"
        case .alreadyInstrumented: "AlreadyInstrumented"
        case .podUnreadable: "PodUnreadable"
        case .noContainers: "NoContainers"
        case .noInstrumentation: "NoInstrumentation"
        case .severalInstrumentations: "SeveralInstrumentations"
        case .instrumentationNotFound: "InstrumentationNotFound"
        case .instrumentationUnreadable: "InstrumentationUnreadable"
        case .languageDisabled: "LanguageDisabled"
        case .instrumentationInvalid: "InstrumentationInvalid"
        case .sidecar(let refusal): refusal.label
        case .invalidContainerList: "InvalidContainerList"
        case .duplicatedContainers: "DuplicatedContainers"
        case .containerListMissing: "ContainerListMissing"
        case .otherLanguageRefused: "OtherLanguageRefused"
        case .containerNotFound, .containersNotFound: "ContainerNotFound"
        case .noContainerFound: "NoContainerFound"
        case .environmentFromSource: "EnvironmentFromSource"
        case .unsupportedPlatform: "UnsupportedPlatform"
        case .mountPathTaken: "MountPathTaken"
        case .volumeNameTaken: "VolumeNameTaken"
        case .agentContainerNameTaken: "AgentContainerNameTaken"
        case .agentAlreadyConfigured: "AgentAlreadyConfigured"
        case .windowsPod: "WindowsPod"
        case .initContainerUnsupported: "InitContainerUnsupported"
        case .processNamespaceNotShared: "ProcessNamespaceNotShared"
        case .hostProcessNamespace: "HostProcessNamespace"
        case .severalContainersForGo: "SeveralContainersForGo"
        case .goExecutableMissing: "GoExecutableMissing"
        case .furtherServer: "FurtherServer"
        case .podTooLarge: "PodTooLarge"
        case .podSecurity: "PodSecurity"
        case .variableLeftAlone: "VariableLeftAlone"
        case .ownerUnread: "OwnerUnread"
        }
    }

    /// For people. Where the reference shows a message, the same words. What a pod says in it is cut.
    public var sentence: String {
        switch self {
        case .notRequested: "no inject annotation on the pod or its namespace"
        case .alreadyInstrumented(let sign): "the pod is already instrumented: it has \(short(sign))"
        case .podUnreadable(let error): "the pod cannot be read: \(short(error))"
        case .noContainers: "the pod has no containers"
        case .noInstrumentation: "no OpenTelemetry Instrumentation instances available"
        case .severalInstrumentations:
            "multiple OpenTelemetry Instrumentation instances available, cannot determine which one to select"
        case .instrumentationNotFound(let key): "Instrumentation.opentelemetry.io \"\(short(key.name))\" not found"
        case .instrumentationUnreadable(let error): "the Instrumentation cannot be read: \(short(error))"
        case .languageDisabled(let language):
            "support for \(language.displayName) auto instrumentation is not enabled"
        case .instrumentationInvalid(let error): "the Instrumentation would make the pod invalid: \(short(error))"
        case .sidecar(let refusal): refusal.sentence.cut(to: Self.maximumText)
        case .invalidContainerList(let value):
            "not valid characters included in the instrumentation container annotation \(short(value))"
        case .duplicatedContainers(let names):
            "duplicated container names detected: [\(short(names, separator: " "))]"
        case .containerListMissing:
            "incorrect instrumentation configuration - please provide container names for all instrumentations"
        case .otherLanguageRefused(let language):
            "the request for \(language.displayName) on the same pod was refused"
        case .containerNotFound: "the pod has no container of that name"
        case .containersNotFound(let count): "the pod has none of \(count) more containers that the annotations name"
        case .noContainerFound: "the pod has none of the containers that the annotations name"
        case .environmentFromSource(let name):
            "the container defines env var value via ValueFrom, envVar: \(short(name))"
        case .unsupportedPlatform(let annotation, let value):
            "provided \(annotation) annotation value '\(short(value))' is not supported"
        case .mountPathTaken(let path): "the container already has a volume mounted at \(short(path))"
        case .volumeNameTaken(let name): "the pod already has a volume named \(short(name))"
        case .agentContainerNameTaken(let name): "the pod already has a container named \(short(name))"
        case .agentAlreadyConfigured(let name): "\(short(name)) is set already, so an agent is in place"
        case .windowsPod: "the pod runs on Windows, and the image of the agent is made for Linux"
        case .initContainerUnsupported: "it is an init container"
        case .processNamespaceNotShared:
            "the pod says shareProcessNamespace: false, and the agent has to see the application's process"
        case .hostProcessNamespace:
            "the pod says hostPID: true, and then it cannot share a process namespace of its own with the agent"
        case .severalContainersForGo: "the agent takes one container, and the pod's annotation names several"
        case .goExecutableMissing:
            "the executable is not named; set the annotation \(AnnotationKey.goTargetExecutable) on the pod"
        case .furtherServer:
            "only one web server of a pod gets the module; this one gets the environment variables"
        case .podTooLarge: "the pod would become too large to be stored"
        case .podSecurity(let violations):
            "the namespace enforces the Pod Security level restricted, which would refuse the pod: "
                + violations.joined(separator: "; ").cut(to: Self.maximumText)
        case .variableLeftAlone(let name):
            "the value of \(short(name)) comes from elsewhere (valueFrom), so it was left as it is"
        case .ownerUnread(let owner):
            "its owner, \(owner.type.kind) \(short(owner.key.name)), could not be read, so resource attributes of "
                + "the workload are missing"
                + (owner.type == .job ? ", and the service may be named after the Job" : "")
        }
    }

    /// What helps to find the cause, beyond the words of the reference.
    public var detail: String? {
        switch self {
        case .noInstrumentation(let namespace): "namespace \(short(namespace))"
        case .instrumentationNotFound(let key): "namespace \(short(key.namespace))"
        case .severalInstrumentations(let names): short(names, separator: ", ")
        case .sidecar(let refusal): refusal.detail?.cut(to: Self.maximumText)
        default: nil
        }
    }

    /// Something was injected all the same.
    public var isPartial: Bool {
        switch self {
        case .variableLeftAlone, .furtherServer, .ownerUnread: true
        default: false
        }
    }

    /// Whether the reference answers the admission with code 500 for it (still allowing the pod).
    var isFailure: Bool {
        switch self {
        case .podUnreadable, .noInstrumentation, .severalInstrumentations, .instrumentationNotFound,
            .instrumentationUnreadable, .invalidContainerList:
            true
        case .sidecar(let refusal): refusal.isFailure
        default: false
        }
    }
}

/// Something that was asked for and was not injected, or not in full. Each one is to be shown: as a warning of the
/// admission response, an Event, a log line and a count.
public struct Refusal: Equatable, Sendable, CustomStringConvertible {
    /// `nil` when it is about the whole pod.
    public var language: Language?
    /// The Instrumentation chosen for the language, when the choice was made.
    public var instrumentation: ObjectKey?
    /// The container, when it is about one.
    public var container: String?
    public var reason: SkipReason

    public init(language: Language?, instrumentation: ObjectKey? = nil, container: String? = nil, reason: SkipReason) {
        self.language = language
        self.instrumentation = instrumentation
        self.container = container
        self.reason = reason
    }

    public var description: String {
        var text: String
        if case .sidecar(let refusal) = reason {
            text = refusal.headline
        } else {
            text = language?.displayName ?? "OpenTelemetry"
            text += reason.isPartial ? " was injected in part" : " was not injected"
        }
        if let container { text += " into container \(short(container))" }
        if let instrumentation { text += " (Instrumentation \(instrumentation))" }
        text += ": \(reason.sentence)"
        if let detail = reason.detail { text += " (\(detail))" }
        return text
    }
}

/// A pod may name things at any length, and these texts are answered, logged and kept.
private func short(_ name: String) -> String { name.cut(to: SkipReason.maximumName) }

private func short(_ error: FieldError) -> String { "\(error)".cut(to: SkipReason.maximumText) }

private func short(_ names: [String], separator: String) -> String {
    var text = ""
    for (index, name) in names.enumerated() {
        if index > 0 { text += separator }
        text += name.cut(to: SkipReason.maximumName)
        if text.utf8.count > SkipReason.maximumName { break }
    }
    return short(text)
}

extension String {
    /// At most so many bytes and an ellipsis, cut between scalars: a character can be as long as a text.
    fileprivate func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        // Continuation bytes are 10xxxxxx.
        while utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end]) + "…"
    }
}
