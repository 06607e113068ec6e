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
    /// The server ends the watch with this status (410: list again).
    case error(Status)

    /// The version from which a new watch goes on; `nil` after an error.
    public var resourceVersion: String? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
        case .bookmark(let version): version
        case .error: nil
        }
    }
}

extension WatchEvent {
    /// Reads one line. A type of event that no Kubernetes version knows yet is `nil`.
    ///
    /// - Parameter type: names the objects, whose `apiVersion` and `kind` a metadata-only watch replaces by its own.
    init?(line: ArraySlice<UInt8>, of type: ResourceType) throws(KubeError) {
        let json: JSONValue
        do throws(DocumentError) {
            json = try JSONValue(parsing: line)
        } catch {
            throw .decoding("could not read an event of the watch on \(type): \(error)")
        }
        guard let kind = json["type"]?.stringValue, let object = json["object"] else {
            throw .decoding("could not read an event of the watch on \(type): it has no type or no object")
        }
        switch kind {
        case "ADDED": self = .added(KubeObject(object, as: type))
        case "MODIFIED": self = .modified(KubeObject(object, as: type))
        case "DELETED": self = .deleted(KubeObject(object, as: type))
        case "BOOKMARK": self = .bookmark(resourceVersion: KubeObject(object).resourceVersion)
        case "ERROR": self = .error(Status(object, code: 500))
        default: return nil
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
