public import Document
public import KubeModel

/// The API server, as the runtime and the reconcilers use it. ``Client`` is the real one; tests script their own.
///
/// All calls throw ``KubeError``: an answer outside 2xx is `.api` with the server's Status, whatever keeps an answer from
/// arriving is `.transport`, `.timeout` or `.cancelled`.
public protocol KubeAPI: Sendable {
    /// One object.
    ///
    /// - Parameter deadline: time from now for everything, retries included; `nil` means the client's default.
    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject

    /// One page. ``listAll(_:namespace:options:projection:)`` gives all of them.
    ///
    /// - Parameter namespace: `nil` lists all namespaces, or a cluster-scoped type.
    func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList

    /// What changes after `resourceVersion`. Nothing is sent before the first event is asked for.
    ///
    /// Ends when the server ends it (it does so every few minutes), or when the reader is far too slow; throws ``KubeError`` when it refuses the watch or the
    /// connection fails. Cancelling the reading task closes the stream.
    func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream

    /// - Returns: the object as the server stored it; for a review (TokenReview, SubjectAccessReview), its answer.
    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject

    /// Writes the whole object; with its `resourceVersion` set, only over that version (otherwise 409).
    func replace(_ type: ResourceType, _ object: KubeObject, subresource: String?) async throws(KubeError) -> KubeObject

    /// Server-side apply: the fields in `object` become ours and get these values; what we owned and no longer name goes.
    ///
    /// - Parameter force: takes fields over from another manager instead of answering 409.
    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject

    /// Asks for the deletion; finalizers may let the object live on. An object that is not there is a 404.
    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError)

    /// A raw GET of a path such as `/version` or `/apis`.
    func raw(_ path: String) async throws(KubeError) -> JSONValue
}

extension KubeAPI {
    /// One object, within the client's default deadline.
    public func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubeError) -> KubeObject {
        try await get(type, key, deadline: nil)
    }

    /// Every object, page after page.
    ///
    /// When the server no longer knows the state that the pages belong to (410), starts over with one list without pages:
    /// that one cannot expire. When a page is too large, starts over with pages of half as many objects.
    ///
    /// Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
    public func listAll(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        projection: Projection = .full
    ) async throws(KubeError) -> ObjectList {
        var page = options
        var items: [KubeObject] = []
        var unreadable: [UnreadableObject] = []
        while true {
            let answer: ObjectList
            do throws(KubeError) {
                answer = try await list(type, namespace: namespace, options: page, projection: projection)
            } catch  where page.continueToken != nil && error.status?.isExpired == true {
                page = options
                page.limit = 0
                items = []
                unreadable = []
                continue
            } catch {
                guard case .tooLarge = error, let limit = ListOptions.half(of: page.limit) else { throw error }
                page = options
                page.limit = limit
                items = []
                unreadable = []
                continue
            }
            items.append(contentsOf: answer.items)
            unreadable.append(contentsOf: answer.unreadable)
            guard let token = answer.continueToken else {
                return ObjectList(items: items, resourceVersion: answer.resourceVersion, unreadable: unreadable)
            }
            page.continueToken = token
            // A continue token carries its own version; the server refuses both.
            page.resourceVersion = nil
        }
    }

    /// Deletes, and takes an object that is already gone for done.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func deleteIfPresent(
        _ type: ResourceType, _ key: ObjectKey, options: DeleteOptions = DeleteOptions()
    ) async throws(KubeError) -> Bool {
        do throws(KubeError) {
            try await delete(type, key, options: options)
            return true
        } catch  where error.status?.isNotFound == true {
            return false
        }
    }
}
