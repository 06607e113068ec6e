public import Document

/// A field of a custom resource that is not what its type says.
///
/// The API server's schema keeps such values out of a cluster; manifests read from files have no such guard.
public struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field, as `kubectl explain` writes it: `spec.python.env[2].name`.
    public var path: String
    /// What stands there, short and in JSON's words: `"fast"`, `3`, `a list`.
    public var value: String
    /// What should stand there: `a string`, `a list of objects`.
    public var expected: String

    public init(path: String, value: String, expected: String) {
        self.path = path
        self.value = value
        self.expected = expected
    }

    public init(path: String, value: JSONValue, expected: String) {
        self.init(path: path, value: Self.describe(value), expected: expected)
    }

    /// Completes "could not read …: ".
    public var description: String { "\(path) is \(value), expected \(expected)" }

    /// Scalars are shown, cut to a readable length; lists and objects are named only.
    private static func describe(_ value: JSONValue) -> String {
        switch value {
        case .string(let text) where text.count > 60: "\"\(text.prefix(60))…\""
        case .string(let text): "\"\(text)\""
        case .number(let number): number.text
        case .bool(let value): "\(value)"
        default: value.kindDescription
        }
    }
}
