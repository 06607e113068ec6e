import Document
import KubeModel
import KubeRuntime
import Rendering
import Testing

@testable import Reconcilers

@Suite("Which owned objects go")
struct PrunePlanTests {
    private func reference(_ type: ResourceType, _ name: String) -> TypedKey {
        TypedKey(type: type, key: ObjectKey(namespace: "ns", name: name))
    }

    private func owned(created second: Int, uid: String) -> OwnedObject {
        var object = configMap()
        object.json["metadata"]?["creationTimestamp"] = .string("2026-01-31T08:05:0\(second)Z")
        object.json["metadata"]?["uid"] = .string(uid)
        return OwnedObject(object)
    }

    @Test(
        "the newest ConfigMaps stay, one more than configVersions",
        arguments: [(1, 2), (3, 4), (0, 2), (-5, 2), (9, 6), (.max, 6)])
    func retention(configVersions: Int, kept: Int) {
        let maps = Dictionary(
            uniqueKeysWithValues: (1...6).map { (reference(.configMap, "c\($0)"), owned(created: $0, uid: "u\($0)")) })
        let unwanted = PrunePlan.unwanted(
            owned: maps, wanted: [reference(.configMap, "c6")], configVersions: configVersions)
        #expect(unwanted.map(\.uid) == (1...6).prefix(6 - kept).map { "u\($0)" })
    }

    @Test("the wanted ConfigMap stays however old it is")
    func wantedStays() {
        let maps = Dictionary(
            uniqueKeysWithValues: (1...6).map { (reference(.configMap, "c\($0)"), owned(created: $0, uid: "u\($0)")) })
        let unwanted = PrunePlan.unwanted(owned: maps, wanted: [reference(.configMap, "c1")], configVersions: 1)
        #expect(unwanted.map(\.uid) == ["u2", "u3", "u4"])
    }

    @Test("of other types everything goes that is not wanted")
    func others() {
        let objects = [
            reference(.service, "a"): owned(created: 1, uid: "a"),
            reference(.service, "b"): owned(created: 1, uid: "b"),
        ]
        let unwanted = PrunePlan.unwanted(owned: objects, wanted: [reference(.service, "a")], configVersions: 3)
        #expect(unwanted.map(\.reference) == [reference(.service, "b")])
    }
}
