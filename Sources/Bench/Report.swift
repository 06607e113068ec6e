import ArgumentParser
import Document

/// Makes the table and the JSON from what the parts printed.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print measured figures as a table and write them as JSON.")

    @Option(help: "Where to write the JSON.")
    var json: String
    @Argument(help: "A file with lines of a key and a value.")
    var figures: String

    func run() throws {
        let values = try Self.values(File.lines(figures))
        let machine = try Machine()
        var table = Table()
        var list: [JSONValue] = []
        for figure in Figure.all {
            guard let value = values[figure.key] else { continue }
            table.add(figure, value)
            list.append(Self.json(figure, value))
        }
        print("\(machine.processor), \(machine.cores) cores, Linux \(machine.kernel)")
        print(table.text, terminator: "")
        let document: JSONValue = ["machine": machine.json, "figures": .array(list)]
        try File.write(Array("\(document.serializedPretty())\n".utf8), to: json)
    }

    /// The last value of a key counts. A key that no figure has would be lost without a word, so it is an error.
    private static func values(_ lines: [String]) throws -> [String: Double] {
        let known = Set(Figure.all.map(\.key))
        var values: [String: Double] = [:]
        for line in lines {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let value = Double(parts[1]), known.contains(String(parts[0])) else {
                throw BenchError("not a figure: \(line)")
            }
            values[String(parts[0])] = value
        }
        return values
    }

    private static func json(_ figure: Figure, _ value: Double) -> JSONValue {
        let goal: JSONValue? =
            switch figure.goal {
            case .atMost(let limit): ["atMost": .rounded(limit)]
            case .atLeast(let limit): ["atLeast": .rounded(limit)]
            case nil: nil
            }
        return .object(compacting: [
            "key": .string(figure.key), "title": .string(figure.title), "value": .rounded(value),
            "unit": .string(figure.unit), "goal": goal, "met": figure.goal.map { .bool($0.isMet(by: value)) },
            "reference": figure.reference.map(JSONValue.rounded),
        ])
    }
}
