/// Makes warnings fit for the API server, which passes each on as an HTTP `Warning` header.
///
/// Source: Kubernetes "Dynamic Admission Control", Warnings: when all are longer than 4,096 characters, each is cut at 256 and
/// what then is too much is dropped; line ends and control characters cannot stand in a header.
enum AdmissionWarnings {
    static let limit = 256
    static let totalLimit = 4_096

    /// As short as they have to be: a single long one, a list of paths for example, stays whole.
    static func fitted(_ warnings: [String]) -> [String] {
        let texts = warnings.map(clean).filter { !$0.isEmpty }
        if texts.reduce(0, { $0 + $1.utf8.count }) <= totalLimit { return texts }
        var total = 0
        var fitted: [String] = []
        for text in texts.lazy.map({ cut($0, to: limit) }) {
            guard total + text.utf8.count <= totalLimit else { break }
            total += text.utf8.count
            fitted.append(text)
        }
        return fitted
    }

    /// Runs of control characters and white space become one space.
    private static func clean(_ text: String) -> String {
        var cleaned = String.UnicodeScalarView()
        var isSpacePending = false
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.properties.isWhitespace {
                isSpacePending = !cleaned.isEmpty
                continue
            }
            if isSpacePending { cleaned.append(" ") }
            isSpacePending = false
            cleaned.append(scalar)
        }
        return String(cleaned)
    }

    /// At most so many bytes, on a character's border, with an ellipsis when something is missing.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let ellipsis = "…"
        var kept = ""
        var count = ellipsis.utf8.count
        for character in text {
            count += character.utf8.count
            if count > limit { break }
            kept.append(character)
        }
        return kept + ellipsis
    }
}
