public import Document

/// Any Kubernetes object: its document, with names for the parts that every object has.
///
/// Unknown fields stay in the document, so what is read can be written back without loss.
///
/// Source: Kubernetes API conventions, "Objects" and "Metadata".
public struct KubeObject: Sendable, Equatable {
    public var json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    /// An object of that type with a name, ready for its other members.
    public init(_ type: ResourceType, _ key: ObjectKey, labels: [(String, String)] = []) {
        var metadata: JSONObject = ["name": .string(key.name)]
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
        if !labels.isEmpty {
            metadata["labels"] = .object(
                JSONObject(members: labels.map { JSONObject.Member(key: $0.0, value: .string($0.1)) }))
        }
        json = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
        ]
    }

    public subscript(key: String) -> JSONValue? {
        get { json[key] }
        set { json[key] = newValue }
    }

    public var apiVersion: String { json["apiVersion"]?.stringValue ?? "" }
    public var kind: String { json["kind"]?.stringValue ?? "" }
    public var metadata: JSONValue { json["metadata"] ?? .object([:]) }
    public var name: String { metadata["name"]?.stringValue ?? "" }
    public var namespace: String { metadata["namespace"]?.stringValue ?? "" }
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    public var uid: String { metadata["uid"]?.stringValue ?? "" }
    public var resourceVersion: String { metadata["resourceVersion"]?.stringValue ?? "" }
    public var generation: Int { metadata["generation"]?.intValue ?? 0 }
    /// RFC 3339, in UTC, to the second; empty before the object is created.
    public var creationTimestamp: String { metadata["creationTimestamp"]?.stringValue ?? "" }
    public var isBeingDeleted: Bool { metadata["deletionTimestamp"]?.stringValue != nil }

    public var labels: [String: String] { Self.strings(metadata["labels"]) }
    public var annotations: [String: String] { Self.strings(metadata["annotations"]) }

    public func annotation(_ key: String) -> String? { metadata["annotations"]?[key]?.stringValue }
    public func label(_ key: String) -> String? { metadata["labels"]?[key]?.stringValue }

    public var ownerReferences: [OwnerReference] {
        (metadata["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init)
    }

    /// The owner that controls this object, if any.
    public var controller: OwnerReference? { ownerReferences.first { $0.isController } }

    private static func strings(_ value: JSONValue?) -> [String: String] {
        var result: [String: String] = [:]
        for member in value?.objectValue ?? [:] {
            if let text = member.value.stringValue { result[member.key] = text }
        }
        return result
    }
}

/// Says which object owns another; the garbage collector deletes what has lost its owners.
public struct OwnerReference: Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var name: String
    public var uid: String
    public var isController: Bool

    public init(apiVersion: String, kind: String, name: String, uid: String, isController: Bool) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
    }

    public init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.stringValue, let name = json["name"]?.stringValue else { return nil }
        self.kind = kind
        self.name = name
        apiVersion = json["apiVersion"]?.stringValue ?? ""
        uid = json["uid"]?.stringValue ?? ""
        isController = json["controller"]?.boolValue ?? false
    }

    public var json: JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": .bool(isController), "blockOwnerDeletion": .bool(isController),
        ]
    }
}
