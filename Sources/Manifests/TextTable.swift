/// Columns of text, aligned by spaces, as `kubectl get` prints them.
public struct TextTable: Sendable {
    private var rows: [[String]]

    public init(header: [String]) { rows = [header] }

    /// - Parameter cells: as many as the header has. Control characters in them are shown as `?`.
    public mutating func add(_ cells: [String]) { rows.append(cells.map(Self.printable)) }

    public var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        var text = ""
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 3) }
            }
            text += line + "\n"
        }
        return text
    }

    /// What a manifest holds must not move a terminal's cursor.
    public static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
