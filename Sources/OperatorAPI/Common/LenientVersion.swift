/// A version by Semantic Versioning 2.0 that may begin with `v` and lack its minor and patch numbers.
public struct LenientVersion: Comparable, Sendable {
    private enum Identifier: Equatable {
        case number(Int)
        case text(String)
    }

    private var numbers: [Int]
    /// Empty for a release.
    private var prerelease: [Identifier] = []

    /// `nil` when the text is something else.
    public init?(_ text: String) {
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

    public static func < (left: LenientVersion, right: LenientVersion) -> Bool {
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
