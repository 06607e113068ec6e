import Document
import KubeModel
import OperatorAPI

/// What came of the request for a collector sidecar.
enum SidecarOutcome {
    /// Nothing to do: not asked for, or as it should be already.
    case unchanged
    case changed(SidecarChange)
    case refused(SidecarRefusal)
}

/// What is to be done about a collector sidecar.
struct SidecarPlan: Sendable {
    private enum Step: Sendable {
        case nothing
        case removal
        case addition(Result<CollectorSidecar, SidecarRefused>)
    }

    private let step: Step
    private let isNative: @Sendable () -> Bool

    init(_ request: SidecarRequest, pod: JSONValue, namespace: String, from source: SidecarSource) {
        isNative = source.isNative
        step =
            switch request {
            case .notRequested: .nothing
            case .removal: .removal
            case .addition(let request):
                Self.isFulfilled(in: pod) ? .nothing : .addition(source.select(request, namespace: namespace))
            }
    }

    var isIdle: Bool { if case .nothing = step { true } else { false } }

    /// Whether the pod is to get a sidecar, whose attributes name the Deployment with its UID.
    var isAddition: Bool { if case .addition(.success) = step { true } else { false } }

    /// Does to the pod what the annotation says. It comes before the languages, and neither stops the other.
    func apply(to draft: inout PodDraft, pod: PodFacts) -> SidecarOutcome {
        switch step {
        case .nothing: return .unchanged
        case .removal: return Self.remove(from: &draft, isNative: isNative(), pod: pod)
        case .addition(let selected):
            do throws(SidecarRefused) {
                let sidecar = try selected.get()
                let isNative = isNative()
                try SidecarInjection(sidecar: sidecar, isNative: isNative).inject(into: &draft, pod: pod)
                return .changed(.added(collector: sidecar.collector, isNative: isNative))
            } catch {
                return .refused(error.reason)
            }
        }
    }

    /// The answer to a pod that cannot be read.
    func refused(_ error: FieldError) -> SidecarOutcome {
        if case .addition = step { .refused(.podUnreadable(error)) } else { .unchanged }
    }

    /// Takes the collector's container out; volumes, label and the collector's init containers stay.
    private static func remove(from draft: inout PodDraft, isNative: Bool, pod: PodFacts) -> SidecarOutcome {
        // A collector's own pod has a container of the same name, and is nobody's sidecar.
        if pod.isCollector { return .unchanged }
        let isSidecar = { (container: ContainerDraft) in container.name == CollectorSidecar.containerName }
        let isNative = isNative && draft.initContainers.contains(where: isSidecar)
        guard isNative || draft.containers.contains(where: isSidecar) else { return .unchanged }
        if draft.containers.allSatisfy(isSidecar) { return .refused(.onlyContainer) }
        draft.removeContainers(named: CollectorSidecar.containerName)
        if isNative { draft.removeInitContainers(named: CollectorSidecar.containerName) }
        return .changed(.removed)
    }

    private static func isFulfilled(in pod: JSONValue) -> Bool {
        ["containers", "initContainers"].contains { list in
            (pod["spec"]?[list]?.arrayValue ?? []).contains {
                $0["name"]?.stringValue == CollectorSidecar.containerName
            }
        }
    }
}

extension PodFacts {
    /// Whether the operator made this pod to run a collector.
    fileprivate var isCollector: Bool {
        label("app.kubernetes.io/managed-by") == "opentelemetry-operator"
            && label("app.kubernetes.io/component") == "opentelemetry-collector"
    }
}

extension InjectionResult {
    /// The result with what came of the sidecar, which is told first as it came first.
    ///
    /// - Parameter draft: the pod with the sidecar and without any language; `nil` when it could not be read.
    func including(_ sidecar: SidecarOutcome, _ draft: PodDraft? = nil) -> InjectionResult {
        var result = self
        switch (sidecar, outcome) {
        case (.unchanged, _): break
        case (.changed(let change), .injected(var pod)):
            pod.sidecar = change
            result.outcome = .injected(pod)
        case (.changed(let change), .skipped):
            guard let draft else { break }
            result.outcome = .injected(InjectedPod(draft: draft, containers: [], sidecar: change))
        case (.refused(let reason), let outcome):
            let refusal = Refusal(language: nil, reason: .sidecar(reason))
            result.refusals.insert(refusal, at: 0)
            if case .skipped(.notRequested) = outcome { result.outcome = .skipped(refusal.reason) }
        }
        return result
    }
}
