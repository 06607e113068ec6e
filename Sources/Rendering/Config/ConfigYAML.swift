public import Document

/// Writes a collector's configuration as the reference writes it, so that ConfigMaps keep their bytes.
///
/// Two spaces a level, lists indented below their key, no folded lines. Members come in the order in which they are
/// given. Two things differ from the reference, both to keep the meaning: integers are written out with all their
/// digits, and strings are quoted also where only some readers would take them for something else.
///
/// Source: opentelemetry-operator v0.158 on goccy/go-yaml; YAML 1.2.
public struct ConfigYAML {
    private var text = ""

    public static func text(_ value: JSONValue) -> String {
        var writer = ConfigYAML()
        switch value {
        case .object(let object) where !object.isEmpty: writer.write(object, indent: 0, continuing: false)
        case .array(let elements) where !elements.isEmpty: writer.write(elements, indent: 0, continuing: false)
        default: writer.writeScalar(value, indent: 0)
        }
        return writer.text
    }

    /// - Parameter continuing: whether the first line already has its indentation, after a dash.
    private mutating func write(_ object: JSONObject, indent: Int, continuing: Bool) {
        for (index, member) in object.members.enumerated() {
            if index > 0 || !continuing { text += spaces(indent) }
            text += ScalarYAML.key(member.key) + ":"
            switch member.value {
            case .object(let object) where !object.isEmpty:
                text += "\n"
                write(object, indent: indent + 2, continuing: false)
            case .array(let elements) where !elements.isEmpty:
                text += "\n"
                write(elements, indent: indent + 2, continuing: false)
            default:
                text += " "
                writeScalar(member.value, indent: indent + 2)
            }
        }
    }

    private mutating func write(_ elements: [JSONValue], indent: Int, continuing: Bool) {
        for (index, element) in elements.enumerated() {
            if index > 0 || !continuing { text += spaces(indent) }
            text += "- "
            switch element {
            case .object(let object) where !object.isEmpty: write(object, indent: indent + 2, continuing: true)
            case .array(let elements) where !elements.isEmpty: write(elements, indent: indent + 2, continuing: true)
            default: writeScalar(element, indent: indent + 2)
            }
        }
    }

    /// Writes what stands on the rest of a line, and the lines of a block below it.
    private mutating func writeScalar(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .number(let number): text += ScalarYAML.number(number)
        case .array: text += "[]"
        case .object: text += "{}"
        case .string(let string):
            if let block = ScalarYAML.block(string) {
                text += block.header
                for line in block.lines { text += "\n" + spaces(indent) + line }
            } else {
                text += ScalarYAML.string(string)
            }
        }
        text += "\n"
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
