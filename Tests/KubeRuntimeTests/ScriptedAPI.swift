import Document
import KubeClient
import KubeModel
import Synchronization

/// An API server that answers each request from a script and keeps what was asked.
///
/// It has no opinions: a request that the script does not foresee waits until it is cancelled.
final class ScriptedAPI: KubeAPI {
    enum Request: Equatable, Sendable {
        case list(ResourceType, namespace: String?, token: String?, limit: Int)
        case watch(ResourceType, namespace: String?, from: String)
        case get(ResourceType, ObjectKey)
        case create(ResourceType, ObjectKey)
        case replace(ResourceType, ObjectKey, resourceVersion: String)
        case patch(ResourceType, ObjectKey)
    }

    private struct Waiter {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var requests: [Request] = []
        var waiters: [Waiter] = []
        var lists: [Result<ObjectList, KubeError>] = []
        var listsByNamespace: [String: Result<ObjectList, KubeError>] = [:]
        var watches: [WatchScript] = []
        var listOptions: [ListOptions] = []
        var projections: [Projection] = []
    }

    private let state = Mutex(State())

    // MARK: The script

    func onList(_ result: Result<ObjectList, KubeError>) { state.withLock { $0.lists.append(result) } }

    func onList(_ items: [KubeObject], version: String, continueToken: String? = nil) {
        onList(.success(ObjectList(items: items, resourceVersion: version, continueToken: continueToken)))
    }

    /// Answers one list of that namespace, whenever it is asked for.
    func onList(ofNamespace namespace: String, _ items: [KubeObject], version: String) {
        let list = ObjectList(items: items, resourceVersion: version, continueToken: nil)
        state.withLock { $0.listsByNamespace[namespace] = .success(list) }
    }

    func onWatch(_ script: WatchScript) { state.withLock { $0.watches.append(script) } }

    /// A watch that brings these events and then ends, or fails.
    func onWatch(_ events: [WatchEvent], failure: KubeError? = nil) {
        let script = WatchScript()
        events.forEach(script.send)
        script.finish(failure)
        onWatch(script)
    }

    var requests: [Request] { state.withLock { $0.requests } }
    var listOptions: [ListOptions] { state.withLock { $0.listOptions } }
    var projections: [Projection] { state.withLock { $0.projections } }

    /// Returns when so many requests have been made.
    func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.requests.count >= count { return true }
                state.waiters.append(Waiter(count: count, continuation: continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    private func note(_ request: Request) {
        let reached = state.withLock { state in
            state.requests.append(request)
            let count = state.requests.count
            defer { state.waiters.removeAll { $0.count <= count } }
            return state.waiters.filter { $0.count <= count }
        }
        for waiter in reached { waiter.continuation.resume() }
    }

    // MARK: KubeAPI

    func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList {
        let result = state.withLock { state -> Result<ObjectList, KubeError>? in
            state.listOptions.append(options)
            state.projections.append(projection)
            if let namespace, let result = state.listsByNamespace.removeValue(forKey: namespace) { return result }
            return state.lists.isEmpty ? nil : state.lists.removeFirst()
        }
        note(.list(type, namespace: namespace, token: options.continueToken, limit: options.limit))
        guard let result else { try await hang() }
        return try result.get()
    }

    func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream {
        let script = state.withLock { $0.watches.isEmpty ? WatchScript() : $0.watches.removeFirst() }
        note(.watch(type, namespace: namespace, from: resourceVersion))
        return WatchStream(next: { try await script.next() })
    }

    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject {
        note(.get(type, key))
        try await hang()
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        note(.create(type, object.key))
        try await hang()
    }

    func replace(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        note(.replace(type, object.key, resourceVersion: object.resourceVersion))
        try await hang()
    }

    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject { try await hang() }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        note(.patch(type, key))
        try await hang()
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError) {
        try await hang()
    }

    func raw(_ path: String) async throws(KubeError) -> JSONValue { try await hang() }

    private func hang() async throws(KubeError) -> Never {
        let stream = AsyncStream<Never> { _ in }
        for await _ in stream {}
        throw .cancelled
    }
}

/// The events of one watch, sent as the test goes along.
final class WatchScript: Sendable {
    private let stream: AsyncThrowingStream<WatchEvent, any Error>
    private let continuation: AsyncThrowingStream<WatchEvent, any Error>.Continuation

    init() { (stream, continuation) = AsyncThrowingStream.makeStream() }

    func send(_ event: WatchEvent) { continuation.yield(event) }

    func finish(_ failure: KubeError? = nil) { continuation.finish(throwing: failure) }

    /// A fresh iterator continues where the last one stopped: the stream keeps its buffer.
    func next() async throws -> WatchEvent? {
        var iterator = stream.makeAsyncIterator()
        return try await iterator.next()
    }
}

/// A Namespace object.
func namespace(_ name: String, version: String, labels: [(String, String)] = []) -> KubeObject {
    var object = KubeObject(.namespace, ObjectKey(name: name), labels: labels)
    object.json["metadata"]?["resourceVersion"] = .string(version)
    return object
}

/// A ConfigMap object.
func configMap(_ namespace: String, _ name: String, version: String, value: String = "") -> KubeObject {
    var object = KubeObject(.configMap, ObjectKey(namespace: namespace, name: name))
    object.json["metadata"]?["resourceVersion"] = .string(version)
    object.json["data"] = ["value": .string(value)]
    return object
}

extension KubeError {
    static func status(_ code: Int, _ reason: String = "", retryAfter: Int? = nil) -> KubeError {
        .api(Status(code: code, reason: reason, message: reason, retryAfterSeconds: retryAfter))
    }
}
