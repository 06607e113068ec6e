import KubeModel

/// One object in the cluster: its type and its key.
struct ObjectReference: Hashable, Sendable, Comparable, CustomStringConvertible {
    var type: ResourceType
    var key: ObjectKey

    /// `Deployment shop/web-collector`
    var description: String { "\(type.kind) \(key)" }

    static func < (left: ObjectReference, right: ObjectReference) -> Bool {
        (left.type.description, left.key) < (right.type.description, right.key)
    }
}
