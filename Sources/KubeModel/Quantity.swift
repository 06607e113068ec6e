/// An amount of a resource: `500m`, `1.5Gi`, `2e3`.
///
/// Source: Kubernetes `resource.Quantity`.
public struct Quantity: Sendable, Hashable {
    /// In base units: cores, bytes, pieces.
    public let value: Double

    /// `nil` when the text is no quantity.
    public init?(_ text: String) {
        var number = Substring(text)
        let letters = number.suffix(while: \.isLetter)
        var scale = 1.0
        if let known = Self.scales[String(letters)] {
            scale = known
            number = number.dropLast(letters.count)
        }
        guard let last = number.utf8.last, (48...57).contains(last) || last == UInt8(ascii: "."),
            number.utf8.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }),
            let value = Double(number)
        else { return nil }
        self.value = value * scale
    }

    private static let scales: [String: Double] = [
        "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 0x1p10, "Mi": 0x1p20, "Gi": 0x1p30, "Ti": 0x1p40, "Pi": 0x1p50, "Ei": 0x1p60,
    ]
}

extension Collection {
    /// The longest tail whose elements all satisfy the predicate.
    fileprivate func suffix(while predicate: (Element) -> Bool) -> SubSequence where Self: BidirectionalCollection {
        var start = endIndex
        while start > startIndex, predicate(self[index(before: start)]) { formIndex(before: &start) }
        return self[start...]
    }
}
