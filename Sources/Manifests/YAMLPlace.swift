/// Says where in a document a line of YAML is, for people.
///
/// It goes by indentation alone, and so understands block style as ``Document/YAML`` writes it: the `- ` of a list stands
/// below the first letter of the key that holds the list.
enum YAMLPlace {
    /// The field that holds the line, such as `spec.containers[0]`; empty at the top.
    static func path(to index: Int, in lines: [String]) -> String {
        var parts: [String] = []
        var line = Line(lines[index])
        // Inside of what has less indentation. An item's own line is inside the list, its other lines inside the item.
        var limit = line.isItem ? line.indent + 1 : line.indent
        var item: Int? = line.isItem ? 0 : nil
        for text in lines[..<index].reversed() where limit > 0 {
            line = Line(text)
            if line.isItem {
                if item != nil, line.indent + 1 == limit {
                    item = (item ?? 0) + 1
                } else if line.indent + 1 < limit {
                    if line.keyIndent < limit, let key = line.key { parts.append(key) }
                    limit = line.indent + 1
                    item = 0
                }
            } else if line.indent < limit, let key = line.key {
                parts.append(item.map { "\(key)[\($0)]" } ?? key)
                limit = line.indent
                item = nil
            }
        }
        return parts.reversed().joined(separator: ".")
    }

    private struct Line {
        var indent: Int
        var isItem: Bool
        /// Where the key of an item's first member stands.
        var keyIndent: Int
        /// `nil` for a line without one: an element, or a line of a text.
        var key: String?

        init(_ text: String) {
            indent = text.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            var rest = text.dropFirst(indent)
            keyIndent = indent
            isItem = rest.hasPrefix("- ")
            while rest.hasPrefix("- ") {
                rest = rest.dropFirst(2)
                keyIndent += 2
            }
            if let colon = rest.firstIndex(of: ":") { key = String(rest[..<colon]) }
        }
    }
}
