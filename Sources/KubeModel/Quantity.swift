/// An amount of a resource: `500m`, `1.5Gi`, `2e3`.
///
/// Source: Kubernetes `resource.Quantity`.
public struct Quantity: Sendable, Hashable {
    /// In base units: cores, bytes, pieces.
    public let value: Double

    /// `nil` when the text is no quantity.
    public init?(_ text: String) {
        var number = text.utf8[...]
        let letters = number.suffix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
        var scale = 1.0
        if !letters.isEmpty, let known = Self.scales[String(Substring(letters))] {
            scale = known
            number = number.dropLast(letters.count)
        }
        guard let last = number.last, Self.isDigit(last) || last == UInt8(ascii: "."),
            number.allSatisfy({ Self.isDigit($0) || Self.isSign($0) }), let value = Double(Substring(number))
        else { return nil }
        self.value = value * scale
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// What a decimal number has besides digits.
    private static func isSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: false
        }
    }

    private static let scales: [String: Double] = [
        "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 0x1p10, "Mi": 0x1p20, "Gi": 0x1p30, "Ti": 0x1p40, "Pi": 0x1p50, "Ei": 0x1p60,
    ]
}

extension Collection {
    /// The longest tail whose elements all satisfy the predicate.
    fileprivate func suffix(_ predicate: (Element) -> Bool) -> SubSequence where Self: BidirectionalCollection {
        var start = endIndex
        while start > startIndex, predicate(self[index(before: start)]) { formIndex(before: &start) }
        return self[start...]
    }
}
