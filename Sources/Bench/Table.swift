/// Figures in aligned columns: measured, goal, verdict, and the reference's value.
struct Table {
    private struct Row {
        var group: String
        var title: String
        var measured: String
        var goal = ""
        var verdict = ""
        var reference = ""
    }

    private var rows: [Row] = []

    mutating func add(_ figure: Figure, _ value: Double) {
        var row = Row(
            group: figure.group, title: figure.title, measured: "\(Self.number(value)) \(figure.unit)")
        switch figure.goal {
        case .atMost(let limit):
            row.goal = "≤ \(Self.number(limit))"
            row.verdict =
                value <= limit ? "✓" : "✗" + (limit > 0 ? " \(Self.number(value / limit)) times the goal" : "")
        case .atLeast(let limit):
            row.goal = "≥ \(Self.number(limit))"
            row.verdict = value >= limit ? "✓" : "✗ \(Self.number(value / limit)) of the goal"
        case nil: break
        }
        if let reference = figure.reference { row.reference = Self.number(reference) }
        rows.append(row)
    }

    var text: String {
        let heading = Row(group: "", title: "", measured: "measured", goal: "goal", verdict: "", reference: "reference")
        let all = [heading] + rows
        func width(_ column: (Row) -> String) -> Int { all.map { column($0).count }.max() ?? 0 }
        let (title, measured, goal) = (width(\.title), width(\.measured), width(\.goal))
        let (verdict, reference) = (width(\.verdict), width(\.reference))
        var text = ""
        var group = ""
        for row in all {
            if row.group != group {
                group = row.group
                text += "\n\(group)\n"
            }
            let line =
                "  \(row.title.padded(title))  \(row.measured.padded(measured, left: true))"
                + "  \(row.goal.padded(goal, left: true))  \(row.verdict.padded(verdict))"
                + "  \(row.reference.padded(reference, left: true))"
            text += line.trimmed + "\n"
        }
        return text
    }

    /// Three significant digits, thousands apart.
    private static func number(_ value: Double) -> String {
        switch value.magnitude {
        case 100...:
            let digits = String(Int(value.rounded()))
            var text = ""
            for (index, digit) in digits.enumerated() {
                if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
                text.append(digit)
            }
            return text
        case 10...: return fixed(value, digits: 1)
        case 1...: return fixed(value, digits: 2)
        default: return fixed(value, digits: 3)
        }
    }

    private static func fixed(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled.magnitude % UInt(scale))
        return "\(value < 0 ? "-" : "")\(scaled.magnitude / UInt(scale))."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

extension String {
    fileprivate func padded(_ width: Int, left: Bool = false) -> String {
        let spaces = String(repeating: " ", count: Swift.max(0, width - count))
        return left ? spaces + self : self + spaces
    }

    /// Without the spaces at the end.
    fileprivate var trimmed: Substring { lastIndex { $0 != " " }.map { self[...$0] } ?? "" }
}
