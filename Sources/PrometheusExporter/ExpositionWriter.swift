/// Writes the Prometheus text format.
///
/// Source: Prometheus documentation, "Text-based format", version 0.0.4.
struct ExpositionWriter {
    private(set) var text = ""

    mutating func header(_ name: String, type: String, help: String) {
        if !help.isEmpty { text += "# HELP \(name) \(Self.escape(help, quotes: false))\n" }
        text += "# TYPE \(name) \(type)\n"
    }

    /// - Parameter labels: escaped and joined already, without braces.
    mutating func sample(_ name: String, labels: String, _ value: Double) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(Self.format(value))\n"
    }

    /// Whole numbers without a fraction, as people expect of counts.
    static func format(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value.rounded() == value, abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    /// Joins labels, sorted by name, with names made valid and values escaped. Of two with the same name the first counts.
    static func labels(_ pairs: [(String, String)]) -> String {
        var seen: Set<String> = []
        return pairs.map { (name: validLabelName($0.0), value: $0.1) }
            .filter { seen.insert($0.name).inserted }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`: other characters become `_`.
    static func validMetricName(_ name: String) -> String { validName(name, colons: true) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`: other characters become `_`.
    static func validLabelName(_ name: String) -> String { validName(name, colons: false) }

    private static func validName(_ name: String, colons: Bool) -> String {
        var result: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                result.append(byte)
            case UInt8(ascii: ":") where colons:
                result.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if result.isEmpty { result.append(UInt8(ascii: "_")) }
                result.append(byte)
            default:
                result.append(UInt8(ascii: "_"))
            }
        }
        return result.isEmpty ? "_" : String(decoding: result, as: UTF8.self)
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
