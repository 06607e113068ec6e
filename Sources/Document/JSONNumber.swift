/// A JSON number as it was written: `1.0`, `1e3` and `9007199254740993` come out as they came in.
public struct JSONNumber: Sendable {
    /// The number's text, valid JSON.
    public let text: String

    public init(_ value: Int) { text = String(value) }

    /// `nil` when the value is infinite or no number: JSON has no text for those.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// - Precondition: `text` is a number by RFC 8259 §6; the parser guarantees it.
    public init(validText text: String) { self.text = text }

    /// The value, when it is an integer that fits into 64 bits (also written `3.0` or `3e2`).
    public var intValue: Int? {
        if let value = Int(text) { return value }
        let decimal = Decimal(text)
        guard decimal.exponent >= 0, decimal.digits.count + decimal.exponent <= 19 else { return nil }
        var value = 0
        for digit in decimal.digits + Array(repeating: 0, count: decimal.exponent) {
            // Downwards, as the most negative integer has no positive counterpart.
            let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
            let (difference, differenceOverflows) = product.subtractingReportingOverflow(Int(digit))
            if productOverflows || differenceOverflows { return nil }
            value = difference
        }
        if decimal.isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The nearest double, infinite when the number is larger than any.
    public var doubleValue: Double { Double(text) ?? .nan }
}

extension JSONNumber: Equatable {
    /// By value and exactly: `1`, `1.0` and `1e0` are equal, `9007199254740992` and `9007199254740993` are not.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        haveSameText(left.text, right.text) || Decimal(left.text) == Decimal(right.text)
    }
}

/// A number as digits × 10^exponent without zeros at either end, so that equal numbers have equal parts.
private struct Decimal: Equatable {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    /// - Parameter text: a valid JSON number.
    init(_ text: String) {
        var fraction = 0
        var inFraction = false
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): inFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = Self.exponent(String(Substring(rest)))
                rest = rest.suffix(0)
            default:
                if inFraction { fraction += 1 }
                let digit = byte &- UInt8(ascii: "0")
                if digit != 0 || !digits.isEmpty { digits.append(digit) }
            }
        }
        let zeros = digits.reversed().prefix { $0 == 0 }.count
        digits.removeLast(zeros)
        exponent = digits.isEmpty ? 0 : exponent - fraction + zeros
        if digits.isEmpty { isNegative = false }  // -0 is 0
    }

    /// An exponent beyond all use is cut, so that no arithmetic with it can overflow.
    private static func exponent(_ text: String) -> Int {
        let bound = Int.max / 4
        guard let value = Int(text) else { return text.utf8.first == UInt8(ascii: "-") ? -bound : bound }
        return min(max(value, -bound), bound)
    }
}
