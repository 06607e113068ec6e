public import Document

/// Reads the members of one object of a custom resource and remembers where it stands, for its errors.
///
/// A missing member and `null` are the same, as for the API server. Members that are not asked for are ignored.
public struct FieldReader: Sendable {
    public let path: String
    public let object: JSONObject

    /// - Throws: when `value` is neither an object nor absent.
    public init(_ value: JSONValue?, at path: String) throws(FieldError) {
        self.path = path
        switch value {
        case .object(let object)?: self.object = object
        case nil, .null?: object = [:]
        // Its kind alone: what stands in place of an object may be a secret.
        case let other?: throw FieldError(path: path, value: other.kindDescription, expected: "an object")
        }
    }

    /// The member as it is; `nil` when absent or `null`.
    public func value(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    public func string(_ key: String) throws(FieldError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else { throw error(key, value, "a string") }
        return text
    }

    public func bool(_ key: String) throws(FieldError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.boolValue else { throw error(key, value, "true or false") }
        return flag
    }

    /// An object that passes through as it is, such as an embedded core/v1 type.
    public func tree(_ key: String) throws(FieldError) -> JSONValue? {
        guard let value = value(key) else { return nil }
        guard value.objectValue != nil else {
            throw FieldError(path: "\(path).\(key)", value: value.kindDescription, expected: "an object")
        }
        return value
    }

    /// The member as a reader of its own; an empty one when absent.
    public func nested(_ key: String) throws(FieldError) -> FieldReader {
        try FieldReader(object[key], at: "\(path).\(key)")
    }

    public func strings(_ key: String) throws(FieldError) -> [String] {
        var result: [String] = []
        for (index, element) in try list(key).enumerated() {
            guard let text = element.stringValue else { throw error("\(key)[\(index)]", element, "a string") }
            result.append(text)
        }
        return result
    }

    /// A map of strings, in its order.
    public func stringMap(_ key: String) throws(FieldError) -> [(key: String, value: String)] {
        let map = try nested(key)
        var result: [(key: String, value: String)] = []
        for member in map.object {
            guard let text = member.value.stringValue else { throw map.error(member.key, member.value, "a string") }
            result.append((member.key, text))
        }
        return result
    }

    /// The elements of a list; none when absent.
    public func list(_ key: String) throws(FieldError) -> [JSONValue] {
        guard let value = value(key) else { return [] }
        guard let elements = value.arrayValue else {
            throw FieldError(path: "\(path).\(key)", value: value.kindDescription, expected: "a list")
        }
        return elements
    }

    /// A list of objects, each read with its own path.
    public func objects<Element>(
        _ key: String, _ read: (FieldReader) throws(FieldError) -> Element
    ) throws(FieldError) -> [Element] {
        var result: [Element] = []
        for (index, element) in try list(key).enumerated() {
            result.append(try read(try FieldReader(element, at: "\(path).\(key)[\(index)]")))
        }
        return result
    }

    /// The variables of a list of core/v1 `EnvVar`.
    ///
    /// - Parameter acceptingEmptyNames: for entries that are judged where they are used.
    public func environment(
        _ key: String, acceptingEmptyNames: Bool = false
    ) throws(FieldError) -> [EnvironmentVariable] {
        try objects(key) { reader throws(FieldError) in
            guard let name = try reader.string("name"), acceptingEmptyNames || !name.isEmpty else {
                throw reader.error("name", reader.object["name"] ?? .null, "the name of a variable")
            }
            // A number that YAML reads where a string was meant. Its kind alone: a value may be a secret.
            if let value = reader.value("value"), value.stringValue == nil {
                throw FieldError(path: "\(reader.path).value", value: value.kindDescription, expected: "a string")
            }
            _ = try reader.tree("valueFrom")
            return EnvironmentVariable(name: name, json: .object(reader.object))
        }
    }

    public func error(_ key: String, _ value: JSONValue, _ expected: String) -> FieldError {
        FieldError(path: "\(path).\(key)", value: value, expected: expected)
    }
}
