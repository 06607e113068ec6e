import Document
import KubeModel
import Testing

@testable import Rendering

@Suite("The status of a collector")
struct CollectorStatusTests {
    static let status = CollectorStatus(collectorVersion: "0.158.0")
    static let before = Timestamp(seconds: 1000)
    static let now = Timestamp(seconds: 2000)
    static let workload: JSONValue = [
        "spec": ["template": ["spec": ["containers": [["name": "otc-container", "image": "i:1"]]]]],
        "status": ["replicas": 2, "readyReplicas": 1],
    ]
    static let complete = Rendered(objects: [], findings: [])

    func applied(_ patch: JSONValue?, to resource: JSONValue) -> JSONValue {
        var resource = resource
        for member in patch?["status"]?.objectValue ?? [:] {
            var status = resource["status"] ?? [:]
            status[member.key] = member.value
            resource["status"] = status
        }
        return resource
    }

    @Test("says what runs, and then nothing until something changes")
    func settled() throws {
        let resource = collector([:])
        let patch = Self.status.patch(
            for: resource, workload: Self.workload, rendered: Self.complete, outcome: .reconciled, now: Self.before)
        let status = try #require(patch?["status"])
        #expect(status["image"] == "i:1")
        #expect(status["version"] == "0.158.0")
        #expect(status["observedGeneration"] == 7)
        #expect(status["scale"]?["replicas"] == 2)
        #expect(status["scale"]?["statusReplicas"] == "1/2")
        #expect(
            status["conditions"] == [
                [
                    "type": "Ready", "status": "True", "reason": "Reconciled", "message": "Successfully reconciled",
                    "observedGeneration": 7, "lastTransitionTime": .string(Self.before.rfc3339),
                ]
            ])
        let settled = applied(patch, to: resource)
        #expect(
            Self.status.patch(
                for: settled, workload: Self.workload, rendered: Self.complete, outcome: .reconciled, now: Self.now)
                == nil)
    }

    @Test("keeps the version that is there")
    func version() {
        var resource = collector([:])
        resource["status"] = ["version": "0.100.0"]
        let patch = Self.status.patch(
            for: resource, workload: nil, rendered: Self.complete, outcome: .reconciled, now: Self.now)
        #expect(applied(patch, to: resource)["status"]?["version"] == "0.100.0")
        #expect(patch?["status"]?["scale"]?["statusReplicas"] == "0/0")
    }

    @Test("a failure changes the condition only, and keeps those of others")
    func failure() throws {
        var resource = collector([:])
        let other: JSONValue = ["type": "Other", "status": "True"]
        resource["status"] = [
            "image": "i:0",
            "conditions": [
                ["type": "Ready", "status": "True", "lastTransitionTime": .string(Self.before.rfc3339)], other,
            ],
        ]
        let patch = Self.status.patch(
            for: resource, workload: Self.workload, rendered: Self.complete, outcome: .failed("Service x: forbidden"),
            now: Self.now)
        let status = try #require(patch?["status"])
        #expect(status.objectValue?.keys.sorted() == ["conditions", "observedGeneration"])
        #expect(status["conditions"]?[0]?["status"] == "False")
        #expect(status["conditions"]?[0]?["reason"] == "ReconcileError")
        #expect(status["conditions"]?[0]?["lastTransitionTime"]?.stringValue == Self.now.rfc3339)
        #expect(status["conditions"]?[1] == other)
    }

    @Test("a sidecar has a version and no replicas, and says so once")
    func sidecar() throws {
        let resource = collector(["mode": "sidecar"])
        let patch = Self.status.patch(
            for: resource, workload: nil, rendered: Self.complete, outcome: .reconciled, now: Self.now)
        let after = applied(patch, to: resource)
        let status = try #require(after["status"])
        #expect(status.objectValue?.keys.sorted() == ["conditions", "observedGeneration", "version"])
        #expect(status["conditions"]?[0]?["status"] == "True")
        #expect(
            Self.status.patch(
                for: after, workload: nil, rendered: Self.complete, outcome: .reconciled, now: Self.now) == nil)
    }

    @Test("findings become a condition of their own that goes when they go")
    func findings() throws {
        let resource = collector([:])
        var rendered = Self.complete
        rendered.findings = [
            Finding(.information, .apiUnavailable, "no policy/v1"), Finding(.warning, .unsupported, "no Ingress"),
        ]
        let patch = Self.status.patch(
            for: resource, workload: nil, rendered: rendered, outcome: .reconciled, now: Self.now)
        let condition = try #require(patch?["status"]?["conditions"]?[1])
        #expect(condition["type"] == "Complete")
        #expect(condition["status"] == "False")
        #expect(condition["reason"] == "Unsupported")
        #expect(condition["message"] == "no Ingress")
        let after = Self.status.patch(
            for: applied(patch, to: resource), workload: nil, rendered: Self.complete, outcome: .reconciled,
            now: Self.now)
        #expect(after?["status"]?["conditions"]?.arrayValue?.count == 1)
    }

    @Test(
        "what nobody asked for and the cluster cannot have makes no condition; other information makes one that is True"
    )
    func information() throws {
        var rendered = Self.complete
        rendered.findings = [Finding(.information, .apiUnavailable, "no policy/v1")]
        func conditions() -> [JSONValue] {
            Self.status.patch(
                for: collector([:]), workload: nil, rendered: rendered, outcome: .reconciled, now: Self.now)?[
                    "status"]?[
                    "conditions"]?.arrayValue ?? []
        }
        #expect(conditions().map { $0["type"] } == ["Ready"])
        rendered.findings.append(Finding(.information, .versionMismatch, "made for 0.1.0"))
        #expect(conditions().map { $0["type"] } == ["Ready", "Complete"])
        #expect(conditions().map { $0["status"] } == ["True", "True"])
        #expect(conditions().last?["message"] == "made for 0.1.0")
    }

    @Test("what cannot be rendered is not ready, whatever the outcome says")
    func unsupported() {
        let rendered = Rendered.failed(.unsupported, "mode daemonset")
        let patch = Self.status.patch(
            for: collector([:]), workload: nil, rendered: rendered, outcome: .reconciled, now: Self.now)
        #expect(patch?["status"]?["conditions"]?[0]?["status"] == "False")
        #expect(patch?["status"]?["conditions"]?[0]?["message"] == "mode daemonset")
        #expect(patch?["status"]?["conditions"]?[1]?["reason"] == "Unsupported")
    }
}
