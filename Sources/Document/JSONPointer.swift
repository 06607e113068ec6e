/// A path to one place in a JSON value, such as `/spec/containers/0/env/-`.
///
/// Source: RFC 6901.
public struct JSONPointer: Sendable {
    /// The names and indices on the way, not escaped. Empty: the whole document.
    public var tokens: [String]

    /// The whole document.
    public static let root = JSONPointer(tokens: [])

    public init(tokens: [String]) { self.tokens = tokens }

    /// Reads the text form: empty, or `/` before each token, in which `~1` stands for `/` and `~0` for `~`.
    public init(_ text: String) throws(DocumentError) {
        tokens = []
        guard let first = text.utf8.first else { return }
        guard first == UInt8(ascii: "/") else {
            throw DocumentError("the JSON pointer \(quotedForMessage(text)) does not start with '/'")
        }
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = Self.unescaped(part) else {
                throw DocumentError("the JSON pointer \(quotedForMessage(text)) has a '~' that is not part of ~0 or ~1")
            }
            tokens.append(token)
        }
    }

    public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }
    public func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

    /// Whether `other` is a place inside of this one.
    public func isProperPrefix(of other: JSONPointer) -> Bool {
        tokens.count < other.tokens.count && zip(tokens, other.tokens).allSatisfy { haveSameText($0, $1) }
    }

    private static func unescaped(_ part: Substring.UTF8View) -> String? {
        guard part.contains(UInt8(ascii: "~")) else { return String(Substring(part)) }
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The text form.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(tokens.reduce(0) { $0 + $1.utf8.count + 3 })
        for token in tokens {
            text.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"):
                    text.append(UInt8(ascii: "~"))
                    text.append(UInt8(ascii: "0"))
                case UInt8(ascii: "/"):
                    text.append(UInt8(ascii: "~"))
                    text.append(UInt8(ascii: "1"))
                default: text.append(byte)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension JSONPointer: Hashable {
    public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens.count == right.tokens.count && zip(left.tokens, right.tokens).allSatisfy { haveSameText($0, $1) }
    }

    public func hash(into hasher: inout Hasher) {
        for token in tokens {
            for byte in token.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0xFF))  // in no UTF-8, so tokens cannot run into each other
        }
    }
}

extension JSONValue {
    /// The value at that place, `nil` when there is none.
    public subscript(pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let next = object[token] else { return nil }
                value = next
            case .array(let elements):
                guard let index = JSONPointer.index(token), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}

extension JSONPointer {
    /// A token as the index of a list: digits without zeros in front.
    static func index(_ token: String) -> Int? {
        let digits = token.utf8
        guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else { return nil }
        guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        return Int(token)
    }
}
