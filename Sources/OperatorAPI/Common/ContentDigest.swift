public import Document

/// A short digest of JSON content: the same for values that mean the same to the API server, so the order of members does
/// not count, nor do members that are null or an empty object.
///
/// It tells states of one object apart, nothing more: it is no protection against somebody who wants two states to
/// look alike. FNV-1a: a few operations a byte, and stable between versions, unlike Swift's own hashing.
public struct ContentDigest: Equatable, Sendable {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    /// Eight hexadecimal digits.
    public var text: String {
        let folded = UInt32(truncatingIfNeeded: value ^ (value >> 32))
        let digits = String(folded, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// Sixteen hexadecimal digits: where two different states must not be taken for one even among very many.
    public var longText: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    public mutating func add(text: String) {
        for byte in text.utf8 { add(byte: byte) }
        // Ends the text: no byte of UTF-8 has this value.
        add(byte: 0xff)
    }

    mutating func add(_ digest: ContentDigest) {
        for shift in stride(from: 0, to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: digest.value >> shift)) }
    }

    public mutating func add(_ json: JSONValue) {
        switch json {
        case .object(let object):
            add(text: "{")
            for member in object.members.sorted(by: { $0.key < $1.key }) where !Self.isNothing(member.value) {
                add(text: member.key)
                add(member.value)
            }
            add(text: "}")
        case .array(let elements):
            add(text: "[")
            for element in elements { add(element) }
            add(text: "]")
        // A string is told from a number of the same digits.
        case .string(let text):
            add(text: "\"")
            add(text: text)
        default: add(text: json.serializedString())
        }
    }

    private static func isNothing(_ json: JSONValue) -> Bool {
        switch json {
        case .null: true
        case .object(let object): object.members.allSatisfy { isNothing($0.value) }
        default: false
        }
    }

    private mutating func add(byte: UInt8) {
        value ^= UInt64(byte)
        value &*= 0x100_0000_01b3
    }
}
