import Document
import KubeModel
import Synchronization

/// Fields that the API server's version does not have, by type, as it said when they were applied.
///
/// An update with such a field loses it in silence; an apply is refused as a whole, since the server cannot tell who owns a
/// field that it does not know. A collector that asks for a Service's `trafficDistribution` before Kubernetes 1.30 so
/// gets its Service without it.
///
/// - Guarantees: only a field that an object of ours had when it was refused is learnt, and never one without which the
///   object would be another (``FieldPath/isOptional``). A text that quotes a user's value teaches nothing.
/// - Caveats: the server answers 500 with nothing but a text, so the text is what is read. Where it reads otherwise,
///   nothing is learnt, and the error stands.
///
/// Source: structured-merge-diff, `typed` (conversion with a schema): `.spec.x: field not declared in schema`.
final class UnknownFields: Sendable {
    private let fields = Mutex<[ResourceType: Set<FieldPath>]>([:])

    /// - Parameter object: what the server refused.
    /// - Returns: whether the answer names such fields of it.
    func learn(from status: Status, of type: ResourceType, in object: KubeObject) -> Bool {
        guard status.code == 500 || status.code == 400 else { return false }
        let paths = Self.paths(in: status.message).filter { $0.isOptional && $0.isPresent(in: object) }
        guard !paths.isEmpty else { return false }
        fields.withLock { $0[type, default: []].formUnion(paths) }
        return true
    }

    func removed(from object: KubeObject, of type: ResourceType) -> KubeObject {
        guard let paths = fields.withLock({ $0[type] }) else { return object }
        var object = object
        for path in paths { _ = path.remove(from: &object.json) }
        return object
    }

    /// Those that are in the object, sorted.
    func paths(of type: ResourceType, in object: KubeObject) -> [String] {
        guard let paths = fields.withLock({ $0[type] }) else { return [] }
        return paths.filter { $0.isPresent(in: object) }.map(\.text).sorted()
    }

    private static let beginning = "failed to create typed patch object"
    private static let verdict = ": field not declared in schema"

    /// The lines that are a path and the verdict, whole; a value that holds such a text stands behind a path of its own.
    ///
    /// `failed to create typed patch object (ns/web; /v1, Kind=Service): .spec.x: field…`, without what is in parentheses
    /// before Kubernetes 1.25; of several fields `…: errors:`, and each on a line of its own.
    static func paths(in message: String) -> [FieldPath] {
        guard message.hasPrefix(beginning) else { return [] }
        var rest = message.dropFirst(beginning.count)
        if rest.hasPrefix(" (") {
            guard let end = rest.firstRange(of: "): ") else { return [] }
            rest = rest[rest.index(after: end.lowerBound)...]
        }
        guard rest.hasPrefix(": ") else { return [] }
        return rest.dropFirst(2).split(separator: "\n").compactMap { line in
            let line = line.drop { $0 == " " }
            guard line.hasPrefix("."), line.hasSuffix(verdict) else { return nil }
            return FieldPath(String(line.dropLast(verdict.count)))
        }
    }
}

/// Where a field is, in the spelling of structured-merge-diff: `.spec.containers[name="app"].restartPolicy`.
struct FieldPath: Hashable, Sendable {
    private enum Step: Hashable {
        case member(String)
        /// An element of a list, by some of its members or by its place.
        case element([String: String])
        case index(Int)
    }

    let text: String
    private let steps: [Step]

    init?(_ text: String) {
        self.text = String(text.drop { $0 == "." })
        var steps: [Step] = []
        var rest = Substring(text)
        while let first = rest.first {
            switch first {
            case ".":
                let name = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty, name.allSatisfy(Self.isOfName) else { return nil }
                steps.append(.member(String(name)))
                rest = rest.dropFirst(1 + name.count)
            case "[":
                guard let (step, length) = Self.bracket(rest) else { return nil }
                steps.append(step)
                rest = rest.dropFirst(length)
            default: return nil
            }
        }
        guard case .member? = steps.last else { return nil }
        self.steps = steps
    }

    /// Fields that the API declares have such names; keys of maps, which may have others, are always declared.
    private static func isOfName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_$".contains(character))
    }

    /// `[0]`, or `[name="a",port=80]`.
    private static func bracket(_ text: Substring) -> (step: Step, length: Int)? {
        var isQuoted = false
        guard
            let end = text.firstIndex(where: { character in
                if character == "\"" { isQuoted.toggle() }
                return character == "]" && !isQuoted
            })
        else { return nil }
        let inside = text[text.index(after: text.startIndex)..<end]
        let length = text.distance(from: text.startIndex, to: end) + 1
        if let index = Int(inside) { return (.index(index), length) }
        var members: [String: String] = [:]
        for part in inside.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { return nil }
            members[String(sides[0])] = String(sides[1])
        }
        return (.element(members), length)
    }

    /// What an object must not lose: without it, it would be no object of its kind, or select something else.
    private static let essential = [
        "apiVersion", "kind", "metadata", "data", "rules", "roleRef", "subjects", "spec", "spec.selector", "spec.ports",
        "spec.template", "spec.template.metadata", "spec.template.spec", "spec.template.spec.containers",
    ]
    /// The same, with all that is in it.
    private static let untouchable = ["metadata", "spec.selector", "spec.template.metadata", "roleRef", "subjects"]

    /// Whether the object is still itself without the field.
    var isOptional: Bool {
        !Self.essential.contains(text) && !Self.untouchable.contains { text.hasPrefix($0 + ".") }
    }

    func isPresent(in object: KubeObject) -> Bool {
        var json = object.json
        return remove(from: &json)
    }

    /// - Returns: whether it was there.
    func remove(from json: inout JSONValue) -> Bool { Self.remove(steps[...], from: &json) }

    private static func remove(_ steps: ArraySlice<Step>, from json: inout JSONValue) -> Bool {
        guard let step = steps.first else { return false }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name):
            guard var below = json[name] else { return false }
            if rest.isEmpty {
                json[name] = nil
                return true
            }
            guard remove(rest, from: &below) else { return false }
            json[name] = below
            return true
        case .element, .index:
            guard case .array(var elements) = json,
                let index = elements.indices.first(where: { isMeant(by: step, elements[$0], at: $0) }),
                remove(rest, from: &elements[index])
            else { return false }
            json = .array(elements)
            return true
        }
    }

    private static func isMeant(by step: Step, _ element: JSONValue, at place: Int) -> Bool {
        switch step {
        case .member: false
        case .index(let index): index == place
        case .element(let members):
            members.allSatisfy { element[$0.key] == nil || element[$0.key]?.serializedString() == $0.value }
        }
    }
}
