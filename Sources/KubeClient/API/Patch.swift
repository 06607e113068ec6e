public import Document

/// A change to an object that names only what changes.
public enum Patch: Sendable, Equatable {
    /// JSON Patch, RFC 6902: the operations.
    case json([JSONValue])
    /// JSON Merge Patch, RFC 7386.
    case merge(JSONValue)
}

/// Conditions under which a delete happens, and what becomes of the objects that the deleted one owns.
///
/// Source: Kubernetes API reference, "DeleteOptions".
public struct DeleteOptions: Sendable, Equatable {
    /// Deletes only the object with this UID; another one of the same name is left alone (409).
    public var uid: String?
    /// Deletes only the object as it was at this version (otherwise 409).
    public var resourceVersion: String?
    /// `Background`, `Foreground` or `Orphan`; `nil` leaves it to the server's default for the type.
    public var propagationPolicy: String?

    public init(uid: String? = nil, resourceVersion: String? = nil, propagationPolicy: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagationPolicy = propagationPolicy
    }

    /// The request's body; `nil` when there is nothing to say.
    var json: JSONValue? {
        if uid == nil && resourceVersion == nil && propagationPolicy == nil { return nil }
        var preconditions: JSONValue?
        if uid != nil || resourceVersion != nil {
            preconditions = .object(compacting: [
                "uid": uid.map(JSONValue.string), "resourceVersion": resourceVersion.map(JSONValue.string),
            ])
        }
        return .object(compacting: [
            "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions,
            "propagationPolicy": propagationPolicy.map(JSONValue.string),
        ])
    }
}
