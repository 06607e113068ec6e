import Document

/// A container's `volumeMounts` while they are changed: what it had, less what is removed, and what is added behind.
struct MountsDraft {
    private let own: [JSONValue]
    /// Whether the container had a list on arrival.
    let hasList: Bool
    /// Places of the removed ones in the list on arrival.
    private(set) var removed: Set<Int> = []
    private(set) var added: [JSONValue] = []

    init(_ list: [JSONValue]?) {
        own = list ?? []
        hasList = list != nil
    }

    var isChanged: Bool { !removed.isEmpty || !added.isEmpty }

    var list: [JSONValue] {
        let kept = removed.isEmpty ? own : own.indices.filter { !removed.contains($0) }.map { own[$0] }
        return kept + added
    }

    func contains(named name: String) -> Bool { contains { $0["name"]?.stringValue == name } }
    func contains(path: String) -> Bool { contains { $0["mountPath"]?.stringValue == path } }

    private func contains(where matches: (JSONValue) -> Bool) -> Bool {
        own.indices.contains { !removed.contains($0) && matches(own[$0]) } || added.contains(where: matches)
    }

    mutating func add(name: String, path: String, isReadOnly: Bool = false) {
        var mount = JSONObject(members: [
            .init(key: "name", value: .string(name)), .init(key: "mountPath", value: .string(path)),
        ])
        if isReadOnly { mount["readOnly"] = true }
        added.append(.object(mount))
    }

    /// Removes the first of the container's own mounts for which `matches` says yes to the path.
    mutating func removeFirst(where matches: (String) -> Bool) {
        let first = own.indices.first { index in
            !removed.contains(index) && matches(own[index]["mountPath"]?.stringValue ?? "")
        }
        if let first { removed.insert(first) }
    }
}
