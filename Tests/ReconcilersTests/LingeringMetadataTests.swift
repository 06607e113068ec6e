import Document
import KubeModel
import Rendering
import Testing

@testable import Reconcilers

@Suite("Labels and annotations that have left a collector")
struct LingeringMetadataTests {
    /// A Deployment with these pod annotations, of which we have applied some.
    private func live(_ annotations: [String: JSONValue], ours: [String]) -> KubeObject {
        var object = deployment()
        object.json["metadata"]?["annotations"] = ["team": "shop", "theirs": "x"]
        object.json["spec"]?["template"]?["metadata"] = [
            "annotations": .object(JSONObject(members: annotations.map { .init(key: $0.key, value: $0.value) }))
        ]
        var fields: JSONObject = [:]
        for name in ours { fields["f:\(name)"] = [:] }
        object.json["metadata"]?["managedFields"] = [
            [
                "manager": .string(fieldManager), "operation": "Apply", "apiVersion": "apps/v1",
                "fieldsV1": [
                    "f:metadata": ["f:annotations": ["f:team": [:]]],
                    "f:spec": ["f:template": ["f:metadata": ["f:annotations": .object(fields)]]],
                ],
            ]
        ]
        return object
    }

    private func podAnnotations(_ object: KubeObject) -> JSONValue? {
        object.json[path: "spec", "template", "metadata", "annotations"]
    }

    private func kept(_ live: KubeObject, _ desired: KubeObject, _ type: ResourceType = .deployment) -> KubeObject {
        LingeringMetadata.kept(of: live, in: desired, type: type, manager: fieldManager)
    }

    @Test("stay where we have put them; those of others are left to them")
    func stay() {
        let result = kept(live(["a": "1", "b": "2"], ours: ["a"]), deployment())
        #expect(podAnnotations(result) == ["a": "1"])
        #expect(result.metadata["annotations"] == ["team": "shop"])
    }

    @Test("give way to what is wanted")
    func wanted() {
        var desired = deployment()
        desired.json["metadata"]?["annotations"] = ["team": "other"]
        #expect(kept(live([:], ours: []), desired).metadata["annotations"] == ["team": "other"])
    }

    @Test("do not come back when somebody has removed them")
    func removed() {
        #expect(podAnnotations(kept(live([:], ours: ["a"]), deployment())) == nil)
    }

    @Test("the marks for Prometheus go, when they were ours")
    func scraping() {
        let marks: [String: JSONValue] = ["prometheus.io/port": "8888", "prometheus.io/scrape": "true"]
        let marker = "operator.opentelemetry.io/prometheus-annotations-added"
        let marked = marks.merging([marker: "true", "a": "1"]) { $1 }
        #expect(podAnnotations(kept(live(marked, ours: Array(marked.keys)), deployment())) == ["a": "1"])
        #expect(
            podAnnotations(kept(live(marks, ours: Array(marks.keys)), deployment()))?.objectValue?.members.count == 2)
    }

    @Test("go from objects that the reference replaces as a whole")
    func replacedKinds() {
        #expect(kept(live(["a": "1"], ours: ["a"]), deployment(), .networkPolicy) == deployment())
    }
}

@Suite("Fields that the API server does not know")
struct UnknownFieldsTests {
    @Test(
        "are found in what it says",
        arguments: [
            (
                "failed to create typed patch object: .spec.trafficDistribution: field not declared in schema",
                ["spec.trafficDistribution"]
            ),
            (
                "failed to create typed patch object (ns/web; /v1, Kind=Service): .spec.a: field not declared in schema",
                ["spec.a"]
            ),
            (
                "failed to create typed patch object: errors:\n  .spec.a: field not declared in schema\n  .spec.b[name=\"x.y]\"].c: field not declared in schema",
                ["spec.a", "spec.b[name=\"x.y]\"].c"]
            ),
            ("etcdserver: request timed out", []), (": field not declared in schema", []),
            ("Service \"web\" is invalid: .spec.selector: field not declared in schema", []),
            (
                "failed to create typed patch object: .spec.trafficDistribution: \"x .spec.selector: field not declared in schema",
                []
            ),
            (
                "failed to create typed patch object: errors:\n  .spec.a: expected list, got \"\n.b c: field not declared in schema",
                []
            ),
        ])
    func learn(message: String, paths: [String]) {
        #expect(UnknownFields.paths(in: message).map(\.text) == paths)
    }

    private static let image = "spec.template.spec.containers[name=\"otc-container\"].image"

    private func status(_ path: String, _ code: Int = 500) -> Status {
        Status(
            code: code, reason: "",
            message: "failed to create typed patch object: .\(path): field not declared in schema")
    }

    @Test("are left out, and named")
    func removed() {
        let fields = UnknownFields()
        #expect(!fields.learn(from: status(Self.image, 403), of: .deployment, in: deployment()))
        #expect(!fields.learn(from: status(Self.image, 422), of: .deployment, in: deployment()))
        #expect(fields.removed(from: deployment(), of: .deployment) == deployment())
        #expect(fields.learn(from: status(Self.image), of: .deployment, in: deployment()))
        var expected = deployment()
        expected.json["spec"]?["template"] = ["spec": ["containers": [["name": "otc-container"]]]]
        #expect(fields.removed(from: deployment(), of: .deployment) == expected)
        #expect(fields.paths(of: .deployment, in: deployment()) == [Self.image])
        #expect(fields.removed(from: deployment(), of: .statefulSet) == deployment())
    }

    @Test(
        "are none that the object does not have, and none without which it would be another",
        arguments: [
            "spec.absent", "spec", "spec.selector", "spec.template", "spec.template.spec", "metadata",
            "metadata.labels",
            "metadata.name", "kind",
        ])
    func kept(path: String) {
        let fields = UnknownFields()
        #expect(!fields.learn(from: status(path), of: .deployment, in: deployment()))
        #expect(fields.removed(from: deployment(), of: .deployment) == deployment())
    }
}
