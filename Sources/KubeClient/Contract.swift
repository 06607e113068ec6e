// Contract of the module: signatures that other targets rely on. The real files replace this one.
public import Document
public import KubeModel

/// Why a request to the API server gave no result.
public enum KubeError: Error, Sendable, CustomStringConvertible {
    /// The server answered with an error.
    case api(Status)
    /// No answer: connection refused or lost, TLS, DNS, …
    case transport(String)
    /// The deadline passed.
    case timeout(String)
    case cancelled
    /// The answer could not be understood.
    case decoding(String)
    /// The cluster configuration is unusable (kubeconfig, certificates, exec plugin).
    case configuration(String)
    public var description: String { "" }
    public var status: Status? { if case .api(let status) = self { status } else { nil } }
}

public struct ListOptions: Sendable, Equatable {
    public var labelSelector: String?
    public var fieldSelector: String?
    public var limit: Int
    public var continueToken: String?
    public var resourceVersion: String?
    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int = 500, continueToken: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
    }
}

/// One page of a list.
public struct ObjectList: Sendable {
    public var items: [KubeObject]
    public var resourceVersion: String
    public var continueToken: String?
}

/// Whole objects, or their metadata only (`PartialObjectMetadata`).
public enum Projection: Sendable, Hashable { case full, metadata }

public enum WatchEvent: Sendable {
    case added(KubeObject)
    case modified(KubeObject)
    case deleted(KubeObject)
    /// Nothing happened up to this resource version.
    case bookmark(resourceVersion: String)
    /// The server ends the watch with this status (410: list again).
    case error(Status)
}

public enum Patch: Sendable {
    case json([JSONValue])
    case merge(JSONValue)
}

public struct DeleteOptions: Sendable, Equatable {
    public var uid: String?
    public var resourceVersion: String?
    /// `Background`, `Foreground` or `Orphan`.
    public var propagationPolicy: String?
    public init(uid: String? = nil, resourceVersion: String? = nil, propagationPolicy: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagationPolicy = propagationPolicy
    }
}

/// The API server, as the runtime and the reconcilers use it. `Client` is the real one; tests script their own.
public protocol KubeAPI: Sendable {
    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject
    /// One page.
    func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList
    /// Ends when the server ends it; throws `KubeError` when the connection fails. Cancelling the reading task closes the stream.
    func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream
    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject
    func replace(_ type: ResourceType, _ object: KubeObject, subresource: String?) async throws(KubeError) -> KubeObject
    /// Server-side apply.
    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject
    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject
    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError)
    /// A raw GET, such as `/version` or `/apis`.
    func raw(_ path: String) async throws(KubeError) -> JSONValue
}

extension KubeAPI {
    public func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubeError) -> KubeObject {
        try await get(type, key, deadline: nil)
    }
}

/// Watch events with back-pressure. A concrete AsyncSequence; tests can make one from an array of events.
public struct WatchStream: AsyncSequence, Sendable {
    public typealias Element = WatchEvent
    public typealias Failure = any Error
    public struct AsyncIterator: AsyncIteratorProtocol {
        public mutating func next() async throws -> WatchEvent? { nil }
    }
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    /// A stream that reads from `next` until it gives `nil` or throws.
    public init(next: @escaping @Sendable () async throws -> WatchEvent?) {}
}
