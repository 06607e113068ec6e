/// Why a JSON or YAML text could not be read.
public struct DocumentError: Error, Equatable, Sendable, CustomStringConvertible {
    public var message: String
    /// Where, counted from 1; the offset is in bytes from 0. `nil` when the error is about the whole.
    public var position: Position?

    public struct Position: Equatable, Sendable {
        public var line: Int
        public var column: Int
        public var offset: Int
    }

    public var description: String {
        guard let position else { return message }
        return "\(message) at line \(position.line), column \(position.column)"
    }
}

extension JSONValue {
    /// Reads one JSON text. (Contract; the parser replaces this body.)
    public init(parsing bytes: some Collection<UInt8>) throws(DocumentError) { self = .null }
    /// Writes compact JSON: the members in their order, numbers with their text.
    public func serialized() -> [UInt8] { [] }
    /// Writes JSON indented by two spaces.
    public func serializedPretty() -> String { "" }
}
