#if canImport(Glibc)
    import Glibc
#endif

/// A JSON number as it was written: `1.0`, `1e3` and `9007199254740993` come out as they came in.
public struct JSONNumber: Sendable {
    /// The number's text, valid JSON.
    public let text: String

    public init(_ value: Int) { text = String(value) }

    /// - Precondition: `text` is a number by RFC 8259 §6; the parser guarantees it.
    public init(validText text: String) { self.text = text }

    /// The value, when it is an integer that fits into 64 bits (also written `3.0` or `3e2`).
    public var intValue: Int? {
        if let value = Int(text) { return value }
        guard let value = Double(text), value.rounded() == value, abs(value) <= 9_007_199_254_740_992 else { return nil }
        return Int(value)
    }

    /// The nearest double, infinite when the number is larger than any.
    public var doubleValue: Double { Double(text) ?? .nan }
}

extension JSONNumber: Equatable {
    /// By value: `1`, `1.0` and `1e0` are equal.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        if left.text == right.text { return true }
        if let left = Int(left.text), let right = Int(right.text) { return left == right }
        return left.doubleValue == right.doubleValue
    }
}
