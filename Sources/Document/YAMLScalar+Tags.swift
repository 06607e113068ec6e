extension YAMLScalar {
    /// A scalar with its tag: the meaning, and the text when that is a string.
    ///
    /// - Parameter isPlain: whether the text may be more than a string when there is no tag.
    static func resolve(
        _ text: String, _ event: YAMLEvent, isPlain: Bool, schema: YAMLSchema
    ) throws(DocumentError) -> (scalar: YAMLScalar, text: String) {
        guard let tag = event.tag else { return (isPlain ? YAMLScalar(resolving: text, schema) : .string, text) }
        guard tag.hasPrefix("tag:yaml.org,2002:") else {
            let isResolved = schema == .core && event.hasPlainStyle
            return (isResolved ? YAMLScalar(resolving: text, schema) : .string, text)
        }
        let scalar = YAMLScalar(resolving: text, schema)
        let name = String(tag.dropFirst("tag:yaml.org,2002:".count))
        switch (name, scalar) {
        case ("null", .null), ("bool", .bool), ("int", .integer), ("float", .integer), ("float", .float),
            ("float", .noNumber), ("timestamp", .timestamp):
            return (scalar, text)
        case ("null", _), ("bool", _), ("int", _), ("float", _), ("timestamp", _):
            throw DocumentError("the scalar does not fit its tag !!\(name)")
        case ("binary", _):
            guard let decoded = decodeBase64(text) else {
                throw DocumentError("the !!binary scalar is not base64 of UTF-8 text, which is all that JSON can hold")
            }
            return (.string, decoded)
        default: return (.string, text)
        }
    }

    /// As a JSON value. `text` is the text of a string.
    func value(_ text: String) throws(DocumentError) -> JSONValue {
        switch self {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .integer(let digits), .float(let digits): return .number(JSONNumber(validText: digits))
        case .noNumber(let name): throw DocumentError("\(name) is no number that JSON can hold")
        case .timestamp, .string: return .string(text)
        }
    }

    /// As the key of a JSON object.
    func key(_ text: String) throws(DocumentError) -> String {
        switch self {
        case .null: throw DocumentError("a key must not be null")
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let digits): return digits
        case .float(let digits): return Self.keyText(ofFloat: digits)
        case .noNumber(let name): return name
        case .timestamp, .string: return text
        }
    }

    /// As Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the fewest digits that give the same 32 bit float, with an
    /// exponent of at least two digits when it is below -4 or above 5.
    static func keyText(ofFloat text: String) -> String {
        guard let value = Float(text), value.isFinite else {
            return text.utf8.first == UInt8(ascii: "-") ? "-.inf" : ".inf"
        }
        guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
        let (digits, point) = shortestDigits(of: value.magnitude)
        let sign = value < 0 ? "-" : ""
        let exponent = point - 1
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.dropFirst()
            let power = String(exponent.magnitude)
            return sign + String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction) + "e"
                + (exponent < 0 ? "-" : "+") + (power.count < 2 ? "0" : "") + power
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// `digits` without zeros at its ends, and where in them the decimal point stands: 0.05 is ("5", -1).
    private static func shortestDigits(of value: Float) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e")  // such as 1.25, 5e-05, 1.6777216e+07
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = String(whole + fraction)
        var point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.hasSuffix("0") { digits.removeLast() }
        while digits.hasPrefix("0") {
            digits.removeFirst()
            point -= 1
        }
        return (digits, point)
    }

    /// `nil` when it is not base64 or when the content is not UTF-8.
    private static func decodeBase64(_ text: String) -> String? {
        Base64.decode(text.utf8).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
