public import Document
public import KubeClient
public import KubeModel

/// An API server that refuses everything but what a test writes for it.
public protocol RefusingAPI: KubeAPI {}

extension RefusingAPI {
    public func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject {
        throw .unscripted("get \(type)")
    }

    public func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList {
        throw .unscripted("list \(type)")
    }

    /// Ends at once.
    public func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream {
        WatchStream { nil }
    }

    public func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        throw .unscripted("create \(type)")
    }

    public func replace(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        throw .unscripted("replace \(type)")
    }

    public func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        throw .unscripted("apply \(type)")
    }

    public func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        throw .unscripted("patch \(type)")
    }

    public func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError) {
        throw .unscripted("delete \(type)")
    }

    public func raw(_ path: String) async throws(KubeError) -> JSONValue { throw .unscripted("get \(path)") }
}

extension KubeError {
    fileprivate static func unscripted(_ call: String) -> KubeError { .transport("no test foresees: \(call)") }
}
