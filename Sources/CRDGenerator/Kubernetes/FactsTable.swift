/// The parsed form of `kubernetesFacts`: types by name.
struct FactsTable: Sendable {
    struct TypeFacts: Sendable {
        /// `atomic` or nothing.
        var mapType: String?
        var fields: [FieldFacts] = []
    }

    struct FieldFacts: Sendable {
        var name: String
        var isRequired: Bool
        /// `string`, `[EnvVar]`, `{quantity}`, …
        var type: String
        /// How lists and maps merge: `atomic`, `set`, `map(name)`, `granular`.
        var merge: String?
    }

    private(set) var types: [String: TypeFacts] = [:]

    static let kubernetes = FactsTable(parsing: kubernetesFacts)

    init(parsing text: String) {
        var current = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let first = words.first else { continue }
            if !line.hasPrefix(" ") {
                current = String(first)
                types[current] = TypeFacts(mapType: words.count > 1 ? String(words[1]) : nil)
            } else if words.count > 1 {
                let isRequired = first.hasSuffix("!")
                types[current]?.fields.append(
                    FieldFacts(
                        name: String(isRequired ? first.dropLast() : first), isRequired: isRequired,
                        type: String(words[1]), merge: words.count > 2 ? String(words[2]) : nil))
            }
        }
    }
}

/// The parsed form of our descriptions: by type and field, with `*` for fields that mean the same in every type.
struct DescriptionTable: Sendable {
    private(set) var entries: [String: [String: String]] = [:]

    static let kubernetes = DescriptionTable(
        parsing: [containerDescriptions, volumeDescriptions, schedulingDescriptions])

    init(parsing texts: [String]) {
        for text in texts {
            var current = ""
            for line in text.split(separator: "\n") {
                guard line.hasPrefix(" ") else {
                    current = String(line)
                    continue
                }
                guard let colon = line.firstIndex(of: ":") else { continue }
                let name = line[..<colon].drop { $0 == " " }
                entries[current, default: [:]][String(name)] = String(line[line.index(after: colon)...].dropFirst())
            }
        }
    }

    subscript(type: String, field: String) -> String? { entries[type]?[field] ?? entries["*"]?[field] }
}
