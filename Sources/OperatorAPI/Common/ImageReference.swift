/// The parts of a container image's name.
///
/// Source: the reference grammar of the OCI distribution project (`[domain/]path[:tag][@digest]`), not normalised: no
/// default registry and no default tag are added.
public struct ImageReference: Equatable, Sendable {
    /// Registry host with its port; empty when the name has none.
    public var domain: String
    public var path: String
    public var tag: String?
    /// `algorithm:hex`.
    public var digest: String?

    /// `nil` when the text does not follow the grammar.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        if let at = bytes.firstIndex(of: UInt8(ascii: "@")) {
            let digest = bytes[(at + 1)...]
            guard Self.isDigest(digest) else { return nil }
            self.digest = String(decoding: digest, as: UTF8.self)
            bytes = bytes[..<at]
        }
        let lastComponent = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? bytes.startIndex
        if let colon = bytes[lastComponent...].lastIndex(of: UInt8(ascii: ":")) {
            let tag = bytes[(colon + 1)...]
            guard Self.isTag(tag) else { return nil }
            self.tag = String(decoding: tag, as: UTF8.self)
            bytes = bytes[..<colon]
        }
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")), Self.isDomain(bytes[..<slash]),
            Self.isPath(bytes[(slash + 1)...])
        {
            domain = String(decoding: bytes[..<slash], as: UTF8.self)
            path = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        } else if Self.isPath(bytes) {
            domain = ""
            path = String(decoding: bytes, as: UTF8.self)
        } else {
            return nil
        }
    }

    /// What tells one build of the image from another: tag, digest, or `tag@digest`; `nil` when the name has neither.
    public var version: String? {
        switch (tag, digest) {
        case (let tag?, let digest?): "\(tag)@\(digest)"
        case (let tag?, nil): tag
        case (nil, let digest): digest
        }
    }
}

// MARK: - Grammar

extension ImageReference {
    /// A word character, then up to 127 word characters, dots and hyphens.
    private static func isTag(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, isWord(first), text.count <= 128 else { return false }
        return text.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// SHA-2 digests in lower-case hexadecimal, of the algorithm's length.
    private static func isDigest(_ text: ArraySlice<UInt8>) -> Bool {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let lengths = ["sha256": 64, "sha384": 96, "sha512": 128]
        let hex = text[(colon + 1)...]
        return lengths[String(decoding: text[..<colon], as: UTF8.self)] == hex.count
            && hex.allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }

    /// Labels of letters, digits and inner hyphens, or an IPv6 address in brackets, and perhaps a port.
    private static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        var host = text
        let bracket = text.lastIndex(of: UInt8(ascii: "]"))
        if let colon = text.lastIndex(of: UInt8(ascii: ":")), bracket.map({ $0 < colon }) ?? true {
            let port = text[(colon + 1)...]
            guard !port.isEmpty, port.allSatisfy(isDigit) else { return false }
            host = text[..<colon]
        }
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 2 {
            return host.dropFirst().dropLast().allSatisfy { isHexadecimal($0) || $0 == UInt8(ascii: ":") }
        }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            guard let first = label.first, let last = label.last, first != hyphen, last != hyphen else { return false }
            return label.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
        }
    }

    private static func isPath(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty, text.count <= 255 else { return false }
        return text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isPathComponent)
    }

    /// Runs of lower-case letters and digits, joined by one dot, one or two underscores, or any number of hyphens.
    private static func isPathComponent(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last, isLowerAlphanumeric(first), isLowerAlphanumeric(last) else {
            return false
        }
        var separator: [UInt8] = []
        for byte in text {
            if isLowerAlphanumeric(byte) {
                let isAllowed =
                    separator.isEmpty || separator == [UInt8(ascii: ".")] || separator == [underscore]
                    || separator == [underscore, underscore] || separator.allSatisfy { $0 == hyphen }
                guard isAllowed else { return false }
                separator.removeAll(keepingCapacity: true)
            } else if byte == UInt8(ascii: ".") || byte == underscore || byte == hyphen {
                separator.append(byte)
            } else {
                return false
            }
        }
        return true
    }

    private static let hyphen = UInt8(ascii: "-")
    private static let underscore = UInt8(ascii: "_")

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte) || isDigit(byte) }
    private static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == underscore }
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
