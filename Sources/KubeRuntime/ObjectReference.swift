public import Document
public import KubeModel

/// Says which object an Event is about.
///
/// Source: Kubernetes API reference, core/v1 ObjectReference.
public struct ObjectReference: Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    /// Empty for cluster-scoped objects.
    public var namespace: String
    public var name: String
    public var uid: String
    public var resourceVersion: String

    public init(
        apiVersion: String, kind: String, namespace: String, name: String, uid: String = "",
        resourceVersion: String = ""
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    /// - Parameter type: given apart, because the items of a list do not say their kind.
    public init(_ type: ResourceType, _ object: KubeObject) {
        self.init(
            apiVersion: type.apiVersion, kind: type.kind, namespace: object.namespace, name: object.name,
            uid: object.uid, resourceVersion: object.resourceVersion)
    }

    public init(_ type: ResourceType, _ key: ObjectKey, uid: String = "") {
        self.init(apiVersion: type.apiVersion, kind: type.kind, namespace: key.namespace, name: key.name, uid: uid)
    }

    public var json: JSONValue {
        func unlessEmpty(_ text: String) -> JSONValue? { text.isEmpty ? nil : .string(text) }
        return .object(compacting: [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "namespace": unlessEmpty(namespace),
            "name": .string(name), "uid": unlessEmpty(uid), "resourceVersion": unlessEmpty(resourceVersion),
        ])
    }

    /// The same object, whatever its version: what makes two events the same.
    var identity: ObjectReference {
        var copy = self
        copy.resourceVersion = ""
        return copy
    }
}
