public import KubeModel
import OperatorAPI

/// What is kept in memory of a Namespace: the annotations that we act on, nothing else.
public struct NamespaceFacts: Sendable, Equatable {
    public var annotations: [String: String]

    public init(_ namespace: KubeObject) {
        annotations = namespace.annotations.filter { AnnotationKey.isInherited($0.key) }
    }
}
