import Document
public import KubeModel

/// What was injected into a pod, as an annotation of the pod tells it: for each language the Instrumentation, and which
/// state of it. So a pod that runs with an outdated configuration can be told without reading the pod itself.
///
/// Example: `java=shop/agents@0a1b2c3d,python=shop/agents@4e5f6071`.
public struct InjectionRecord: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var language: Language
        public var instrumentation: ObjectKey
        /// See ``Instrumentation/fingerprint(of:images:)``.
        public var fingerprint: String

        public init(language: Language, instrumentation: ObjectKey, fingerprint: String) {
            self.language = language
            self.instrumentation = instrumentation
            self.fingerprint = fingerprint
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// Reads the annotation. What is not understood is left out: a later version may write more.
    public init(parsing text: String) {
        entries = text.split(separator: ",").compactMap { part in
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let language = Language(rawValue: String(sides[0])),
                let at = sides[1].lastIndex(of: "@"), let slash = sides[1].firstIndex(of: "/"), slash < at
            else { return nil }
            return Entry(
                language: language,
                instrumentation: ObjectKey(
                    namespace: String(sides[1][..<slash]), name: String(sides[1][sides[1].index(after: slash)..<at])),
                fingerprint: String(sides[1][sides[1].index(after: at)...]))
        }
    }

    public var text: String {
        entries.map { "\($0.language.rawValue)=\($0.instrumentation)@\($0.fingerprint)" }.joined(separator: ",")
    }
}

/// Digests of the parts of an Instrumentation's `spec`, made when it is read. Of each section as it is used, less the image:
/// whether the defaults were written into the stored object does not count.
struct SpecDigests: Equatable, Sendable {
    private let common: ContentDigest
    private let sections: [Language: ContentDigest]

    init(_ spec: JSONValue?) {
        var common = spec?.objectValue ?? [:]
        var sections: [Language: ContentDigest] = [:]
        for language in Language.withAgent {
            guard let member = language.section, let defaults = AgentDefaults.of(language) else { continue }
            var section = Instrumentation.section(common[member], image: "", defaults)
            section["image"] = nil
            common[member] = nil
            var digest = ContentDigest()
            digest.add(section)
            sections[language] = digest
        }
        var digest = ContentDigest()
        digest.add(.object(common))
        self.common = digest
        self.sections = sections
    }

    subscript(language: Language) -> ContentDigest {
        var digest = common
        if let section = sections[language] { digest.add(section) }
        return digest
    }
}

extension Instrumentation {
    /// Tells whether two pods were given the same by this object: changes when anything that reaches pods of that language
    /// changes, and not when another language's section does.
    ///
    /// - Parameter images: of this operator; counts when the object names no image.
    public func fingerprint(of language: Language, images: DefaultImages) -> String {
        var digest = digests[language]
        if let section = spec[language] {
            digest.add(text: section.image.isEmpty ? images[language] ?? "" : section.image)
        }
        return digest.text
    }
}
