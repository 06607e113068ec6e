import Document
import KubeClient
import KubeModel
import Synchronization

@testable import Reconcilers

/// A page that was asked for.
struct FakeList: Equatable, Sendable {
    var type: ResourceType
    var options: ListOptions
    var projection: Projection
}

/// The objects of a cluster, with server-side apply after `ApplyModel`. Keeps what was written, and fails when told to.
final class FakeCluster: KubeAPI {
    private struct State {
        var objects: [TypedKey: KubeObject] = [:]
        var version = 100
        var reads = 0
        var writes: [String] = []
        var patches: [JSONValue] = []
        var lists: [FakeList] = []
        var failures: [String: KubeError] = [:]
        /// Once, before a write is looked at.
        var interference: [String: @Sendable (FakeCluster) -> Void] = [:]
        var mutation: (@Sendable (KubeObject) -> KubeObject)?
        var pageLimit = Int.max
        /// What the caller may not do: `create clusterroles`.
        var denied: Set<String> = []
        var reviews = 0
    }

    private let state = Mutex(State())

    /// Every Event that was created.
    let events: AsyncStream<KubeObject>
    private let eventSink: AsyncStream<KubeObject>.Continuation

    init() { (events, eventSink) = AsyncStream.makeStream() }

    // MARK: The test's side

    /// Such as `apply Deployment ns/web-collector`, in order.
    var writes: [String] { state.withLock { $0.writes } }
    var reads: Int { state.withLock { $0.reads } }
    /// The content of the JSON and merge patches.
    var patches: [JSONValue] { state.withLock { $0.patches } }
    var lists: [FakeList] { state.withLock { $0.lists } }
    var keys: [TypedKey] { state.withLock { $0.objects.keys.sorted() } }

    func forgetWrites() {
        state.withLock {
            $0.writes = []
            $0.patches = []
            $0.reads = 0
            $0.lists = []
        }
    }

    subscript(type: ResourceType, key: ObjectKey) -> KubeObject? {
        get { state.withLock { $0.objects[TypedKey(type: type, key: key)] } }
        set { state.withLock { $0.objects[TypedKey(type: type, key: key)] = newValue } }
    }

    /// Puts an object there as somebody else would: with a new version, and a new uid unless it has one.
    @discardableResult
    func put(_ type: ResourceType, _ object: KubeObject) -> KubeObject {
        state.withLock { state in
            state.version += 1
            var object = object
            object.json["metadata"]?["resourceVersion"] = .string("\(state.version)")
            if object.uid.isEmpty { object.json["metadata"]?["uid"] = .string("uid-\(state.version)") }
            state.objects[TypedKey(type: type, key: object.key)] = object
            return object
        }
    }

    /// - Parameter write: as `writes` shows it.
    func fail(_ write: String, with error: KubeError?) { state.withLock { $0.failures[write] = error } }

    /// What a mutating webhook makes of the objects that are replaced.
    func mutating(_ mutation: (@Sendable (KubeObject) -> KubeObject)?) { state.withLock { $0.mutation = mutation } }

    /// Lists of pods with more in a page are too large.
    var pageLimit: Int {
        get { state.withLock { $0.pageLimit } }
        set { state.withLock { $0.pageLimit = newValue } }
    }

    /// What a SelfSubjectAccessReview denies, such as `create clusterroles`.
    var denied: Set<String> {
        get { state.withLock { $0.denied } }
        set { state.withLock { $0.denied = newValue } }
    }
    /// How many SelfSubjectAccessReviews were answered.
    var reviews: Int { state.withLock { $0.reviews } }

    func before(_ write: String, _ act: @escaping @Sendable (FakeCluster) -> Void) {
        state.withLock { $0.interference[write] = act }
    }

    // MARK: The server's side

    private func begin(_ write: String) throws(KubeError) {
        if let act = state.withLock({ $0.interference.removeValue(forKey: write) }) { act(self) }
        let failure = state.withLock { state in
            state.writes.append(write)
            return state.failures[write]
        }
        if let failure { throw failure }
    }

    private static func status(_ code: Int, _ reason: String) -> KubeError {
        .api(Status(code: code, reason: reason, message: reason))
    }

    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject {
        let (found, failure) = state.withLock { state in
            state.reads += 1
            return (state.objects[TypedKey(type: type, key: key)], state.failures["get \(type.kind) \(key)"])
        }
        if let failure { throw failure }
        guard let found else { throw Self.status(404, "NotFound") }
        return found
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        if type == .event {
            eventSink.yield(object)
            return object
        }
        if type == .selfSubjectAccessReview { return try review(object) }
        try begin("create \(type.kind) \(object.key)")
        if self[type, object.key] != nil { throw Self.status(409, "AlreadyExists") }
        return put(type, object)
    }

    private func review(_ object: KubeObject) throws(KubeError) -> KubeObject {
        let asked = object.json[path: "spec", "resourceAttributes"]
        let right = "\(asked?["verb"]?.stringValue ?? "") \(asked?["resource"]?.stringValue ?? "")"
        let (failure, isAllowed) = state.withLock { state in
            state.reviews += 1
            return (state.failures["review"], !state.denied.contains(right))
        }
        if let failure { throw failure }
        var object = object
        object["status"] = ["allowed": .bool(isAllowed)]
        return object
    }

    func replace(_ type: ResourceType, _ object: KubeObject, subresource: String?) async throws(KubeError) -> KubeObject
    {
        try begin("replace \(type.kind) \(object.key)")
        guard let current = self[type, object.key] else { throw Self.status(404, "NotFound") }
        if current.resourceVersion != object.resourceVersion { throw Self.status(409, "Conflict") }
        return put(type, state.withLock({ $0.mutation })?(object) ?? object)
    }

    func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try begin("apply \(type.kind) \(object.key)")
        let reference = TypedKey(type: type, key: object.key)
        let result = state.withLock { state -> Result<KubeObject, KubeError> in
            let current = state.objects[reference]
            if !object.uid.isEmpty, object.uid != current?.uid { return .failure(Self.status(422, "Invalid")) }
            let selector = current?.json[path: "spec", "selector"]
            if type.group == "apps", current != nil, selector != object.json[path: "spec", "selector"] {
                return .failure(Self.status(422, "Invalid"))
            }
            func made(version: Int, generation: Int) -> KubeObject {
                var live = ApplyModel.live(
                    object, manager: fieldManager, uid: current?.uid ?? "uid-\(version)",
                    resourceVersion: "\(version)", generation: type.group == "" ? 0 : generation)
                // Each object a second after the one before.
                let created = current?.creationTimestamp ?? Timestamp(seconds: 1_769_846_709 + version).rfc3339
                live.json["metadata"]?["creationTimestamp"] = .string(created)
                return live
            }
            if let current {
                let version = Int(current.resourceVersion) ?? 0
                let same = made(version: version, generation: current.generation)
                if same == current { return .success(current) }
            }
            state.version += 1
            let new = made(version: state.version, generation: (current?.generation ?? 0) + 1)
            state.objects[reference] = new
            return .success(new)
        }
        return try result.get()
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try begin("patch \(type.kind)\(subresource.map { "/\($0)" } ?? "") \(key)")
        guard let current = self[type, key] else { throw Self.status(404, "NotFound") }
        let json: JSONValue
        switch patch {
        case .merge(let merge):
            if let version = merge[path: "metadata", "resourceVersion"], version != .string(current.resourceVersion) {
                throw Self.status(409, "Conflict")
            }
            json = JSONMergePatch(merge).applied(to: current.json)
            state.withLock { $0.patches.append(merge) }
        case .json(let operations):
            state.withLock { $0.patches.append(.array(operations)) }
            guard let patch = try? JSONPatch(json: .array(operations)),
                let result = try? patch.applied(to: current.json)
            else { throw Self.status(422, "Invalid") }
            json = result
        }
        return put(type, KubeObject(json))
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws(KubeError) {
        try begin("delete \(type.kind) \(key)")
        guard let current = self[type, key] else { throw Self.status(404, "NotFound") }
        if let uid = options.uid, uid != current.uid { throw Self.status(409, "Conflict") }
        self[type, key] = nil
    }

    func list(
        _ type: ResourceType, namespace: String?, options: ListOptions, projection: Projection
    ) async throws(KubeError) -> ObjectList {
        let (found, failure) = state.withLock { state in
            state.lists.append(FakeList(type: type, options: options, projection: projection))
            let found = state.objects.filter { $0.key.type == type }.sorted { $0.key < $1.key }.map(\.value)
            return (found, state.failures["list \(type.kind)"])
        }
        if let failure { throw failure }
        let start = options.continueToken.flatMap { Int($0) } ?? 0
        let end = options.limit > 0 ? min(found.count, start + options.limit) : found.count
        if type == .pod, end - start > pageLimit { throw .tooLarge("too large") }
        let items = found[min(start, end)..<end].map { object in
            projection == .full
                ? object : KubeObject(["kind": .string(type.kind), "metadata": object.json["metadata"] ?? .null])
        }
        return ObjectList(items: items, resourceVersion: "1", continueToken: end < found.count ? "\(end)" : nil)
    }

    func watch(
        _ type: ResourceType, namespace: String?, from resourceVersion: String, options: ListOptions,
        projection: Projection
    ) -> WatchStream { WatchStream { nil } }

    func raw(_ path: String) async throws(KubeError) -> JSONValue { throw Self.status(404, "NotFound") }
}
