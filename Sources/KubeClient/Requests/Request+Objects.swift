import Document
import KubeModel

// What each verb of the API looks like on the wire.
//
// Source: Kubernetes API concepts, "Resource URIs", "Server-side apply", "Receiving resources as Tables" (the `as=`
// parameter of Accept is the same for PartialObjectMetadata).
extension Request {
    /// The path of a collection, or of one object in it.
    static func path(
        _ type: ResourceType, namespace: String?, name: String? = nil, subresource: String? = nil
    ) -> String {
        var path = type.group.isEmpty ? "/api/" : "/apis/\(PercentEncoding.encode(type.group))/"
        path += PercentEncoding.encode(type.version)
        if type.isNamespaced, let namespace, !namespace.isEmpty {
            path += "/namespaces/\(PercentEncoding.encode(namespace))"
        }
        path += "/\(PercentEncoding.encode(type.plural))"
        if let name { path += "/\(PercentEncoding.encode(name))" }
        if let subresource { path += "/\(PercentEncoding.encode(subresource))" }
        return path
    }

    static func get(_ type: ResourceType, _ key: ObjectKey, timeout: Duration? = nil) -> Request {
        Request(
            .get, path(type, namespace: key.namespace, name: key.name), headers: [.accept(ContentType.json)],
            timeout: timeout)
    }

    static func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) -> Request {
        var query = selectors(options)
        if options.limit > 0 { query.append(QueryItem("limit", String(options.limit))) }
        if let token = options.continueToken { query.append(QueryItem("continue", token)) }
        if let version = options.resourceVersion { query.append(QueryItem("resourceVersion", version)) }
        return Request(
            .get, path(type, namespace: namespace), query: query,
            headers: [.accept(projection == .full ? ContentType.json : ContentType.metadataList)])
    }

    /// - Parameter serverTimeout: after this the server ends the watch in an orderly way.
    static func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection, serverTimeout: Duration
    ) -> Request {
        var query = selectors(options)
        query.append(QueryItem("watch", "true"))
        query.append(QueryItem("allowWatchBookmarks", "true"))
        query.append(QueryItem("resourceVersion", resourceVersion))
        query.append(QueryItem("timeoutSeconds", String(serverTimeout.components.seconds)))
        return Request(
            .get, path(type, namespace: namespace), query: query,
            headers: [.accept(projection == .full ? ContentType.json : ContentType.metadata)])
    }

    static func create(_ type: ResourceType, _ object: KubeObject) -> Request {
        Request(
            .post, path(type, namespace: object.namespace),
            headers: [.accept(ContentType.json), .contentType(ContentType.json)], body: object.json.serialized())
    }

    static func replace(_ type: ResourceType, _ object: KubeObject, subresource: String? = nil) -> Request {
        Request(
            .put, path(type, namespace: object.namespace, name: object.name, subresource: subresource),
            headers: [.accept(ContentType.json), .contentType(ContentType.json)], body: object.json.serialized())
    }

    static func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String? = nil
    ) -> Request {
        var query = [QueryItem("fieldManager", fieldManager)]
        if force { query.append(QueryItem("force", "true")) }
        return Request(
            .patch, path(type, namespace: object.namespace, name: object.name, subresource: subresource), query: query,
            headers: [.accept(ContentType.json), .contentType(ContentType.apply)], body: object.json.serialized(),
            isIdempotent: true)
    }

    static func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil
    ) -> Request {
        let (contentType, body) =
            switch patch {
            case .json(let operations): (ContentType.jsonPatch, JSONValue.array(operations))
            case .merge(let document): (ContentType.mergePatch, document)
            }
        return Request(
            .patch, path(type, namespace: key.namespace, name: key.name, subresource: subresource),
            headers: [.accept(ContentType.json), .contentType(contentType)], body: body.serialized())
    }

    static func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) -> Request {
        var request = Request(
            .delete, path(type, namespace: key.namespace, name: key.name), headers: [.accept(ContentType.json)])
        if let body = options.json {
            request.headers.append(.contentType(ContentType.json))
            request.body = body.serialized()
        }
        return request
    }

    private static func selectors(_ options: ListOptions) -> [QueryItem] {
        var query: [QueryItem] = []
        if let selector = options.labelSelector { query.append(QueryItem("labelSelector", selector)) }
        if let selector = options.fieldSelector { query.append(QueryItem("fieldSelector", selector)) }
        return query
    }
}

/// The content types that we send and ask for.
enum ContentType {
    static let json = "application/json"
    /// JSON is YAML, so an apply needs no YAML writer.
    static let apply = "application/apply-patch+yaml"
    static let jsonPatch = "application/json-patch+json"
    static let mergePatch = "application/merge-patch+json"
    static let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    static let metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
}

extension Request.Header {
    static func accept(_ type: String) -> Self { Self("Accept", type) }
    static func contentType(_ type: String) -> Self { Self("Content-Type", type) }
}
