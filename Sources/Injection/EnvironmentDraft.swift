import Document
import OperatorAPI

/// A container's `env` while it is changed: what it was, and what becomes of each entry.
struct EnvironmentDraft {
    struct Entry {
        var name: String
        var json: JSONValue
        /// Where the entry stood on arrival; `nil` when it is new.
        var origin: Int?
        var isChanged = false
    }

    private(set) var entries: [Entry]
    /// How many entries the container had on arrival; `nil` when it had no list.
    let originalCount: Int?

    init(_ list: [JSONValue]?) {
        originalCount = list?.count
        entries = []
        // Room for what an agent and the common part add.
        entries.reserveCapacity((list?.count ?? 0) + 24)
        for (index, json) in (list ?? []).enumerated() {
            entries.append(Entry(name: json["name"]?.stringValue ?? "", json: json, origin: index))
        }
    }

    var list: [JSONValue] { entries.map(\.json) }

    /// The first entry of that name.
    func index(of name: String) -> Int? { entries.firstIndex { $0.name == name } }
    func contains(_ name: String) -> Bool { index(of: name) != nil }
    subscript(name: String) -> EnvironmentVariable? {
        index(of: name).map { EnvironmentVariable(name: name, json: entries[$0].json) }
    }

    mutating func prepend(_ variable: EnvironmentVariable) {
        entries.insert(Entry(name: variable.name, json: variable.json), at: 0)
    }

    mutating func append(_ variable: EnvironmentVariable) {
        entries.append(Entry(name: variable.name, json: variable.json))
    }

    /// An entry of that name, also one appended a moment ago, stays as it is.
    mutating func appendIfAbsent(_ variable: EnvironmentVariable) {
        if !contains(variable.name) { append(variable) }
    }

    mutating func appendIfAbsent(_ variables: [EnvironmentVariable]) {
        for variable in variables { appendIfAbsent(variable) }
    }

    mutating func appendIfAbsent(_ name: String, _ value: @autoclosure () -> String) {
        if !contains(name) { append(EnvironmentVariable(name, value())) }
    }

    /// Gives a variable a value that is made of the one it has, `nil` for none; where it stands, or behind all others.
    ///
    /// - Returns: `false` when the value comes from a source: that entry stays, as the API server takes none with both.
    mutating func merge(_ name: String, _ value: (_ own: String?) -> String) -> Bool {
        guard let index = index(of: name) else {
            append(EnvironmentVariable(name, value(nil)))
            return true
        }
        let own = EnvironmentVariable(name: name, json: entries[index].json)
        if own.hasSource { return false }
        entries[index].json["value"] = .string(value(own.value ?? ""))
        entries[index].isChanged = true
        return true
    }

    mutating func moveToEnd(_ index: Int) {
        guard index != entries.count - 1 else { return }
        entries.append(entries.remove(at: index))
    }
}
