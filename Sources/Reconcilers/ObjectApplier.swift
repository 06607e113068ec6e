import Document
import KubeClient
import KubeModel
import Rendering
import Synchronization

/// Brings objects in the cluster to what was rendered, and leaves alone what is so already or belongs to others.
///
/// - Guarantees: an object that is as wanted costs no request while the stores are in sync, and no write at all. An object
///   that somebody else made is never changed.
/// - Assumptions: the stores follow the objects, if late. What they do not show yet costs a read.
/// - Errors: what the API server said of the read, the apply or the delete. A conflict is not one: it is looked at anew.
struct ObjectApplier: Sendable {
    static let fieldManager = "opentelemetry-operator"
    /// Tries in all, when somebody else writes the same object at the same time.
    static let attempts = 5

    let api: any KubeAPI
    /// What the store knows of an object.
    let known: @Sendable (TypedKey) -> OwnedObject?
    /// Hears of each object of ours that was read or written on the way.
    var seen: @Sendable (TypedKey, KubeObject) -> Void = { _, _ in }

    enum Outcome: Equatable, Sendable {
        case unchanged
        case created
        case updated
        /// An immutable field differs: the object was deleted and made again.
        case recreated(field: String)
        /// The same, but the old object is not gone yet: ours comes when it is.
        case replacing(field: String)
        /// The object belongs to somebody else and was left alone.
        case foreign(String)
        /// The object is on its way out; ours comes when it is gone.
        case leaving(String)
    }

    /// What we know to be as wanted, by object. Lost at a restart, which costs one read an object.
    private let applied = AppliedMemory()
    private let unknown = UnknownFields()

    func apply(_ reference: TypedKey, _ desired: KubeObject) async throws(KubeError) -> Outcome {
        var attempt = 1
        while true {
            do throws(KubeError) {
                return try await applyOnce(reference, desired)
            } catch {
                guard error.status?.isConflict == true, attempt < Self.attempts else { throw error }
                attempt += 1
            }
        }
    }

    private func applyOnce(_ reference: TypedKey, _ desired: KubeObject) async throws(KubeError) -> Outcome {
        let fingerprint = Self.fingerprint(desired)
        if let current = known(reference), applied[reference] == AppliedMemory.Entry(desired: fingerprint, current) {
            return .unchanged
        }
        guard var live = try await read(reference) else {
            let created = try await send(reference, desired, over: nil)
            remember(reference, fingerprint, created)
            return .created
        }
        if let standing = Self.standing(of: live, desired) { return standing }
        let version = live.resourceVersion
        seen(reference, live)
        if live.isBeingDeleted { return .leaving("is being deleted") }
        if isCurrent(reference, fingerprint, desired, live) {
            remember(reference, fingerprint, live)
            return .unchanged
        }
        if let field = ImmutableFields.difference(reference.type, desired, live) {
            guard try await remove(reference, live) else { return .replacing(field: field) }
            let created = try await send(reference, desired, over: nil)
            remember(reference, fingerprint, created)
            return .recreated(field: field)
        }
        if let handover = FieldHandover.patch(live, for: desired, to: Self.fieldManager) {
            live = try await handOver(reference, handover)
        }
        let whole = LingeringMetadata.kept(of: live, in: desired, type: reference.type, manager: Self.fieldManager)
        let result = try await send(reference, whole, over: live)
        remember(reference, fingerprint, result)
        return result.resourceVersion == version ? .unchanged : .updated
    }

    /// Forgets what is known of an object that is gone.
    func forget(_ reference: TypedKey) { applied[reference] = nil }

    /// Fields of the object that the API server does not know, and that it was applied without.
    func omitted(from reference: TypedKey, _ desired: KubeObject) -> [String] {
        unknown.paths(of: reference.type, in: desired)
    }

    /// Deletes the object if it is still the one with that uid. That it is gone already is success.
    ///
    /// - Parameter propagationPolicy: `Background` takes what it owns with it, `Orphan` leaves that.
    func delete(
        _ reference: TypedKey, uid: String, propagationPolicy: String = "Background"
    ) async throws(KubeError) {
        applied[reference] = nil
        do {
            try await api.delete(
                reference.type, reference.key, options: DeleteOptions(uid: uid, propagationPolicy: propagationPolicy))
        } catch {
            if error.status?.isNotFound == true { return }
            // Another object has taken the name: not ours to delete.
            if error.status?.isConflict == true { return }
            throw error
        }
    }

    /// Makes room for a new object of that name.
    ///
    /// - Returns: whether the name is free by now.
    private func remove(_ reference: TypedKey, _ live: KubeObject) async throws(KubeError) -> Bool {
        let propagationPolicy = ImmutableFields.keepsClaims(deleting: live) ? "Background" : "Orphan"
        try await delete(reference, uid: live.uid, propagationPolicy: propagationPolicy)
        return try await read(reference)?.uid != live.uid
    }

    private func read(_ reference: TypedKey) async throws(KubeError) -> KubeObject? {
        do {
            return try await api.get(reference.type, reference.key)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }

    /// Its test of the resourceVersion fails when a controller writes the object's status in between.
    private func handOver(_ reference: TypedKey, _ operations: [JSONValue]) async throws(KubeError) -> KubeObject {
        do {
            return try await api.patch(reference.type, reference.key, .json(operations), subresource: nil)
        } catch {
            guard let status = error.status, status.code == 422 else { throw error }
            throw .api(Status(code: 409, reason: "Conflict", message: status.message))
        }
    }

    /// - Parameter previous: what was read, and is to be changed. When another object has taken its name since, the server
    ///   refuses because of the uid.
    private func send(
        _ reference: TypedKey, _ desired: KubeObject, over previous: KubeObject?
    ) async throws(KubeError) -> KubeObject {
        var object = desired
        if let previous { object.json["metadata"]?["uid"] = .string(previous.uid) }
        do throws(KubeError) {
            return try await send(reference, object)
        } catch {
            // Older API servers: the reference's updates lose such a field in silence, an apply with it is refused.
            guard let status = error.status, unknown.learn(from: status, of: reference.type, in: object) else {
                throw error
            }
            let known = unknown.removed(from: object, of: reference.type)
            // After a restart this is how it stands already. Applied again, an old server gives it a new version.
            if let previous, AppliedFields(fieldManager: Self.fieldManager).isCurrent(known, in: previous) {
                return previous
            }
            return try await send(reference, known)
        }
    }

    private func send(_ reference: TypedKey, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        try await api.apply(reference.type, object, fieldManager: Self.fieldManager, force: true, subresource: nil)
    }

    // MARK: - Judging

    private func isCurrent(_ reference: TypedKey, _ fingerprint: Int, _ desired: KubeObject, _ live: KubeObject) -> Bool
    {
        // The memory counts too: there are values that the server never shows as they were sent.
        if applied[reference] == AppliedMemory.Entry(desired: fingerprint, OwnedObject(live)) { return true }
        let wanted = unknown.removed(from: desired, of: reference.type)
        let whole = LingeringMetadata.kept(of: live, in: wanted, type: reference.type, manager: Self.fieldManager)
        return AppliedFields(fieldManager: Self.fieldManager).isCurrent(whole, in: live)
    }

    private func remember(_ reference: TypedKey, _ fingerprint: Int, _ object: KubeObject) {
        applied[reference] = AppliedMemory.Entry(desired: fingerprint, OwnedObject(object))
        seen(reference, object)
    }

    /// What keeps us from changing an object; `nil` when it is ours, or was made for us by the reference.
    private static func standing(of live: KubeObject, _ desired: KubeObject) -> Outcome? {
        guard let controller = live.controller else {
            if live.namespace.isEmpty, let owner = ClusterObjects.owner(of: live) {
                return owner == ClusterObjects.owner(of: desired)
                    ? nil : .foreign("\(ResourceType.openTelemetryCollector.kind) \(owner)")
            }
            let isOurs =
                OwnedObject(live).isManagedByUs
                && live.label(OwnedObject.instance) == desired.label(OwnedObject.instance)
            return isOurs ? nil : .foreign("somebody else")
        }
        if controller.uid == desired.controller?.uid { return nil }
        if controller.kind == desired.controller?.kind, controller.name == desired.controller?.name {
            return .leaving("is left from a deleted \(controller.kind) \(controller.name)")
        }
        return .foreign("\(controller.kind) \(controller.name)")
    }

    private static func fingerprint(_ object: KubeObject) -> Int {
        var hasher = Hasher()
        object.json.serialized().withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

/// Remembers for each object what was wanted and how it stood when it was so.
private final class AppliedMemory: Sendable {
    struct Entry: Equatable, Sendable {
        var desired: Int
        var uid: String
        var revision: OwnedObject.Revision

        init(desired: Int, _ object: OwnedObject) {
            self.desired = desired
            uid = object.uid
            revision = object.revision
        }
    }

    private let entries = Mutex<[TypedKey: Entry]>([:])

    subscript(reference: TypedKey) -> Entry? {
        get { entries.withLock { $0[reference] } }
        set { entries.withLock { $0[reference] = newValue } }
    }
}
