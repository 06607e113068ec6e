import Document
import OperatorAPI

extension ConversionRecord.Change {
    /// What makes `target` of `base`, both resources of one version. Their metadata are not compared.
    ///
    /// Objects are compared member by member, everything else as a whole; so is `spec.config`, which a client that knows
    /// it as a text replaces as a whole.
    static func all(from base: JSONValue, to target: JSONValue) -> [ConversionRecord.Change] {
        var changes: [ConversionRecord.Change] = []
        for key in ["spec", "status"] {
            collect(base[key], target[key], at: JSONPointer(tokens: [key]), into: &changes)
        }
        return changes
    }

    private static func collect(
        _ base: JSONValue?, _ target: JSONValue?, at path: JSONPointer, into changes: inout [ConversionRecord.Change]
    ) {
        if base == target { return }
        guard case .object(let before)? = base, case .object(let after)? = target, path != ConversionRecord.configPath
        else {
            changes.append(.init(path: path, was: base.map(ConversionRecord.digest), value: target))
            return
        }
        for member in after.members {
            collect(before[member.key], member.value, at: path.appending(member.key), into: &changes)
        }
        for member in before.members where after[member.key] == nil {
            collect(member.value, nil, at: path.appending(member.key), into: &changes)
        }
    }

    /// The resource with this change, if what is to be changed is still what it was.
    func restored(in resource: JSONValue) -> JSONValue { restored(in: resource, below: path.tokens[...]) ?? resource }

    private func restored(in current: JSONValue?, below tokens: ArraySlice<String>) -> JSONValue? {
        guard let token = tokens.first else { return replaced(current) }
        // An object that is gone was removed by a client, with all that is in it.
        guard case .object(var object)? = current else { return current }
        object[token] = restored(in: object[token], below: tokens.dropFirst())
        return .object(object)
    }

    private func replaced(_ current: JSONValue?) -> JSONValue? {
        if let was {
            guard let current, ConversionRecord.digest(of: current) == was else { return current }
            return value
        }
        guard let current else { return value }
        return value.map { Self.filled(current, from: $0) } ?? current
    }

    /// `current` with the members of `kept` that it has not.
    private static func filled(_ current: JSONValue, from kept: JSONValue) -> JSONValue {
        guard case .object(var object) = current, case .object(let kept) = kept else { return current }
        for member in kept.members {
            object[member.key] = object[member.key].map { filled($0, from: member.value) } ?? member.value
        }
        return .object(object)
    }
}
