extension JSONPatch {
    /// A small patch that makes `from` equal to `to`; the same two values always give the same patch.
    ///
    /// - Objects change member by member, in the order of the keys' bytes.
    /// - Lists keep what both have in common at the front and at the end. Between, elements that are equal, or are
    ///   objects of the same `name` (containers, variables, volumes), are taken for the same element; others are
    ///   changed in place, removed or inserted. What comes after the last element is added at `/-`.
    /// - Only `add`, `remove` and `replace` are used.
    ///
    /// - Guarantees: applied to `from`, the patch gives a value equal to `to`. It is empty when they are equal.
    public static func diff(from: JSONValue, to: JSONValue) -> JSONPatch {
        var diff = Diff()
        diff.values(from, to)
        return JSONPatch(diff.operations)
    }
}

private struct Diff {
    var operations: [JSONPatch.Operation] = []
    /// Where the walk stands.
    private var path: [String] = []

    init() {}

    mutating func values(_ from: JSONValue, _ to: JSONValue) {
        switch (from, to) {
        case (.object(let from), .object(let to)) where path.isEmpty || haveCommonKey(from, to): objects(from, to)
        case (.array(let from), .array(let to)) where !to.isEmpty || from.isEmpty: arrays(from, to)
        default:
            if from != to { operations.append(.replace(JSONPointer(tokens: path), to)) }
        }
    }

    // MARK: - Objects

    /// Without a common key the new object is shorter to say than what changes; two empty ones are the same.
    private func haveCommonKey(_ from: JSONObject, _ to: JSONObject) -> Bool {
        var lookup = MemberLookup(to)
        return from.isEmpty || to.members.isEmpty && from.count == 1
            || from.members.indices.contains { lookup.index(of: from.members[$0].key, near: $0) != nil }
    }

    private mutating func objects(_ from: JSONObject, _ to: JSONObject) {
        var lookup = MemberLookup(to)
        var changes: [(key: String, from: JSONValue?, to: JSONValue?)] = []
        var isKept = Array(repeating: false, count: to.count)
        for (index, member) in from.members.enumerated() {
            let other = lookup.index(of: member.key, near: index)
            if let other { isKept[other] = true }
            changes.append((member.key, member.value, other.map { to.members[$0].value }))
        }
        for (index, member) in to.members.enumerated() where !isKept[index] {
            changes.append((member.key, nil, member.value))
        }
        changes.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for change in changes {
            path.append(change.key)
            switch (change.from, change.to) {
            case (let from?, let to?): values(from, to)
            case (nil, let to?): operations.append(.add(JSONPointer(tokens: path), to))
            case (_, nil): operations.append(.remove(JSONPointer(tokens: path)))
            }
            path.removeLast()
        }
    }

    // MARK: - Arrays

    private mutating func arrays(_ from: [JSONValue], _ to: [JSONValue]) {
        let shorter = min(from.count, to.count)
        let prefix = (0..<shorter).first { from[$0] != to[$0] } ?? shorter
        let suffix =
            (0..<shorter - prefix).first { from[from.count - 1 - $0] != to[to.count - 1 - $0] } ?? shorter - prefix
        let changedFrom = Array(from[prefix..<from.count - suffix])
        let changedTo = Array(to[prefix..<to.count - suffix])

        var length = from.count
        var position = prefix
        var (i, j) = (0, 0)
        for pair in pairs(changedFrom, changedTo) + [(changedFrom.count, changedTo.count)] {
            // Between two pairs nothing is known to belong together: change in place, then remove or insert.
            while i < pair.from && j < pair.to {
                change(at: position, changedFrom[i], changedTo[j])
                (i, j, position) = (i + 1, j + 1, position + 1)
            }
            while i < pair.from {
                operations.append(.remove(element(position)))
                (i, length) = (i + 1, length - 1)
            }
            while j < pair.to {
                operations.append(.add(position == length ? end : element(position), changedTo[j]))
                (j, position, length) = (j + 1, position + 1, length + 1)
            }
            if i < changedFrom.count && j < changedTo.count {
                change(at: position, changedFrom[i], changedTo[j])
                (i, j, position) = (i + 1, j + 1, position + 1)
            }
        }
    }

    private mutating func change(at index: Int, _ from: JSONValue, _ to: JSONValue) {
        if haveSameName(from, to) == false {
            operations.append(.replace(element(index), to))
            return
        }
        path.append(String(index))
        values(from, to)
        path.removeLast()
    }

    private func element(_ index: Int) -> JSONPointer { JSONPointer(tokens: path + [String(index)]) }
    private var end: JSONPointer { JSONPointer(tokens: path + ["-"]) }

    /// Comparing all with all beyond this many cells would cost more than a smaller patch is worth.
    private static let mostCells = 4096

    /// The indices of the elements that are the same element before and after, ascending in both.
    ///
    /// The longest common subsequence, where an equal element counts twice as much as one of the same name.
    private func pairs(_ from: [JSONValue], _ to: [JSONValue]) -> [(from: Int, to: Int)] {
        guard !from.isEmpty, !to.isEmpty else { return [] }
        guard from.count * to.count <= Self.mostCells, from.count * to.count > 1 else {
            return (0..<min(from.count, to.count)).filter { affinity(from[$0], to[$0]) > 0 }.map { ($0, $0) }
        }
        let width = to.count + 1
        var gains = Array(repeating: 0, count: from.count * to.count)
        var best = Array(repeating: 0, count: (from.count + 1) * width)
        for i in from.indices.reversed() {
            for j in to.indices.reversed() {
                let gain = affinity(from[i], to[j])
                gains[i * to.count + j] = gain
                let paired = gain > 0 ? gain + best[(i + 1) * width + j + 1] : 0
                best[i * width + j] = max(paired, best[(i + 1) * width + j], best[i * width + j + 1])
            }
        }
        var result: [(from: Int, to: Int)] = []
        var (i, j) = (0, 0)
        while i < from.count && j < to.count {
            let gain = gains[i * to.count + j]
            if gain > 0 && best[i * width + j] == gain + best[(i + 1) * width + j + 1] {
                result.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if best[i * width + j] == best[(i + 1) * width + j] {
                i += 1
            } else {
                j += 1
            }
        }
        return result
    }

    private func affinity(_ left: JSONValue, _ right: JSONValue) -> Int {
        switch haveSameName(left, right) {
        case false: 0
        case true: left == right ? 2 : 1
        case nil: left == right ? 2 : 0
        }
    }

    /// `nil` when not both are objects with a name.
    private func haveSameName(_ left: JSONValue, _ right: JSONValue) -> Bool? {
        guard let left = left["name"]?.stringValue, let right = right["name"]?.stringValue else { return nil }
        return haveSameText(left, right)
    }
}
