import KubeModel
import Testing

@testable import KubeRuntime

@Suite struct StoreTests {
    private func entry(_ version: String, _ value: Int) -> Store<Int>.Entry {
        Store<Int>.Entry(resourceVersion: version, value: value)
    }

    @Test("values are read by key, by namespace and all at once")
    func reads() {
        let writer = Store<Int>.Writer()
        writer.apply(ObjectKey(namespace: "a", name: "x"), resourceVersion: "1", 1)
        writer.apply(ObjectKey(namespace: "a", name: "y"), resourceVersion: "2", 2)
        writer.apply(ObjectKey(namespace: "b", name: "x"), resourceVersion: "3", 3)
        let store = writer.store
        #expect(store[ObjectKey(namespace: "a", name: "x")] == 1)
        #expect(store[ObjectKey(namespace: "c", name: "x")] == nil)
        #expect(store.contains(ObjectKey(namespace: "b", name: "x")))
        #expect(store.values(inNamespace: "a").sorted() == [1, 2])
        #expect(store.contents(ofNamespace: "b") == [ObjectKey(namespace: "b", name: "x"): 3])
        #expect(store.contents(ofNamespace: "c").isEmpty)
        #expect(store.values.sorted() == [1, 2, 3])
        #expect(store.keys.sorted().map(\.description) == ["a/x", "a/y", "b/x"])
        #expect(store.contents.count == 3)
        #expect(store.count == 3)
    }

    @Test("a change tells the value before and after")
    func changes() {
        let writer = Store<Int>.Writer()
        let key = ObjectKey(name: "x")
        #expect(writer.apply(key, resourceVersion: "1", 1) == .added(key, 1))
        #expect(writer.apply(key, resourceVersion: "1", 1) == nil)
        #expect(writer.apply(key, resourceVersion: "2", 2) == .updated(key, old: 1, new: 2))
        #expect(writer.apply(key, resourceVersion: "3", nil) == .deleted(key, 2))
        #expect(writer.remove(key) == nil)
        #expect(writer.store.count == 0)
    }

    @Test("a relist reports what was added, changed and deleted, and nothing else")
    func relists() {
        let writer = Store<Int>.Writer()
        for (name, version) in [("kept", "1"), ("changed", "2"), ("gone", "3")] {
            writer.apply(ObjectKey(namespace: "a", name: name), resourceVersion: version, 0)
        }
        writer.apply(ObjectKey(namespace: "b", name: "gone"), resourceVersion: "4", 0)
        let changes = writer.replace(
            namespace: nil, with: ["a": ["kept": entry("1", 0), "changed": entry("5", 9), "new": entry("6", 7)]])
        #expect(
            changes == [
                .updated(ObjectKey(namespace: "a", name: "changed"), old: 0, new: 9),
                .deleted(ObjectKey(namespace: "a", name: "gone"), 0),
                .added(ObjectKey(namespace: "a", name: "new"), 7),
                .deleted(ObjectKey(namespace: "b", name: "gone"), 0),
            ])
        #expect(writer.store.keys.sorted().map(\.description) == ["a/changed", "a/kept", "a/new"])
    }

    @Test("a relist of one namespace leaves the others alone")
    func relistsOneNamespace() {
        let writer = Store<Int>.Writer()
        writer.apply(ObjectKey(namespace: "a", name: "x"), resourceVersion: "1", 1)
        writer.apply(ObjectKey(namespace: "b", name: "x"), resourceVersion: "2", 2)
        #expect(writer.replace(namespace: "a", with: [:]) == [.deleted(ObjectKey(namespace: "a", name: "x"), 1)])
        #expect(writer.store.keys.map(\.description) == ["b/x"])
    }
}
