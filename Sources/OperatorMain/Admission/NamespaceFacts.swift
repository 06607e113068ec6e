import KubeModel
import OperatorAPI

/// What is kept in memory of a Namespace: the annotations that we act on, nothing else.
struct NamespaceFacts: Sendable, Equatable {
    var annotations: [String: String]

    init(_ namespace: KubeObject) {
        annotations = namespace.annotations.filter { key, _ in
            key.hasPrefix("instrumentation.opentelemetry.io/") || key.hasPrefix("sidecar.opentelemetry.io/")
        }
    }
}
