/// A change to a JSON value said by example: members to set, and `null` for members to remove.
///
/// Source: RFC 7386.
public struct JSONMergePatch: Equatable, Sendable {
    public var json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    /// Whether applying it to an object changes nothing.
    public var isEmpty: Bool { json.objectValue?.isEmpty ?? false }

    public func applied(to value: JSONValue) -> JSONValue { Self.merge(json, into: value) }

    private static func merge(_ patch: JSONValue, into value: JSONValue) -> JSONValue {
        guard case .object(let patch) = patch else { return patch }
        var result = value.objectValue ?? JSONObject()
        for member in patch.members {
            if member.value.isNull {
                result[member.key] = nil
            } else {
                result[member.key] = merge(member.value, into: result[member.key] ?? .null)
            }
        }
        return .object(result)
    }

    /// The patch that makes `from` equal to `to`, changed members in the order of their keys' bytes.
    ///
    /// - Throws: when `to` has a member that is `null` where `from` has not: a merge patch cannot say that.
    public static func diff(from: JSONValue, to: JSONValue) throws(DocumentError) -> JSONMergePatch {
        if let difference = try difference(from, to, at: .root) { return JSONMergePatch(difference) }
        return JSONMergePatch(to.objectValue == nil ? to : .object(JSONObject()))
    }

    /// `nil` when the two are equal.
    private static func difference(
        _ from: JSONValue, _ to: JSONValue, at path: JSONPointer
    ) throws(DocumentError) -> JSONValue? {
        // No ternary with nil in here: nil is a literal of JSONValue, too.
        guard case .object(let target) = to else {
            if from == to { return nil }
            return to
        }
        let source = from.objectValue
        var lookup = MemberLookup(source ?? JSONObject())
        var isKept = Array(repeating: false, count: source?.count ?? 0)
        var members: [JSONObject.Member] = []
        for (index, member) in target.members.enumerated() {
            let path = path.appending(member.key)
            let earlier = lookup.index(of: member.key, near: index)
            if let earlier { isKept[earlier] = true }
            // What is not there counts as null, which no member of the result may be.
            let before = earlier.flatMap { source?.members[$0].value }
            if member.value.isNull {
                guard let before, before.isNull else {
                    throw DocumentError(
                        "a merge patch cannot set \(quotedForMessage(path.description)) to null")
                }
            } else if let change = try difference(before ?? .null, member.value, at: path) {
                members.append(.init(key: member.key, value: change))
            }
        }
        for (index, kept) in isKept.enumerated() where !kept {
            if let key = source?.members[index].key { members.append(.init(key: key, value: .null)) }
        }
        members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        if members.isEmpty && source != nil { return nil }
        return .object(JSONObject(members: members))
    }
}
