import Document
public import KubeModel

/// One line of a watch.
///
/// Source: Kubernetes API concepts, "Efficient detection of changes" and "Watch bookmarks".
public enum WatchEvent: Sendable, Equatable {
    case added(KubeObject)
    case modified(KubeObject)
    /// The object as it was last.
    case deleted(KubeObject)
    /// Nothing happened up to this resource version.
    case bookmark(resourceVersion: String)
    /// The object was added or has changed, but it could not be read.
    case unreadable(UnreadableObject)
    /// The server ends the watch with this status (410: list again).
    case error(Status)

    /// The version from which a new watch goes on; `nil` after an error.
    public var resourceVersion: String? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
        case .bookmark(let version): version
        case .unreadable(let object): object.resourceVersion
        case .error: nil
        }
    }
}

extension WatchEvent {
    /// Reads one line. A type of event that no Kubernetes version knows yet is `nil`.
    ///
    /// - Parameter type: names the objects, whose `apiVersion` and `kind` a metadata-only watch replaces by its own.
    init?(line: ArraySlice<UInt8>, of type: ResourceType) throws(KubeError) {
        let event = line.withUnsafeBytes { bytes in
            Result { () throws(KubeError) in try Self.read(bytes, of: type) }
        }
        guard let event = try event.get() else { return nil }
        self = event
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, of type: ResourceType
    ) throws(KubeError) -> WatchEvent? {
        var kind: String?
        var object: UnsafeRawBufferPointer?
        var cursor = JSONCursor(bytes)
        let isWhole = cursor.members { key, cursor in
            switch key {
            case "type": return cursor.string(into: &kind)
            case "object":
                object = cursor.value(in: bytes)
                return object != nil
            default: return cursor.skipValue()
            }
        }
        guard isWhole, let kind, let object else {
            _ = try json(bytes, of: type)
            throw .decoding("could not read an event of the watch on \(type): it has no type or no object")
        }
        switch kind {
        case "ADDED", "MODIFIED", "DELETED": return try change(kind, object, of: type)
        case "BOOKMARK": return .bookmark(resourceVersion: KubeObject(try json(object, of: type)).resourceVersion)
        case "ERROR": return .error(Status(try json(object, of: type), code: 500))
        default: return nil
        }
    }

    private static func json(_ bytes: UnsafeRawBufferPointer, of type: ResourceType) throws(KubeError) -> JSONValue {
        do throws(DocumentError) {
            return try JSONValue(parsing: bytes.bindMemory(to: UInt8.self))
        } catch {
            throw .decoding("could not read an event of the watch on \(type): \(error)")
        }
    }

    private static func change(
        _ kind: String, _ bytes: UnsafeRawBufferPointer, of type: ResourceType
    ) throws(KubeError) -> WatchEvent {
        do throws(UnreadableObject) {
            let object = try ObjectScan.object(bytes, of: type)
            switch kind {
            case "ADDED": return .added(object)
            case "MODIFIED": return .modified(object)
            default: return .deleted(object)
            }
        } catch {
            // Without a name nobody could tell what is missing, and without a version the watch could not go on.
            if error.key.name.isEmpty || error.resourceVersion.isEmpty {
                throw .decoding("could not read an event of the watch on \(type): \(error.reason)")
            }
            guard kind == "DELETED" else { return .unreadable(error) }
            var object = KubeObject(type, error.key)
            object.json["metadata"]?["resourceVersion"] = .string(error.resourceVersion)
            return .deleted(object)
        }
    }
}

extension KubeObject {
    /// What the server sent as an object of that type, with the type's `apiVersion` and `kind`.
    ///
    /// The items of a list carry neither, and the items of a metadata-only answer say `PartialObjectMetadata`.
    init(_ json: JSONValue, as type: ResourceType) {
        if json["kind"]?.stringValue == type.kind, json["apiVersion"]?.stringValue == type.apiVersion {
            self.init(json)
            return
        }
        var members: [JSONObject.Member] = [
            .init(key: "apiVersion", value: .string(type.apiVersion)), .init(key: "kind", value: .string(type.kind)),
        ]
        for member in json.objectValue ?? [:] where member.key != "apiVersion" && member.key != "kind" {
            members.append(member)
        }
        self.init(.object(JSONObject(members: members)))
    }
}
