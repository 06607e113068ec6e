/// The members of a JSON object, in the order in which they were written.
public struct JSONObject: Sendable {
    public struct Member: Sendable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public private(set) var members: [Member]

    public init() { members = [] }

    /// - Precondition: no key occurs twice. The parser guarantees it for what comes from outside.
    public init(members: [Member]) { self.members = members }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }
    public var keys: [String] { members.map(\.key) }

    /// The value of that member. Setting a new key appends it; setting `nil` removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            for member in members where haveSameText(member.key, key) { return member.value }
            return nil
        }
        set {
            let index = members.firstIndex { haveSameText($0.key, key) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The same members, sorted by key bytewise, here and in every object below.
    public func sortedByKey() -> JSONObject {
        JSONObject(
            members: members.map { Member(key: $0.key, value: $0.value.sortedByKey()) }
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    }
}

extension JSONValue {
    /// The same value with the members of every object sorted by key bytewise.
    public func sortedByKey() -> JSONValue {
        switch self {
        case .object(let object): .object(object.sortedByKey())
        case .array(let array): .array(array.map { $0.sortedByKey() })
        default: self
        }
    }
}

extension JSONObject: Equatable {
    /// Equal when both hold the same keys with equal values, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        var byKey = MemberLookup(right)
        return left.members.indices.allSatisfy { index in
            let member = left.members[index]
            guard let other = byKey.index(of: member.key, near: index) else { return false }
            return member.value == right.members[other].value
        }
    }
}

/// Finds members of an object again and again: at once where two objects have the same order, else by a table that
/// is made when it is first needed.
struct MemberLookup {
    private let members: [JSONObject.Member]
    private var table: KeyTable?

    init(_ object: JSONObject) { members = object.members }

    /// - Parameter guess: the index where it probably is.
    mutating func index(of key: String, near guess: Int) -> Int? {
        if guess < members.count, haveSameText(members[guess].key, key) { return guess }
        guard members.count > 8 else { return members.firstIndex { haveSameText($0.key, key) } }
        let table = table ?? filledTable()
        self.table = table
        return table.find(key) { members[$0].key }
    }

    private func filledTable() -> KeyTable {
        var table = KeyTable(expecting: members.count)
        for index in members.indices {
            _ = table.insert(members[index].key, index: index) { members[$0].key }
        }
        return table
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(pairs: elements) }

    /// Without `map`, whose array is made through the runtime's generic path.
    init(pairs: [(String, JSONValue)]) {
        members = []
        members.reserveCapacity(pairs.count)
        for (key, value) in pairs { members.append(Member(key: key, value: value)) }
    }
}
