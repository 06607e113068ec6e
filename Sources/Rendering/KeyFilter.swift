/// Keys of labels or annotations that are left out, given by regular expressions. A match anywhere in the key counts.
public struct KeyFilter: Sendable, Equatable {
    private var patterns: [Pattern]

    private enum Pattern: Sendable, Equatable {
        /// A text without special characters between `^` and `$`, by far the most frequent form.
        case exact(String)
        /// Checked by `init`; compiled when used, since a compiled expression may not cross threads.
        case expression(String)
    }

    /// Leaves out nothing.
    public static let none = KeyFilter()

    /// What the operator leaves out of annotations when nobody says otherwise: the copy that `kubectl apply` keeps.
    public static let lastApplied = KeyFilter(
        patterns: [.exact("kubectl.kubernetes.io/last-applied-configuration")])

    private init(patterns: [Pattern] = []) { self.patterns = patterns }

    /// - Throws: the first expression that is none.
    public init(expressions: [String]) throws(KeyFilterError) {
        patterns = []
        for expression in expressions {
            if let text = Self.exactText(expression) {
                patterns.append(.exact(text))
                continue
            }
            do {
                _ = try Regex(expression)
            } catch {
                throw KeyFilterError(expression: expression)
            }
            patterns.append(.expression(expression))
        }
    }

    /// The members that no expression matches.
    func remaining(_ map: [String: String]) -> [String: String] {
        if patterns.isEmpty || map.isEmpty { return map }
        var result = map
        for pattern in patterns {
            switch pattern {
            case .exact(let key): result[key] = nil
            case .expression(let text):
                // It compiled before, so it does again.
                guard let regex = try? Regex(text) else { continue }
                result = result.filter { $0.key.firstMatch(of: regex) == nil }
            }
        }
        return result
    }

    /// The text of `^text$` with dots escaped.
    private static func exactText(_ expression: String) -> String? {
        guard expression.hasPrefix("^"), expression.hasSuffix("$") else { return nil }
        var text = ""
        var isEscaped = false
        for character in expression.dropFirst().dropLast() {
            if isEscaped {
                guard character == "." else { return nil }
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character.isASCII, character.isLetter || character.isNumber || "/-_".contains(character) {
                text.append(character)
            } else {
                return nil
            }
        }
        return isEscaped ? nil : text
    }
}

/// A filter that is no regular expression.
public struct KeyFilterError: Error, Equatable, Sendable, CustomStringConvertible {
    public var expression: String
    public var description: String { "could not read the filter \"\(expression)\": it is no regular expression" }
}
