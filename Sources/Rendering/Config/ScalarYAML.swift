import Document

/// How single values are written in a collector's configuration.
enum ScalarYAML {
    /// Integers with all their digits; other numbers with the fewest digits, with an exponent from 10⁶ and below 10⁻⁴.
    static func number(_ number: JSONNumber) -> String {
        if let integer = number.intValue, integer != 0 { return String(integer) }
        let value = number.doubleValue
        guard value.isFinite else { return number.text }
        let decimal = ShortestDecimal(value)
        return (-4..<6).contains(decimal.exponent) ? decimal.plain : decimal.scientific(width: 2)
    }

    static func key(_ text: String) -> String { needsQuotes(text) || hasLineFeed(text) ? quoted(text) : text }

    static func string(_ text: String) -> String { needsQuotes(text) || hasLineFeed(text) ? quoted(text) : text }

    /// The text as a literal block, when it has several lines and can stand without quotes.
    static func block(_ text: String) -> (header: String, lines: [Substring])? {
        guard hasLineFeed(text), !needsQuotes(text) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let lineFeeds = lines.reversed().prefix { $0.isEmpty }.count
        // The indentation is that of the first line with content: that one must not begin with a space itself.
        guard let first = lines.first(where: { !$0.isEmpty }), !first.hasPrefix(" "), !first.hasPrefix("\t") else {
            return nil
        }
        if lineFeeds > 0 { lines.removeLast() }
        return (lineFeeds == 0 ? "|-" : lineFeeds == 1 ? "|" : "|+", lines)
    }

    // MARK: - Quoting

    static func needsQuotes(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return true }
        if words.contains(text) || "*&[{}],!|>%'\"@ `\t".unicodeScalars.contains(first) { return true }
        if last == ":" || last == " " || last == "\t" || text == "-" || text == "?" || text.hasPrefix("? ") {
            return true
        }
        if looksLikeNumber(text) || looksLikeTime(text) { return true }
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "#", "\\": return true
            case " " where previous == ":" || previous == "-": return true
            case "\n", "\t": break
            default: if !isPrintable(scalar) { return true }
            }
            previous = scalar
        }
        return false
    }

    /// What some YAML reader takes for null, a boolean, a number or a merge.
    private static let words: Set<String> = [
        "null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE", "y", "Y", "yes", "Yes", "YES",
        "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "<<", "=", ".inf", ".Inf", ".INF", "+.inf",
        "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN",
    ]

    /// Integers and floats of YAML 1.1 and 1.2, also with a base, with `_` between digits and with an exponent.
    static func looksLikeNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        guard let first = rest.first, isDigit(first) || first == UInt8(ascii: ".") else { return false }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where rest.starts(with: prefix.utf8) {
            let digits = rest.dropFirst(2).filter { $0 != UInt8(ascii: "_") }
            return !digits.isEmpty
                && digits.allSatisfy { Character(Unicode.Scalar($0)).hexDigitValue.map { $0 < radix } ?? false }
        }
        var digits = 0
        var dots = 0
        while let byte = rest.first, isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") {
            if isDigit(byte) { digits += 1 }
            if byte == UInt8(ascii: ".") { dots += 1 }
            rest.removeFirst()
        }
        guard digits > 0, dots <= 1 else { return false }
        guard let exponent = rest.popFirst() else {
            // A leading zero means octal, which has no 8 and no 9, unless there is a point.
            let isOctal = text.utf8.drop { !isDigit($0) }.first == UInt8(ascii: "0") && dots == 0 && digits > 1
            return !isOctal || !text.utf8.contains { $0 == UInt8(ascii: "8") || $0 == UInt8(ascii: "9") }
        }
        guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    /// Dates, times and YAML 1.1 numbers to the base 60: digits in groups, put together by `-`, `:`, `.`, `T`, a space or a zone.
    static func looksLikeTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 40, let first = bytes.first, isDigit(first) else { return false }
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        if (2...4).contains(groups.count),
            groups.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) })
        {
            return true
        }
        // YYYY-MM-DD, alone or followed by a time.
        guard bytes.count >= 8, bytes[..<4].allSatisfy(isDigit), bytes[4] == UInt8(ascii: "-") else { return false }
        let date = bytes.prefix { isDigit($0) || $0 == UInt8(ascii: "-") }
        let fields = date.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields.count == 3, fields[1...].allSatisfy({ (1...2).contains($0.count) }) else { return false }
        let time = bytes.dropFirst(date.count)
        guard let separator = time.first else { return true }
        guard "Tt ".utf8.contains(separator) else { return false }
        return time.dropFirst().first.map(isDigit) == true
            && time.dropFirst().allSatisfy { isDigit($0) || ":.Zz+- ".utf8.contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func hasLineFeed(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "\n")) }

    // MARK: - Double quotes

    /// Letters, marks, numbers, punctuation, symbols and the space, as Go sees them.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case "\u{7}": result += #"\a"#
            case "\u{8}": result += #"\b"#
            case "\t": result += #"\t"#
            case "\n": result += #"\n"#
            case "\u{b}": result += #"\v"#
            case "\u{c}": result += #"\f"#
            case "\r": result += #"\r"#
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            case _ where scalar.isASCII: result += "\\x" + hex(scalar, 2)
            case _ where scalar.value <= 0xFFFF: result += "\\u" + hex(scalar, 4)
            default: result += "\\U" + hex(scalar, 8)
            }
        }
        return result + "\""
    }

    private static func hex(_ scalar: Unicode.Scalar, _ width: Int) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
