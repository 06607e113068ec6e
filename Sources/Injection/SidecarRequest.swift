import KubeModel
import OperatorAPI

/// What a pod and its namespace say about a collector sidecar.
enum SidecarRequest: Equatable {
    case notRequested
    case addition(InjectionRequest)
    /// `false`: one that the pod brings along is taken out.
    case removal

    init(_ annotations: EffectiveAnnotations, namespace: String) {
        let value = annotations[AnnotationKey.sidecar]
        if value.isFalse {
            self = .removal
        } else {
            let request = InjectionRequest(value, namespace: namespace)
            self = request == .notRequested ? .notRequested : .addition(request)
        }
    }
}

extension SidecarSource {
    /// The collector that a request means.
    func select(_ request: InjectionRequest, namespace: String) -> Result<CollectorSidecar, SidecarRefused> {
        let key: ObjectKey
        switch request {
        case .notRequested: return .failure(SidecarRefused(reason: .noCollector(namespace: namespace)))
        case .anyInNamespace:
            let candidates = candidates(namespace)
            guard candidates.count < 2 else {
                return .failure(SidecarRefused(reason: .severalCollectors(candidates.map(\.name).sorted())))
            }
            guard let only = candidates.first else {
                return .failure(SidecarRefused(reason: .noCollector(namespace: namespace)))
            }
            key = only
        case .named(let named): key = named
        }
        guard let found = sidecar(key) else {
            return .failure(SidecarRefused(reason: .collectorNotFound(key)))
        }
        return found.mapError { SidecarRefused(reason: .collectorUnusable(key, $0)) }
    }
}

struct SidecarRefused: Error {
    var reason: SidecarRefusal
}
