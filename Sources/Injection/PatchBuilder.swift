import Document

/// Writes JSON Patch operations, as text right away.
///
/// Source: RFC 6902.
struct PatchBuilder: ~Copyable {
    private var writer = JSONWriter(expecting: 4096)
    private var isEmpty = true

    /// The list of the operations; `nil` when there are none.
    consuming func text() -> [UInt8]? {
        if isEmpty { return nil }
        writer.write(json: "]")
        return writer.bytes()
    }

    mutating func add(_ path: String, _ value: JSONValue) { change("{\"op\":\"add\",\"path\":\"", path, nil, value) }

    /// Inserts an element into a list.
    mutating func add(_ list: String, _ index: Int, _ value: JSONValue) {
        change("{\"op\":\"add\",\"path\":\"", list, index, value)
    }

    mutating func replace(_ list: String, _ index: Int, _ value: JSONValue) {
        change("{\"op\":\"replace\",\"path\":\"", list, index, value)
    }

    mutating func remove(_ list: String, _ index: Int) {
        begin("{\"op\":\"remove\",\"path\":\"", list, index)
        writer.write(json: "}")
    }

    private mutating func change(_ start: StaticString, _ path: String, _ index: Int?, _ value: JSONValue) {
        begin(start, path, index)
        writer.write(json: ",\"value\":")
        writer.write(value)
        writer.write(json: "}")
    }

    private mutating func begin(_ start: StaticString, _ path: String, _ index: Int?) {
        writer.write(json: isEmpty ? "[" : ",")
        isEmpty = false
        writer.write(json: start)
        writer.write(escaping: path)
        if let index {
            writer.write(json: "/")
            writer.write(index)
        }
        writer.write(json: "\"")
    }

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
        for place in edit.mounts.removed.sorted(by: >) { remove(mounts, place) }
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
        for origin in isKept.indices.reversed() where !isKept[origin] { remove(path, origin) }
        for (index, entry) in environment.entries.enumerated() {
            if let origin = entry.origin, isKept[origin] {
                if entry.isChanged { replace(path, index, entry.json) }
            } else {
                add(path, index, entry.json)
            }
        }
    }
}
