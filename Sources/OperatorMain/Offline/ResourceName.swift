/// The names that an API server takes for namespaces and for custom resources.
///
/// Source: Kubernetes, "Object Names and IDs": RFC 1123 labels and subdomains.
enum ResourceName {
    /// As a namespace must be called: at most 63 letters a-z, digits and hyphens, no hyphen at either end.
    static func isLabel(_ text: String) -> Bool { text.utf8.count <= 63 && isPart(text[...]) }

    /// As a custom resource must be called: labels with dots between them, at most 253 bytes. A single one may be as long.
    static func isSubdomain(_ text: String) -> Bool {
        text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isPart)
    }

    static let labelRule = "at most 63 of a-z, 0-9 and -, with a letter or digit at both ends"
    static let subdomainRule =
        "at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends and beside each dot"

    private static func isPart(_ text: Substring) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
