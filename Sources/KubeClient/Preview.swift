public import KubeModel

/// Tells what the API server would make of an object, without making it.
public protocol PreviewAPI: KubeAPI {
    /// Server-side apply as a dry run: defaults, admission and webhooks included, and nothing is stored.
    ///
    /// Needs the same rights as the apply itself.
    func preview(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool
    ) async throws(KubeError) -> KubeObject
}

extension Client: PreviewAPI {
    public func preview(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool
    ) async throws(KubeError) -> KubeObject {
        var request = Request.apply(type, object, fieldManager: fieldManager, force: force)
        request.query.append(Request.QueryItem("dryRun", "All"))
        return KubeObject(try await perform(request).json("\(type) \(object.key)"))
    }
}
