/// Names of Kubernetes objects made of a fixed part and one from elsewhere, which may be too long.
public enum TruncatedName {
    public enum Part: Sendable {
        case fixed(String)
        /// May be shortened, from its end.
        case variable(String)
    }

    /// A label value and the names of volumes, ports and Services hold at most 63 bytes.
    public static let limit = 63

    /// The parts put together, cut to `limit` bytes.
    ///
    /// The excess is taken from the end of the variable parts, from the first to the last. What is still too long is
    /// cut at the limit; otherwise the ends are trimmed to a letter or digit, also when nothing had to be cut. The
    /// names of the reference come out the same.
    public static func joined(_ parts: Part..., limit: Int = limit) -> String {
        joined(parts, limit: limit)
    }

    public static func joined(_ parts: [Part], limit: Int) -> String {
        let total = parts.reduce(0) { $0 + $1.text.utf8.count }
        var excess = max(0, total - limit)
        var bytes: [UInt8] = []
        for part in parts {
            var text = Array(part.text.utf8)
            if case .variable = part, excess > 0 {
                let cut = min(excess, text.count)
                text.removeLast(cut)
                excess -= cut
            }
            bytes += text
        }
        if bytes.count > limit { return String(decoding: bytes.prefix(limit), as: UTF8.self) }
        let trimmed = bytes.reversed().drop { !isAlphanumeric($0) }.reversed().drop { !isAlphanumeric($0) }
        return String(decoding: trimmed, as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension TruncatedName.Part {
    var text: String {
        switch self {
        case .fixed(let text), .variable(let text): text
        }
    }
}
