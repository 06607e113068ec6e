import Document
public import KubeModel

/// An object of a list or a watch that could not be read.
public struct UnreadableObject: Error, Sendable, Equatable {
    public var key: ObjectKey
    public var resourceVersion: String
    /// Such as `lists and objects are nested deeper than 128 levels`.
    public var reason: String

    public init(key: ObjectKey, resourceVersion: String, reason: String) {
        self.key = key
        self.resourceVersion = resourceVersion
        self.reason = reason
    }
}

/// What is found of an object by stepping over its text, however deep it is: enough to name it, and to leave out what no
/// reader of lists and watches wants.
///
/// - Guarantees: one object that cannot be read keeps nobody from reading those beside it.
struct ObjectScan {
    private var name: String?
    private var namespace: String?
    private var resourceVersion: String?
    /// Where `metadata.managedFields` stands, counted from the object's first byte.
    private var managedFields: [Range<Int>] = []

    private init() {}

    /// Reads the object without its `metadata.managedFields`, which repeat all of it, some levels deeper.
    static func object(
        _ bytes: UnsafeRawBufferPointer, of type: ResourceType
    ) throws(UnreadableObject) -> KubeObject {
        var scan = ObjectScan()
        // What the scan does not get through, the parser says.
        _ = scan.read(bytes)
        var json: JSONValue
        do throws(DocumentError) {
            json = try JSONValue(
                parsing: bytes.bindMemory(to: UInt8.self), omitting: scan.managedFields)
        } catch {
            throw UnreadableObject(
                key: ObjectKey(namespace: scan.namespace ?? "", name: scan.name ?? ""),
                resourceVersion: scan.resourceVersion ?? "", reason: "\(error)")
        }
        if !scan.managedFields.isEmpty { json["metadata"]?["managedFields"] = nil }
        return KubeObject(json, as: type)
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = JSONCursor(bytes)
        return cursor.members { key, cursor in
            if case "metadata" = key, cursor.isAtObject { return readMetadata(&cursor) }
            return cursor.skipValue()
        }
    }

    private mutating func readMetadata(_ cursor: inout JSONCursor) -> Bool {
        cursor.members { key, cursor in
            switch key {
            case "name": return cursor.string(into: &name)
            case "namespace": return cursor.string(into: &namespace)
            case "resourceVersion": return cursor.string(into: &resourceVersion)
            case "managedFields":
                let start = cursor.index
                guard cursor.skipValue() else { return false }
                managedFields.append(start..<cursor.index)
                return true
            default: return cursor.skipValue()
            }
        }
    }
}
