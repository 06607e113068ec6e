public import Document
public import KubeModel
public import OperatorAPI

/// What became of a pod, with everything that the caller has to show.
public struct InjectionResult: Sendable {
    public var outcome: InjectionOutcome
    /// What was asked for and not injected, or not in full. Empty for a pod that asks for nothing.
    public var refusals: [Refusal]

    /// The message of an admission response with code 500 (the pod is still allowed), `nil` for code 200.
    public var failureMessage: String? {
        if case .injected = outcome { return nil }
        return refusals.first { $0.reason.isFailure }?.reason.sentence
    }
}

public enum InjectionOutcome: Sendable {
    case injected(InjectedPod)
    case skipped(SkipReason)
}

/// A pod with what was added to it.
public struct InjectedPod: Sendable {
    private let draft: PodDraft
    /// The containers that were instrumented, in the order in which that was done.
    public let containers: [InjectedContainer]
    /// What happened to the collector's sidecar, `nil` when nothing did.
    public internal(set) var sidecar: SidecarChange?

    init(draft: PodDraft, containers: [InjectedContainer], sidecar: SidecarChange? = nil) {
        self.draft = draft
        self.containers = containers
        self.sidecar = sidecar
    }

    /// The pod after the change. Every field that was not changed is as it was sent.
    public func pod() -> JSONValue { draft.pod() }

    /// The change as JSON Patch operations on the pod as it was sent; only what was changed occurs in it. As text, which is
    /// what the API server gets: a tree of it would only be written and thrown away. `nil` when nothing was changed.
    ///
    /// Source: RFC 6902.
    public func patchText() -> [UInt8]? { draft.patchText() }

    /// The operations of ``patchText()``, for those who want to look at them.
    public func patch() -> [JSONValue] { patchText().flatMap { try? JSONValue(parsing: $0).arrayValue } ?? [] }
}

/// What happened to a pod's collector sidecar.
public enum SidecarChange: Equatable, Sendable {
    case added(collector: ObjectKey, isNative: Bool)
    case removed
}

public struct InjectedContainer: Equatable, Sendable {
    public var name: String
    public var language: Language

    public init(name: String, language: Language) {
        self.name = name
        self.language = language
    }
}
