public import Document
public import KubeModel

extension Client {
    public func get(
        _ type: ResourceType, _ key: ObjectKey, deadline: Duration?
    ) async throws(KubeError) -> KubeObject {
        try await object(.get(type, key, timeout: deadline), type, key.description)
    }

    public func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList {
        let response = try await perform(
            .list(type, namespace: namespace, options: options, projection: projection))
        return try ObjectList(response.json("the list of \(type)"), of: type)
    }

    public func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream {
        let serverTimeout = Duration.seconds(Int.random(in: self.options.watchTimeout))
        var request = Request.watch(
            type, namespace: namespace, from: resourceVersion, options: options, projection: projection,
            serverTimeout: serverTimeout)
        // The server ends the watch itself; when it does not, it is gone.
        request.timeout = serverTimeout + .seconds(30)
        let reader = WatchReader(self, request, type)
        return WatchStream { try await reader.next() }
    }

    public func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        try await self.object(.create(type, object), type, object.key.description)
    }

    public func replace(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await self.object(.replace(type, object, subresource: subresource), type, object.key.description)
    }

    public func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await self.object(
            .apply(type, object, fieldManager: fieldManager, force: force, subresource: subresource), type,
            object.key.description)
    }

    public func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await object(.patch(type, key, patch, subresource: subresource), type, key.description)
    }

    public func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError) {
        _ = try await perform(.delete(type, key, options: options))
    }

    public func raw(_ path: String) async throws(KubeError) -> JSONValue {
        try await perform(Request(.get, path, headers: [.accept(ContentType.json)])).json(path)
    }

    private func object(_ request: Request, _ type: ResourceType, _ name: String) async throws(KubeError) -> KubeObject
    {
        KubeObject(try await perform(request).json("\(type) \(name)"))
    }
}

extension ObjectList {
    /// Reads the answer to a list.
    init(_ json: JSONValue, of type: ResourceType) throws(KubeError) {
        guard let items = json["items"], let metadata = json["metadata"] else {
            throw .decoding("could not read the list of \(type): it has no items or no metadata")
        }
        // An empty list may be written as null.
        let array = items.arrayValue ?? []
        let token = metadata["continue"]?.stringValue ?? ""
        self.init(
            items: array.map { KubeObject($0, as: type) },
            resourceVersion: metadata["resourceVersion"]?.stringValue ?? "",
            continueToken: token.isEmpty ? nil : token)
    }
}
