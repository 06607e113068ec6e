/// The difference of two YAML texts as `diff -u` shows it. Behind the line numbers of each part stands the field in which
/// its first change is, where `diff -p` shows a function.
///
/// Source: GNU diffutils manual, "Detailed Description of Unified Format".
public struct UnifiedDiff: Sendable {
    private struct Hunk: Sendable {
        var oldStart: Int
        var oldCount: Int
        var newStart: Int
        var newCount: Int
        /// Where in the document the first change is.
        var place: String
        /// Each with its mark in front.
        var lines: [String]

        var range: String {
            "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@" + (place.isEmpty ? "" : " \(place)")
        }
    }

    private var hunks: [Hunk] = []

    /// - Parameter context: how many unchanged lines to show around what changed.
    public init(from old: String, to new: String, context: Int = 3) {
        let lines = LineDiff(from: old, to: new).lines
        var index = 0
        var oldLine = 1
        var newLine = 1
        func advance(_ line: LineDiff.Line) {
            if !line.isAdded { oldLine += 1 }
            if !line.isRemoved { newLine += 1 }
        }
        while let change = lines[index...].firstIndex(where: { !$0.isKept }) {
            let start = max(index, change - context)
            for line in lines[index..<start] { advance(line) }
            // As far as changes follow each other with no more than their contexts between them.
            var end = change
            while let next = lines[end...].firstIndex(where: { !$0.isKept }), next - end <= 2 * context {
                end = next + 1
            }
            end = min(end + context, lines.count)
            let part = lines[start..<end]
            let oldCount = part.count { !$0.isAdded }
            let newCount = part.count { !$0.isRemoved }
            hunks.append(
                Hunk(
                    oldStart: oldCount == 0 ? oldLine - 1 : oldLine, oldCount: oldCount,
                    newStart: newCount == 0 ? newLine - 1 : newLine, newCount: newCount,
                    place: YAMLPlace.path(to: change, in: lines.map(\.text)), lines: part.map(\.marked)))
            for line in part { advance(line) }
            index = end
        }
    }

    public var isEmpty: Bool { hunks.isEmpty }

    /// The diff as text, empty when nothing differs.
    ///
    /// - Parameters:
    ///   - title: a line of its own before the diff, for people.
    ///   - old: names the text before the change, `new` the one after.
    ///   - isColored: whether the text has the escape sequences that terminals show as colours.
    public func text(title: String, old: String, new: String, isColored: Bool = false) -> String {
        if isEmpty { return "" }
        var text = ""
        func add(_ line: String, _ style: Style?) {
            text += isColored && style != nil ? "\(style?.rawValue ?? "")\(line)\(Style.reset)\n" : "\(line)\n"
        }
        add("diff \(title)", .bold)
        add("--- \(old)", .bold)
        add("+++ \(new)", .bold)
        for hunk in hunks {
            add(hunk.range, .cyan)
            for line in hunk.lines {
                switch line.utf8.first {
                case UInt8(ascii: "-"): add(line, .red)
                case UInt8(ascii: "+"): add(line, .green)
                default: add(line, nil)
                }
            }
        }
        return text
    }

    /// Source: ECMA-48, "Select Graphic Rendition".
    private enum Style: String {
        case bold = "\u{1B}[1m"
        case red = "\u{1B}[31m"
        case green = "\u{1B}[32m"
        case cyan = "\u{1B}[36m"

        static let reset = "\u{1B}[0m"
    }
}

extension LineDiff.Line {
    fileprivate var marked: String {
        switch self {
        case .kept(let text): " " + text
        case .removed(let text): "-" + text
        case .added(let text): "+" + text
        }
    }
}
