import Document
import KubeModel
import Testing

@testable import OperatorMain

@Suite("Comparing rendered objects with a cluster")
struct ClusterComparisonTests {
    private let live: JSONValue = [
        "apiVersion": "v1", "kind": "Service",
        "metadata": [
            "name": "a", "namespace": "ns", "uid": "1", "resourceVersion": "5", "generation": 2,
            "managedFields": [[:]], "labels": ["theirs": "1", "ours": "old"],
        ],
        "spec": ["clusterIP": "10.0.0.1", "ports": [["name": "a", "port": 1, "protocol": "TCP", "targetPort": 1]]],
        "status": ["loadBalancer": [:]],
    ]

    private func difference(_ live: JSONValue?, _ wanted: JSONValue?) -> ClusterComparison.Difference {
        ClusterComparison.Difference(
            type: .service, key: ObjectKey(namespace: "ns", name: "a"), live: live, wanted: wanted)
    }

    @Test("what every write changes, and the status, is no difference")
    func versions() {
        var other = live
        other["status"] = nil
        other["metadata"]?["resourceVersion"] = "9"
        other["metadata"]?["managedFields"] = nil
        #expect(!difference(live, other).isChanged)
        #expect(difference(live, other).text(isColored: false) == "")
    }

    @Test("a change, a new object and one that goes read as a diff")
    func text() {
        var other = live
        other["metadata"]?["labels"]?["ours"] = "new"
        let changed = difference(live, other).text(isColored: false)
        #expect(changed.hasPrefix("diff Service a in namespace ns\n--- cluster\n+++ rendered\n@@ "))
        #expect(changed.contains("\n-    ours: old\n+    ours: new\n"))
        #expect(!changed.contains("resourceVersion"))
        let created = difference(nil, live).text(isColored: false)
        #expect(created.contains("--- /dev/null\n+++ rendered\n@@ -0,0 +1,"))
        let deleted = difference(live, nil).text(isColored: false)
        #expect(deleted.contains("--- cluster\n+++ /dev/null\n@@ -1,"))
    }

    @Test("without a preview the rendered fields count, and neither defaults nor what others set")
    func overlay() {
        let wanted: JSONValue = [
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": "a", "namespace": "ns", "labels": ["ours": "old"]],
            "spec": ["ports": [["name": "a", "port": 1]]],
        ]
        #expect(ClusterComparison.overlay(wanted, on: live) == live)
        var changed = wanted
        changed["spec"]?["ports"] = [["name": "a", "port": 1], ["name": "b", "port": 2]]
        let overlaid = ClusterComparison.overlay(changed, on: live)
        #expect(overlaid["spec"]?["ports"]?.arrayValue?.count == 2)
        #expect(overlaid["metadata"]?["labels"]?["theirs"] == "1")
    }
}
