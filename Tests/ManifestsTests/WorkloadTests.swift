import Document
import KubeModel
import Testing

@testable import Manifests

@Suite("Objects of a document")
struct ManifestObjectTests {
    private let pod: JSONValue = ["kind": "Pod", "apiVersion": "v1", "metadata": ["name": "a"]]

    private func kinds(_ document: JSONValue) -> [String] {
        ManifestObject.all(in: document).map { "\($0.apiVersion) \($0.kind)" }
    }

    @Test("a document is its own object, whatever its kind")
    func single() {
        #expect(kinds(pod) == ["v1 Pod"])
        #expect(kinds(["a": 1]) == [" "])
        #expect(
            kinds(["kind": "AllowList", "apiVersion": "example.com/v1", "entries": []]) == ["example.com/v1 AllowList"])
    }

    @Test("a List gives its items, also those of a List in it")
    func list() {
        let inner: JSONValue = ["kind": "List", "apiVersion": "v1", "items": [pod, pod]]
        #expect(kinds(["kind": "List", "apiVersion": "v1", "items": [inner, pod]]) == ["v1 Pod", "v1 Pod", "v1 Pod"])
    }

    @Test("items of a typed list are of the kind that it implies")
    func typedList() {
        let list: JSONValue = ["kind": "DeploymentList", "apiVersion": "apps/v1", "items": [["metadata": [:]], pod]]
        #expect(kinds(list) == ["apps/v1 Deployment", "v1 Pod"])
    }

    @Test("replacing objects leaves everything around them, and what is no object")
    func map() {
        let list: JSONValue = [
            "metadata": ["resourceVersion": "7"], "items": [pod, "odd", .null], "kind": "List", "apiVersion": "v1",
            "more": true,
        ]
        #expect(ManifestObject.map(list) { $0.json }.serializedString() == list.serializedString())
        let changed = ManifestObject.map(list) { object in
            var json = object.json
            json["spec"] = [:]
            return json
        }
        #expect(changed.objectValue?.keys == list.objectValue?.keys)
        #expect(changed["items"]?[0]?["spec"] == [:])
        #expect(changed["items"]?[1] == "odd")
    }
}

@Suite("Pods of workloads")
struct WorkloadTests {
    static let apiVersions: [(String, WorkloadKind)] = [
        ("v1", .pod), ("apps/v1", .deployment), ("extensions/v1beta1", .deployment), ("apps/v1", .statefulSet),
        ("apps/v1", .daemonSet), ("apps/v1", .replicaSet), ("v1", .replicationController), ("batch/v1", .job),
        ("batch/v1", .cronJob), ("batch/v1beta1", .cronJob),
    ]

    /// An object of that kind around a template, with members before and behind it.
    private func object(_ kind: WorkloadKind, _ apiVersion: String, template: JSONValue) -> JSONValue {
        var json = template
        for member in kind.templatePath.reversed() {
            json = .object(
                JSONObject(members: [
                    .init(key: "before", value: 1), .init(key: member, value: json), .init(key: "behind", value: 2),
                ]))
        }
        if kind == .pod { json = template }
        json["apiVersion"] = .string(apiVersion)
        json["kind"] = .string(kind.rawValue)
        if kind != .pod { json["metadata"] = ["name": "web", "uid": "u-1"] }
        return json
    }

    private let template: JSONValue = [
        "metadata": ["creationTimestamp": .null, "labels": ["app": "web"], "name": "ignored"],
        "spec": ["containers": [["name": "app"]]], "unknown": 3,
    ]

    @Test("each kind's pod has the template's labels and spec, and the workload as its owner", arguments: apiVersions)
    func pod(apiVersion: String, kind: WorkloadKind) throws {
        let json = object(kind, apiVersion, template: template)
        let workload = try #require(Workload(ManifestObject(json)))
        #expect(workload.kind == kind)
        let pod = workload.pod()
        #expect(pod["spec"] == template["spec"])
        #expect(pod[path: "metadata", "labels"] == ["app": "web"])
        if kind == .pod {
            #expect(pod == json)
        } else {
            // The name is the template's own business; controllers do not copy it.
            #expect(pod[path: "metadata", "name"] == nil)
            let owner = try #require(KubeObject(pod).controller)
            #expect(owner.kind == kind.rawValue)
            #expect(owner.name == "web")
            #expect(owner.uid == "u-1")
            #expect(owner.apiVersion == apiVersion)
        }
    }

    @Test("putting the same pod back changes not a byte", arguments: apiVersions)
    func unchanged(apiVersion: String, kind: WorkloadKind) throws {
        let json = object(kind, apiVersion, template: template)
        let workload = try #require(Workload(ManifestObject(json)))
        #expect(workload.replacing(pod: workload.pod()).serializedString() == json.serializedString())
    }

    @Test("a changed pod changes spec, labels and annotations of the template, nothing else", arguments: apiVersions)
    func replaced(apiVersion: String, kind: WorkloadKind) throws {
        let json = object(kind, apiVersion, template: template)
        let workload = try #require(Workload(ManifestObject(json)))
        var pod = workload.pod()
        pod["spec"] = ["containers": [["name": "app"], ["name": "agent"]]]
        var metadata = try #require(pod["metadata"])
        metadata["annotations"] = ["injected": "yes"]
        pod["metadata"] = metadata
        let result = workload.replacing(pod: pod)
        var expected = template
        expected["spec"] = pod["spec"]
        var expectedMetadata = try #require(template["metadata"])
        expectedMetadata["annotations"] = ["injected": "yes"]
        expected["metadata"] = expectedMetadata
        #expect(result == object(kind, apiVersion, template: expected))
        #expect(result.objectValue?.keys == json.objectValue?.keys)
    }

    @Test("a template without metadata gets one only when the pod has something for it")
    func withoutMetadata() throws {
        let bare: JSONValue = ["spec": ["containers": []]]
        let json = object(.job, "batch/v1", template: bare)
        let workload = try #require(Workload(ManifestObject(json)))
        var pod = workload.pod()
        #expect(workload.replacing(pod: pod) == json)
        pod["metadata"] = ["labels": ["a": "b"]]
        #expect(workload.replacing(pod: pod)[path: "spec", "template", "metadata"] == ["labels": ["a": "b"]])
    }

    @Test("other groups' kinds of the same name, and kinds without their template, are no workloads")
    func others() {
        func isWorkload(_ json: JSONValue) -> Bool { Workload(ManifestObject(json)) != nil }
        #expect(!isWorkload(object(.deployment, "example.com/v1", template: template)))
        #expect(!isWorkload(object(.pod, "metrics.k8s.io/v1", template: template)))
        #expect(!isWorkload(["apiVersion": "apps/v1", "kind": "Deployment", "spec": [:]]))
        #expect(!isWorkload(["apiVersion": "apps/v1", "kind": "Deployment", "spec": ["template": "text"]]))
        #expect(!isWorkload(["apiVersion": "v1", "kind": "Secret"]))
    }

    @Test("other kinds' templates are seen where most have them")
    func foreign() {
        var rollout = ManifestObject(object(.deployment, "argoproj.io/v1alpha1", template: template))
        rollout.kind = "Rollout"
        #expect(rollout.foreignTemplate == template)
        #expect(ManifestObject(object(.deployment, "apps/v1", template: template)).foreignTemplate == nil)
        #expect(ManifestObject(["kind": "Issue", "spec": ["template": ["spec": [:]]]]).foreignTemplate == nil)
    }
}
