/// A double as the fewest digits that read back as the same double, and where their point stands.
struct ShortestDecimal {
    var isNegative: Bool
    /// Without leading zeros, and without trailing ones; empty for zero.
    var digits: [UInt8]
    /// The value is 0.d₁d₂… × 10^point.
    var point: Int

    /// - Parameter value: finite.
    init(_ value: Double) {
        isNegative = value.sign == .minus
        var mantissa: [UInt8] = []
        var integerDigits: Int?
        var exponent = 0
        // Swift's description holds exactly the shortest digits: 123456.5, 1e-05, 5e+16.
        var text = value.magnitude.description.utf8[...]
        while let byte = text.popFirst() {
            switch byte {
            case UInt8(ascii: "."): integerDigits = mantissa.count
            case UInt8(ascii: "e"):
                exponent = Int(String(Substring(text))) ?? 0
                text = text.suffix(0)
            default: mantissa.append(byte)
            }
        }
        let leading = mantissa.prefix { $0 == UInt8(ascii: "0") }.count
        digits = Array(mantissa.dropFirst(leading))
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        point = digits.isEmpty ? 0 : (integerDigits ?? mantissa.count) - leading + exponent
    }

    /// The power of ten of the first digit.
    var exponent: Int { digits.isEmpty ? 0 : point - 1 }

    /// `123456.5`
    var plain: String {
        let sign = isNegative ? "-" : ""
        guard !digits.isEmpty else { return sign + "0" }
        let text = String(decoding: digits, as: UTF8.self)
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
        if point >= digits.count { return sign + text + String(repeating: "0", count: point - digits.count) }
        return sign + text.prefix(point) + "." + text.dropFirst(point)
    }

    /// `1.048576e+06`
    ///
    /// - Parameter width: the fewest digits of the exponent.
    func scientific(width: Int) -> String {
        let text = String(decoding: digits.isEmpty ? [UInt8(ascii: "0")] : digits, as: UTF8.self)
        let fraction = text.dropFirst().isEmpty ? "" : ".\(text.dropFirst())"
        let power = String(exponent.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - power.utf8.count))
        return "\(isNegative ? "-" : "")\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(zeros)\(power)"
    }
}
