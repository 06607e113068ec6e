import Document

/// Writes a value as block-style YAML, the same text every time: members in their order, long texts folded.
///
/// Made for schemas; `Document` has the writer for everything else.
struct YAMLWriter {
    private var text = ""
    /// Where texts are folded.
    private let width = 110

    static func write(_ value: JSONValue) -> String {
        var writer = YAMLWriter()
        writer.write(value, indent: 0)
        return writer.text
    }

    private mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .object(let object):
            for member in object { write(member, indent: indent) }
        case .array(let array):
            for element in array { write(element: element, indent: indent) }
        default:
            text += scalar(value, indent: indent) + "\n"
        }
    }

    private mutating func write(_ member: JSONObject.Member, indent: Int) {
        text += spaces(indent) + plainOrQuoted(member.key) + ":"
        switch member.value {
        case .object(let object) where !object.isEmpty:
            text += "\n"
            write(member.value, indent: indent + 2)
        case .array(let array) where !array.isEmpty:
            text += "\n"
            write(member.value, indent: indent)
        default:
            text += " " + scalar(member.value, indent: indent + 2) + "\n"
        }
    }

    /// An element of a list stands at the indentation of the list's key.
    private mutating func write(element: JSONValue, indent: Int) {
        let isBlock =
            switch element {
            case .object(let object): !object.isEmpty
            case .array(let array): !array.isEmpty
            default: false
            }
        if isBlock {
            var nested = YAMLWriter()
            nested.write(element, indent: indent + 2)
            text += spaces(indent) + "- " + nested.text.dropFirst(indent + 2)
        } else {
            text += spaces(indent) + "- " + scalar(element, indent: indent + 2) + "\n"
        }
    }

    private func scalar(_ value: JSONValue, indent: Int) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): value.text
        case .string(let value): string(value, indent: indent)
        case .array: "[]"
        case .object: "{}"
        }
    }

    private func string(_ value: String, indent: Int) -> String {
        guard indent + value.count > width, !value.contains("\n"), !value.contains("  "), value.first != " ",
            value.last != " "
        else { return plainOrQuoted(value) }
        var lines: [String] = []
        for word in value.split(separator: " ") {
            if let last = lines.last, indent + last.count + word.count < width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return ">-\n" + lines.map { spaces(indent) + $0 }.joined(separator: "\n")
    }

    /// Plain when no YAML reader could take it for anything but this text, quoted otherwise.
    private func plainOrQuoted(_ value: String) -> String {
        precondition(!value.contains("\n"), "could not write a text of several lines")
        let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", ".inf", ".nan"]
        let start = value.first == "." ? value.dropFirst() : value[...]
        let isPlain =
            start.first.map { $0.isLetter || $0 == "/" } == true
            && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || " /._-,;()+'=$".contains($0)) }
            && value.last != " " && !reserved.contains(value.lowercased())
        if isPlain { return value }
        return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
