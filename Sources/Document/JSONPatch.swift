/// A list of changes to a JSON value, each at one place.
///
/// Source: RFC 6902.
public struct JSONPatch: Equatable, Sendable {
    public enum Operation: Equatable, Sendable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    public var operations: [Operation]

    public init(_ operations: [Operation] = []) { self.operations = operations }

    public var isEmpty: Bool { operations.isEmpty }
}

// MARK: - As JSON

extension JSONPatch {
    /// Reads a patch: a list of objects. Members that the operation does not need are ignored (RFC 6902 §4).
    public init(json: JSONValue) throws(DocumentError) {
        guard case .array(let elements) = json else {
            throw DocumentError("a JSON patch must be a list, found \(json.kindDescription)")
        }
        operations = []
        operations.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(DocumentError) {
                operations.append(try Operation(json: element))
            } catch {
                throw DocumentError("operation \(index) of the JSON patch: \(error.message)")
            }
        }
    }

    public var json: JSONValue { .array(operations.map(\.json)) }
}

extension JSONPatch.Operation {
    public init(json: JSONValue) throws(DocumentError) {
        guard case .object(let object) = json else {
            throw DocumentError("expected an object, found \(json.kindDescription)")
        }
        guard let name = object["op"]?.stringValue else { throw DocumentError("\"op\" is missing or not a string") }
        let path = try Self.pointer("path", of: object)
        switch name {
        case "add": self = .add(path, try Self.value(of: object))
        case "remove": self = .remove(path)
        case "replace": self = .replace(path, try Self.value(of: object))
        case "move": self = .move(from: try Self.pointer("from", of: object), to: path)
        case "copy": self = .copy(from: try Self.pointer("from", of: object), to: path)
        case "test": self = .test(path, try Self.value(of: object))
        default:
            throw DocumentError(
                "\"op\" is \(quotedForMessage(name)), expected add, remove, replace, move, copy or test")
        }
    }

    private static func pointer(_ key: String, of object: JSONObject) throws(DocumentError) -> JSONPointer {
        guard let text = object[key]?.stringValue else {
            throw DocumentError("\"\(key)\" is missing or not a string")
        }
        return try JSONPointer(text)
    }

    private static func value(of object: JSONObject) throws(DocumentError) -> JSONValue {
        guard let value = object["value"] else { throw DocumentError("\"value\" is missing") }
        return value
    }

    public var json: JSONValue {
        switch self {
        case .add(let path, let value): ["op": "add", "path": .string(path.description), "value": value]
        case .remove(let path): ["op": "remove", "path": .string(path.description)]
        case .replace(let path, let value): ["op": "replace", "path": .string(path.description), "value": value]
        case .move(let from, let path):
            ["op": "move", "from": .string(from.description), "path": .string(path.description)]
        case .copy(let from, let path):
            ["op": "copy", "from": .string(from.description), "path": .string(path.description)]
        case .test(let path, let value): ["op": "test", "path": .string(path.description), "value": value]
        }
    }

    var name: String {
        switch self {
        case .add: "add"
        case .remove: "remove"
        case .replace: "replace"
        case .move: "move"
        case .copy: "copy"
        case .test: "test"
        }
    }

    var path: JSONPointer {
        switch self {
        case .add(let path, _), .remove(let path), .replace(let path, _), .test(let path, _): path
        case .move(_, let path), .copy(_, let path): path
        }
    }
}
