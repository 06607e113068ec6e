import Document

/// Collects JSON Patch operations.
///
/// Source: RFC 6902.
struct PatchBuilder {
    private(set) var operations: [JSONValue] = []

    mutating func add(_ path: String, _ value: JSONValue) {
        operations.append(Self.operation("add", path, value))
    }

    mutating func replace(_ path: String, _ value: JSONValue) {
        operations.append(Self.operation("replace", path, value))
    }

    /// As a list of members: an object's literal takes another array to make.
    private static func operation(_ name: String, _ path: String, _ value: JSONValue) -> JSONValue {
        .object(
            JSONObject(members: [
                .init(key: "op", value: .string(name)), .init(key: "path", value: .string(path)),
                .init(key: "value", value: value),
            ]))
    }

    /// The path of a list's element, without the interpolation that would grow it piece by piece.
    private static func element(_ list: String, _ index: Int) -> String {
        var path = ""
        path.reserveCapacity(list.utf8.count + 8)
        path += list
        path += "/"
        path += String(index)
        return path
    }

    mutating func remove(_ path: String) { operations.append(["op": "remove", "path": .string(path)]) }

    /// Appends to a list, or makes it when there is none (`add` also replaces a `null`).
    mutating func append(_ elements: [JSONValue], to list: String, exists: Bool) {
        guard !elements.isEmpty else { return }
        guard exists else { return add(list, .array(elements)) }
        for element in elements { add("\(list)/-", element) }
    }

    /// Sets members of a map of strings, or makes the map; `given` is what was there.
    mutating func set(_ members: [(key: String, value: String)], in map: String, given: JSONValue?) {
        guard !members.isEmpty else { return }
        guard given?.objectValue != nil else {
            return add(map, .object(JSONObject(members: members.map { .init(key: $0.key, value: .string($0.value)) })))
        }
        for (key, value) in members { add("\(map)\(JSONPointer(tokens: [key]))", .string(value)) }
    }

    /// The changes to a container that was there on arrival.
    mutating func change(_ container: ContainerDraft, in list: String) {
        guard let index = container.origin, let edit = container.edit else { return }
        change(edit.environment, at: "\(list)/\(index)/env")
        let mounts = "\(list)/\(index)/volumeMounts"
        for place in edit.mounts.removed.sorted(by: >) { remove("\(mounts)/\(place)") }
        append(edit.mounts.added, to: mounts, exists: edit.mounts.hasList)
    }

    /// The changes to a list of variables: entries that moved are removed, from the last to the first; then, from the
    /// first to the last, what is new or moved is added and what changed in place is replaced.
    private mutating func change(_ environment: EnvironmentDraft, at path: String) {
        guard let originalCount = environment.originalCount else {
            if !environment.entries.isEmpty { add(path, .array(environment.list)) }
            return
        }
        var isKept = Array(repeating: false, count: originalCount)
        var last = -1
        for entry in environment.entries {
            guard let origin = entry.origin, origin > last else { continue }
            isKept[origin] = true
            last = origin
        }
        for origin in isKept.indices.reversed() where !isKept[origin] { remove(Self.element(path, origin)) }
        for (index, entry) in environment.entries.enumerated() {
            if let origin = entry.origin, isKept[origin] {
                if entry.isChanged { replace(Self.element(path, index), entry.json) }
            } else {
                add(Self.element(path, index), entry.json)
            }
        }
    }
}
