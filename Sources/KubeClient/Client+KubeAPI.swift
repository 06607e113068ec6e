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
        return try ObjectList(reading: response.body, of: type)
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
    /// Reads the answer to a list, its items one by one.
    init(reading body: [UInt8], of type: ResourceType) throws(KubeError) {
        let list = body.withUnsafeBytes { bytes in Self.read(bytes, of: type) }
        if let list {
            self = list
            return
        }
        do throws(DocumentError) {
            _ = try JSONValue(parsing: body)
        } catch {
            throw .decoding("could not read the list of \(type): \(error)")
        }
        throw .decoding("could not read the list of \(type): it has no items or no metadata")
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, of type: ResourceType) -> ObjectList? {
        var list = ObjectList(items: [], resourceVersion: "")
        var hasItems = false
        var metadata: JSONValue?
        var cursor = JSONCursor(bytes)
        let isWhole = cursor.members { key, cursor in
            switch key {
            case "items":
                hasItems = true
                // An empty list may be written as null.
                guard cursor.isAtList else { return cursor.skipValue() }
                return cursor.elements { cursor in
                    guard let item = cursor.value(in: bytes) else { return false }
                    do throws(UnreadableObject) {
                        list.items.append(try ObjectScan.object(item, of: type))
                    } catch {
                        list.unreadable.append(error)
                    }
                    return true
                }
            case "metadata":
                guard let text = cursor.value(in: bytes) else { return false }
                metadata = try? JSONValue(parsing: text.bindMemory(to: UInt8.self))
                return metadata != nil
            default: return cursor.skipValue()
            }
        }
        cursor.skipSpace()
        guard isWhole, cursor.isAtEnd, hasItems, let metadata else { return nil }
        list.resourceVersion = metadata["resourceVersion"]?.stringValue ?? ""
        let token = metadata["continue"]?.stringValue ?? ""
        list.continueToken = token.isEmpty ? nil : token
        return list
    }
}

extension JSONCursor {
    /// Steps over the value that starts here.
    ///
    /// - Returns: its text, of all that the cursor goes through; `nil` when there is no whole value.
    mutating func value(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let start = index
        return skipValue() ? UnsafeRawBufferPointer(rebasing: bytes[start..<index]) : nil
    }
}
