public import Document
import KubeModel
public import OperatorAPI

/// What becomes of one Instrumentation when a newer operator starts. Pure.
///
/// For each language whose annotation says which default image the operator last applied:
///
/// | language | way from the annotation's image to today's | image in `spec` | becomes |
/// | --- | --- | --- | --- |
/// | switched off | any | any | as it is |
/// | on | blocked | any | as it is; the block stands in `status.upgradeBlockedVersions` |
/// | on | free | that of the annotation | today's, in `spec` and in the annotation |
/// | on | free | today's | today's, in the annotation too: an older operator's webhook has written it |
/// | on | free | another, which is the user's choice | as it is |
///
/// Nothing else of the object changes.
public struct InstrumentationUpgrade: Equatable, Sendable {
    /// A language that is not upgraded, and why.
    public struct Block: Equatable, Sendable {
        public var language: Language
        /// The sentence in the status and in the Event.
        public var note: String
    }

    /// The object as it is to be written; `nil` when nothing changes.
    public var object: JSONValue?
    /// The languages with a new image, each with the old and the new one.
    public var images: [(language: Language, old: String, new: String)] = []
    /// In the order of the languages.
    public var blocks: [Block] = []

    /// - Parameters:
    ///   - object: as it is stored.
    ///   - images: of this operator.
    ///   - enabledLanguages: those that the operator's flags let be injected; others are not upgraded.
    public init(of object: JSONValue, images: DefaultImages, enabledLanguages: Set<Language>) {
        var upgraded = object
        var isChanged = false
        for language in Language.withAgent where enabledLanguages.contains(language) {
            let annotation = AnnotationKey.defaultImage(language)
            guard let section = language.section, let target = images[language],
                let applied = object["metadata"]?["annotations"]?[annotation]?.stringValue, !applied.isEmpty
            else { continue }
            if let block = UpgradeBlock.between(applied, and: target, for: language) {
                blocks.append(Block(language: language, note: Self.note(on: block, language)))
                continue
            }
            let image = object["spec"]?[section]?["image"]?.stringValue
            guard applied != target, image == applied || image == target else { continue }
            upgraded["metadata"]?["annotations"]?[annotation] = .string(target)
            isChanged = true
            if image == target { continue }
            upgraded["spec"]?[section]?["image"] = .string(target)
            self.images.append((language, applied, target))
        }
        self.object = isChanged ? upgraded : nil
    }

    /// The change of the status, as a merge patch; `nil` when it says all this already.
    ///
    /// - Parameter status: as it is stored.
    public func statusPatch(for status: JSONValue?) -> JSONValue? {
        let current = status?["upgradeBlockedVersions"]?.objectValue ?? [:]
        var wanted = JSONObject()
        for block in blocks { wanted[block.language.rawValue] = .string(block.note) }
        if JSONValue.object(current) == .object(wanted) { return nil }
        for member in current where wanted[member.key] == nil { wanted[member.key] = .null }
        return ["status": ["upgradeBlockedVersions": blocks.isEmpty ? .null : .object(wanted)]]
    }

    private static func note(on block: UpgradeBlock, _ language: Language) -> String {
        let message =
            block.message.isEmpty ? "version is marked as unupgradable. Manual upgrade required." : block.message
        return "Automated upgrade blocked for \(language.rawValue): \(message)"
    }

    public static func == (left: InstrumentationUpgrade, right: InstrumentationUpgrade) -> Bool {
        left.object == right.object && left.blocks == right.blocks
            && left.images.elementsEqual(right.images, by: ==)
    }
}
