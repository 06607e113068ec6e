import KubeModel
import OperatorAPI

/// What the inject annotation of a language says.
enum InjectionRequest: Equatable {
    case notRequested
    /// `true`: the only Instrumentation of the namespace.
    case anyInNamespace
    case named(ObjectKey)

    /// - Parameter value: the effective value; `name` is taken from the pod's namespace, `namespace/name` as it says.
    init(_ value: String, namespace: String) {
        if value.isEmpty || value.isFalse {
            self = .notRequested
        } else if value.isTrue {
            self = .anyInNamespace
        } else if let slash = value.firstIndex(of: "/") {
            self = .named(
                ObjectKey(namespace: String(value[..<slash]), name: String(value[value.index(after: slash)...])))
        } else {
            self = .named(ObjectKey(namespace: namespace, name: value))
        }
    }
}

extension InstrumentationSource {
    /// The Instrumentation that a request means.
    func select(_ request: InjectionRequest, namespace: String) -> Result<Instrumentation, SelectionFailure> {
        let found: Lookup
        switch request {
        case .notRequested: return .failure(SelectionFailure(reason: .notRequested))
        case .anyInNamespace:
            let all = instrumentations(namespace)
            guard all.count < 2 else {
                let names = all.compactMap { try? $0.get().key.name }.sorted()
                return .failure(SelectionFailure(reason: .severalInstrumentations(names)))
            }
            guard let only = all.first else {
                return .failure(SelectionFailure(reason: .noInstrumentation(namespace: namespace)))
            }
            found = only
        case .named(let key):
            guard let named = instrumentation(key) else {
                return .failure(SelectionFailure(reason: .instrumentationNotFound(key)))
            }
            found = named
        }
        return found.mapError { SelectionFailure(reason: .instrumentationUnreadable($0)) }
    }
}

struct SelectionFailure: Error {
    var reason: SkipReason
}

/// A language that is asked for, and for what.
struct LanguageRequest {
    let language: Language
    let instrumentation: Instrumentation
    /// The containers that the annotations name; the first one of the pod when empty.
    var containerNames: [String] = []

    func refused(_ reason: SkipReason, container: String? = nil) -> Refusal {
        Refusal(language: language, instrumentation: instrumentation.key, container: container, reason: reason)
    }
}
