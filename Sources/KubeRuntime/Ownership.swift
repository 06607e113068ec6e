public import KubeModel

extension OwnerReference {
    /// Whether the owner is of that kind. The version does not count: it changes when an API is promoted.
    public func refers(to type: ResourceType) -> Bool {
        guard kind == type.kind else { return false }
        let group = apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")).map { apiVersion[..<$0] } ?? ""
        return group == type.group
    }

    /// The owner's key. An owner is in the namespace of what it owns, or cluster-scoped.
    public func key(as type: ResourceType, ownedIn namespace: String) -> ObjectKey {
        ObjectKey(namespace: type.isNamespaced ? namespace : "", name: name)
    }
}

extension KubeObject {
    /// The key of the owner that controls this object, when that owner is of the given kind.
    public func controllerKey(of type: ResourceType) -> ObjectKey? {
        guard let controller, controller.refers(to: type) else { return nil }
        return controller.key(as: type, ownedIn: namespace)
    }
}
