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

    /// Reads the annotation. What is not understood is left out: a later version may write more. Of a language the first
    /// entry counts, so whatever a user writes there, the record stays small.
    public init(parsing text: String) {
        entries = []
        var rest = text[...]
        while !rest.isEmpty, entries.count < Language.allCases.count {
            let part = rest.prefix { $0 != "," }
            rest = rest[part.endIndex...].dropFirst()
            guard let entry = Entry(parsing: part) else { continue }
            if !entries.contains(where: { $0.language == entry.language }) { entries.append(entry) }
        }
    }

    public var text: String {
        entries.map { "\($0.language.rawValue)=\($0.instrumentation)@\($0.fingerprint)" }.joined(separator: ",")
    }
}

extension InjectionRecord.Entry {
    /// Longer than any `namespace/name@fingerprint` can be.
    private static let maximumLength = 512

    /// The Instrumentation of the configuration file has no namespace, and so no slash.
    fileprivate init?(parsing part: Substring) {
        guard let equals = part.firstIndex(of: "="), let language = Language(rawValue: String(part[..<equals])) else {
            return nil
        }
        let source = part[part.index(after: equals)...]
        guard source.utf8.count <= Self.maximumLength, let at = source.lastIndex(of: "@") else { return nil }
        let key = source[..<at].split(separator: "/", omittingEmptySubsequences: false)
        let fingerprint = source[source.index(after: at)...]
        guard key.count <= 2, let name = key.last, !fingerprint.isEmpty, !source.contains("="),
            key.allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.init(
            language: language,
            instrumentation: ObjectKey(namespace: key.count == 2 ? String(key[0]) : "", name: String(name)),
            fingerprint: String(fingerprint))
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
