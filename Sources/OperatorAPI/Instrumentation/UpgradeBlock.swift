/// A version of an agent that must not be reached by an automatic upgrade, because it changes what users see.
public struct UpgradeBlock: Equatable, Sendable {
    public var version: String
    public var message: String

    /// The block that lies on the way from one image to another, if any. Only versions of one repository are compared.
    public static func between(_ current: String, and target: String, for language: Language) -> UpgradeBlock? {
        let blocks = blocks(of: language)
        if blocks.isEmpty { return nil }
        let (from, to) = (split(current), split(target))
        guard from.repository == to.repository else { return nil }
        guard let fromVersion = LenientVersion(from.tag), let toVersion = LenientVersion(to.tag) else {
            return blocks.first { $0.version == from.tag }
        }
        return blocks.first { block in
            guard let version = LenientVersion(block.version) else { return false }
            return fromVersion < version && version <= toVersion
        }
    }

    private static func blocks(of language: Language) -> [UpgradeBlock] {
        switch language {
        case .dotnet: [semanticConventions(".NET", "1.3.0")]
        case .java: [semanticConventions("Java", "2.0.0")]
        default: []
        }
    }

    private static func semanticConventions(_ name: String, _ version: String) -> UpgradeBlock {
        UpgradeBlock(
            version: version,
            message: "\(name) instrumentation \(version) contains breaking HTTP semantic convention changes. See "
                + "https://opentelemetry.io/blog/2023/http-conventions-declared-stable/ for a general description of "
                + "the changes. To upgrade, manually set the image on this Instrumentation resource to \(version) or "
                + "higher.")
    }

    /// At the last colon, unless a slash follows it: then it belongs to the registry's port.
    private static func split(_ image: String) -> (repository: String, tag: String) {
        guard let colon = image.lastIndex(of: ":"), !image[colon...].contains("/") else { return (image, "latest") }
        return (String(image[..<colon]), String(image[image.index(after: colon)...]))
    }
}

/// A version by Semantic Versioning 2.0 that may begin with `v` and lack its minor and patch numbers.
struct LenientVersion: Comparable, Sendable {
    private enum Identifier: Equatable {
        case number(Int)
        case text(String)
    }

    private var numbers: [Int]
    /// Empty for a release.
    private var prerelease: [Identifier] = []

    init?(_ text: String) {
        var rest = text.hasPrefix("v") ? text.dropFirst() : text[...]
        if let plus = rest.firstIndex(of: "+") { rest = rest[..<plus] }
        if let dash = rest.firstIndex(of: "-") {
            for piece in rest[rest.index(after: dash)...].split(separator: ".", omittingEmptySubsequences: false) {
                guard !piece.isEmpty, piece.utf8.allSatisfy(Self.isIdentifier) else { return nil }
                prerelease.append(Self.number(piece).map(Identifier.number) ?? .text(String(piece)))
            }
            rest = rest[..<dash]
        }
        numbers = []
        for piece in rest.split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = Self.number(piece), numbers.count < 3 else { return nil }
            numbers.append(number)
        }
        while numbers.count < 3 { numbers.append(0) }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
        default: false
        }
    }

    static func < (left: LenientVersion, right: LenientVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        // A release comes after its pre-releases.
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        for (a, b) in zip(left.prerelease, right.prerelease) where a != b {
            switch (a, b) {
            case (.number(let a), .number(let b)): return a < b
            case (.text(let a), .text(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
            case (.number, .text): return true
            case (.text, .number): return false
            }
        }
        return left.prerelease.count < right.prerelease.count
    }
}
