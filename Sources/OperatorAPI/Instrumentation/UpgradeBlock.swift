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
