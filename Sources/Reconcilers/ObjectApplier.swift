import Document
import KubeClient
import KubeModel
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
    }

    /// What we know to be as wanted, by object. Lost at a restart, which costs one read an object.
    private let applied = AppliedMemory()

    func apply(_ reference: TypedKey, _ desired: KubeObject) async throws(KubeError) -> Outcome {
        let fingerprint = Self.fingerprint(desired)
        if let current = known(reference), applied[reference] == AppliedMemory.Entry(desired: fingerprint, current) {
            return .unchanged
        }
        guard let live = try await read(reference) else {
            let created = try await send(reference, desired)
            applied[reference] = AppliedMemory.Entry(desired: fingerprint, OwnedObject(created))
            return .created
        }
        if let holder = Self.foreignHolder(of: live, desired) { return .foreign(holder) }
        if AppliedFields(fieldManager: Self.fieldManager).isCurrent(desired, in: live) {
            applied[reference] = AppliedMemory.Entry(desired: fingerprint, OwnedObject(live))
            return .unchanged
        }
        var outcome = Outcome.updated
        if let field = Self.immutableDifference(reference.type, desired, live) {
            try await delete(reference, uid: live.uid)
            outcome = .recreated(field: field)
        }
        let result = try await send(reference, desired)
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

    private func send(_ reference: TypedKey, _ desired: KubeObject) async throws(KubeError) -> KubeObject {
        try await api.apply(
            reference.type, desired, fieldManager: Self.fieldManager, force: true, subresource: nil)
    }

    /// Who has an object that we want to apply, `nil` when it is ours or was made for us by the reference.
    private static func foreignHolder(of live: KubeObject, _ desired: KubeObject) -> String? {
        if let controller = live.controller {
            return controller.uid == desired.controller?.uid ? nil : "\(controller.kind) \(controller.name)"
        }
        return OwnedObject(live).isManagedByUs ? nil : "somebody else"
    }

    /// The immutable field that differs, so that only a new object can have it.
    private static func immutableDifference(
        _ type: ResourceType, _ desired: KubeObject, _ live: KubeObject
    ) -> String? {
        guard type.group == "apps" else { return nil }
        return desired["spec"]?["selector"] == live["spec"]?["selector"] ? nil : "spec.selector"
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
