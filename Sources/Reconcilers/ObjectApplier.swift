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
/// - Errors: what the API server said of the read, the apply or the delete.
struct ObjectApplier: Sendable {
    static let fieldManager = "opentelemetry-operator"

    let api: any KubeAPI
    /// What the store knows of an object.
    let known: @Sendable (TypedKey) -> OwnedObject?

    enum Outcome: Equatable, Sendable {
        case unchanged
        case created
        case updated
        /// An immutable field differs: the object was deleted and made again.
        case recreated(field: String)
        /// The object belongs to somebody else and was left alone.
        case foreign(String)
        /// The object is on its way out; ours comes when it is gone.
        case leaving(String)
    }

    /// What we know to be as wanted, by object. Lost at a restart, which costs one read an object.
    private let applied = AppliedMemory()

    func apply(_ reference: TypedKey, _ desired: KubeObject) async throws(KubeError) -> Outcome {
        let fingerprint = Self.fingerprint(desired)
        if let current = known(reference), applied[reference] == AppliedMemory.Entry(desired: fingerprint, current) {
            return .unchanged
        }
        guard let live = try await read(reference) else {
            let created = try await send(reference, desired, over: nil)
            applied[reference] = AppliedMemory.Entry(desired: fingerprint, OwnedObject(created))
            return .created
        }
        if let standing = Self.standing(of: live, desired) { return standing }
        let entry = AppliedMemory.Entry(desired: fingerprint, OwnedObject(live))
        // The memory counts too: there are values that the server never shows as they were sent.
        if applied[reference] == entry || AppliedFields(fieldManager: Self.fieldManager).isCurrent(desired, in: live) {
            applied[reference] = entry
            return .unchanged
        }
        if live.isBeingDeleted { return .leaving("is being deleted") }
        var previous: KubeObject? = live
        var outcome = Outcome.updated
        if let field = Self.immutableDifference(reference.type, desired, live) {
            try await delete(reference, uid: live.uid)
            previous = nil
            outcome = .recreated(field: field)
        } else if let handover = FieldHandover.patch(live, for: desired, to: Self.fieldManager) {
            _ = try await api.patch(reference.type, reference.key, .json(handover), subresource: nil)
        }
        let result = try await send(reference, desired, over: previous)
        applied[reference] = AppliedMemory.Entry(desired: fingerprint, OwnedObject(result))
        return outcome
    }

    /// Forgets what is known of an object that is gone.
    func forget(_ reference: TypedKey) { applied[reference] = nil }

    /// Deletes the object if it is still the one with that uid. That it is gone already is success.
    func delete(_ reference: TypedKey, uid: String) async throws(KubeError) {
        applied[reference] = nil
        do {
            try await api.delete(
                reference.type, reference.key, options: DeleteOptions(uid: uid, propagationPolicy: "Background"))
        } catch {
            if error.status?.isNotFound == true { return }
            // Another object has taken the name: not ours to delete.
            if error.status?.isConflict == true { return }
            throw error
        }
    }

    private func read(_ reference: TypedKey) async throws(KubeError) -> KubeObject? {
        do {
            return try await api.get(reference.type, reference.key)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }

    /// - Parameter previous: what was read, and is to be changed. When another object has taken its name since, the server
    ///   refuses because of the uid.
    private func send(
        _ reference: TypedKey, _ desired: KubeObject, over previous: KubeObject?
    ) async throws(KubeError) -> KubeObject {
        var object = desired
        if let previous { object.json["metadata"]?["uid"] = .string(previous.uid) }
        return try await api.apply(
            reference.type, object, fieldManager: Self.fieldManager, force: true, subresource: nil)
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

    /// The immutable field that differs, so that only a new object can have it.
    private static func immutableDifference(
        _ type: ResourceType, _ desired: KubeObject, _ live: KubeObject
    ) -> String? {
        if type == .clusterRoleBinding { return desired["roleRef"] == live["roleRef"] ? nil : "roleRef" }
        guard type.group == "apps" else { return nil }
        let (wanted, present) = (desired["spec"], live["spec"])
        if wanted?["selector"] != present?["selector"] { return "spec.selector" }
        guard type == .statefulSet else { return nil }
        for field in ["serviceName", "podManagementPolicy"] where wanted?[field] != present?[field] {
            return "spec.\(field)"
        }
        let claims = (
            wanted?["volumeClaimTemplates"]?.arrayValue ?? [], present?["volumeClaimTemplates"]?.arrayValue ?? []
        )
        let areSame = claims.0.count == claims.1.count && zip(claims.0, claims.1).allSatisfy(Self.isSameClaim)
        return areSame ? nil : "spec.volumeClaimTemplates"
    }

    /// The server adds to a claim: its kind, its status, the mode of the volume.
    private static func isSameClaim(_ wanted: JSONValue, _ present: JSONValue) -> Bool {
        func fields(_ claim: JSONValue) -> JSONValue {
            var metadata = claim["metadata"] ?? [:]
            metadata["creationTimestamp"] = nil
            var spec = claim["spec"] ?? [:]
            if wanted["spec"]?["volumeMode"] == nil { spec["volumeMode"] = nil }
            return ["metadata": metadata, "spec": spec]
        }
        return FieldValue.holds(fields(wanted), fields(present))
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
