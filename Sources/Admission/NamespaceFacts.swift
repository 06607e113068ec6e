public import KubeModel
import OperatorAPI

/// What is kept in memory of a Namespace: what we act on, nothing else.
public struct NamespaceFacts: Sendable, Equatable {
    /// Those that ask for injection.
    public var annotations: [String: String]
    /// The group that OpenShift assigns to the volumes of its pods.
    public var volumeGroup: Int?

    public init(_ namespace: KubeObject) {
        annotations = namespace.annotations.filter { AnnotationKey.isInherited($0.key) }
        volumeGroup = OpenShiftNamespace.volumeGroup(namespace.annotations)
    }
}
