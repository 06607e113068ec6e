import KubeModel
import Rendering

/// One object in the cluster: its type and its key.
struct TypedKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    var type: ResourceType
    var key: ObjectKey

    /// `Deployment shop/web-collector`
    var description: String { "\(type.kind) \(key)" }

    static func < (left: TypedKey, right: TypedKey) -> Bool {
        (left.type.description, left.key) < (right.type.description, right.key)
    }
}

extension RenderedObject {
    var reference: TypedKey { TypedKey(type: type, key: object.key) }
}
