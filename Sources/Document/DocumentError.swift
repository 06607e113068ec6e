/// Why a JSON or YAML text could not be read, or why a pointer or a patch does not fit a value.
///
/// The message names what was found and what was expected. Of the text it quotes at most one character or the name of
/// a key, never a value, so that it may be logged.
public struct DocumentError: Error, Equatable, Sendable, CustomStringConvertible {
    public var message: String
    /// Where in the text. `nil` when the error is about the whole.
    public var position: Position?

    public struct Position: Equatable, Sendable {
        /// Counted from 1; lines end with a line feed.
        public var line: Int
        /// Counted from 1 in Unicode scalars.
        public var column: Int
        /// Counted from 0 in bytes.
        public var offset: Int

        public init(line: Int, column: Int, offset: Int) {
            self.line = line
            self.column = column
            self.offset = offset
        }
    }

    public init(_ message: String, at position: Position? = nil) {
        self.message = message
        self.position = position
    }

    public var description: String {
        guard let position else { return message }
        return "\(message) at line \(position.line), column \(position.column)"
    }
}

extension DocumentError.Position {
    /// The position of the byte at `offset` of a text. What is not UTF-8 before it counts byte by byte.
    init(offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {  // the first byte of a scalar
                column += 1
            }
        }
        self.init(line: line, column: column, offset: offset)
    }
}
