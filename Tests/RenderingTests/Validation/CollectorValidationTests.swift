import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("Verdicts on collectors")
struct CollectorValidationTests {
    private let validation = CollectorValidation(options: RenderingOptions())

    private func update(_ old: JSONValue, _ new: JSONValue) throws -> CollectorVerdict {
        validation.verdict(on: try defaulted(new), replacing: try defaulted(old))
    }

    // MARK: Updates

    @Test("the mode cannot be changed, and that comes first")
    func modeChange() throws {
        let verdict = try update(["mode": "statefulset"], ["mode": "daemonset", "ports": [["port": 0]]])
        #expect(
            verdict.denial
                == "the OpenTelemetry Collector mode is set to statefulset, which does not support modification")
        #expect(verdict.warnings.isEmpty)
    }

    @Test("a collector that was stored without a mode can be changed", arguments: [JSONValue.null, ""])
    func storedWithoutMode(mode: JSONValue) throws {
        let old = collector(["config": plainConfig, "mode": mode])
        #expect(validation.verdict(on: try defaulted(["replicas": 2]), replacing: old).denial == nil)
    }

    @Test("what was stored does not have to be readable")
    func unreadableOld() throws {
        let old = collector(["config": "text", "replicas": "many"])
        #expect(validation.verdict(on: try defaulted([:]), replacing: old).denial == nil)
    }

    @Test("an update that leaves the specification as it is is never denied, but warned of")
    func unchangedSpec() throws {
        let stored = try defaulted(["volumeClaimTemplates": [["spec": [:]]]])
        var labelled = stored
        labelled["metadata"]?["labels"] = ["team": "a"]
        let verdict = validation.verdict(on: labelled, replacing: stored)
        #expect(verdict.denial == nil)
        #expect(
            verdict.warnings == [
                "as it is stored, it would not be admitted today: "
                    + ValidationRowsTests.unsupported("deployment", "volumeClaimTemplates")
            ])
    }

    @Test(
        "what is wrong with the stored resource already is warned of; what an update adds is denied, though it comes later"
    )
    func standingRefusal() throws {
        let stored = try defaulted(["volumeClaimTemplates": [["spec": [:]]]])
        var changed = stored
        changed["spec"]?["replicas"] = 2
        let verdict = validation.verdict(on: changed, replacing: stored)
        #expect(verdict.denial == nil)
        #expect(
            verdict.warnings == [
                "admitted, as it is stored like this, but it would not be today: "
                    + ValidationRowsTests.unsupported("deployment", "volumeClaimTemplates")
            ])
        changed["spec"]?["ports"] = [["name": "a", "port": 0]]
        let denial = try #require(validation.verdict(on: changed, replacing: stored).denial)
        #expect(denial.contains("port"))
        #expect(denial != ValidationRowsTests.unsupported("deployment", "volumeClaimTemplates"))
        // And in a resource that had none of it, the first of both.
        #expect(
            validation.verdict(on: changed, replacing: try defaulted([:])).denial
                == ValidationRowsTests.unsupported("deployment", "volumeClaimTemplates"))
    }

    @Test(
        "a specification that could hardly be read back is denied, with the depth",
        arguments: [(99, nil), (100, "spec: lists and objects are nested deeper than 100 levels")])
    func depth(levels: Int, denial: String?) throws {
        var deep: JSONValue = "x"
        for _ in 0..<levels { deep = ["a": deep] }
        #expect(validation.verdict(on: try defaulted(["affinity": deep])).denial == denial)
    }

    @Test("one that is being deleted is let go, whatever is wrong with it")
    func beingDeleted() {
        var going = collector(["config": "text", "mode": "nonsense"])
        going["metadata"]?["deletionTimestamp"] = "2026-01-02T03:04:05Z"
        #expect(validation.verdict(on: going, replacing: collector(["mode": "daemonset"])) == CollectorVerdict())
    }

    @Test("a lower maximum is no mistake when the autoscaler has written the replicas")
    func loweredMaximum() throws {
        let old: JSONValue = ["replicas": 8, "autoscaler": ["minReplicas": 1, "maxReplicas": 10]]
        var new = old
        new["autoscaler"]?["maxReplicas"] = 5
        #expect(try update(old, new).denial == nil)
        new["replicas"] = 7
        #expect(try update(old, new).denial?.hasSuffix("replicas must not be greater than maxReplicas") == true)
        new["replicas"] = 8
        #expect(try update(["replicas": 8], new).denial != nil, "without an autoscaler the replicas were the user's")
    }

    // MARK: Warnings

    @Test("nulls are named, sorted, lists not looked into")
    func nulls() {
        let resource = collector([
            "mode": "deployment",
            "config": [
                "receivers": ["otlp": ["protocols": ["grpc": .null, "http": [:]]]],
                "processors": ["batch": .null, "attributes": ["actions": [["key": .null]]]],
                "exporters": ["debug": .null], "extensions": ["zpages": .null], "connectors": ["count": .null],
                "service": ["telemetry": .null, "pipelines": ["traces": .null]],
            ],
        ])
        #expect(
            validation.verdict(on: resource).warnings.first
                == "Collector config spec.config has null objects: connectors.count:, exporters.debug:, extensions.zpages:, "
                + "processors.batch:, receivers.otlp.protocols.grpc:. For compatibility with other tooling, such as "
                + "kustomize and kubectl edit, it is recommended to use empty objects e.g. batch: {}.")
    }

    @Test("nulls that a default replaces are not warned of")
    func replacedNulls() throws {
        let spec: JSONValue = ["config": config(receivers: ["zipkin": .null])]
        #expect(try ValidationRow("", spec).verdict().warnings.isEmpty)
    }

    @Test("a denial keeps the warnings that came before it")
    func warningsWithDenial() throws {
        var config = plainConfig
        config["exporters"] = ["debug": .null]
        let verdict = try ValidationRow("", ["config": config, "ports": [["port": 80]]]).verdict()
        #expect(verdict.denial != nil)
        #expect(verdict.warnings.count == 1)
        #expect(verdict.warnings.first?.contains("exporters.debug:.") == true)
    }

    @Test("what will be missing is warned of, and mere information is not")
    func findings() throws {
        let spec: JSONValue = ["autoscaler": ["targetCPUUtilization": 50]]
        let row = ValidationRow("", spec)
        #expect(
            try row.verdict().warnings == ["spec.autoscaler has no maxReplicas: there is no HorizontalPodAutoscaler"])
        let rendered = CollectorRenderer(options: RenderingOptions()).render(try defaulted(spec))
        #expect(rendered.findings.filter { $0.severity >= .warning }.count == 1)
    }

    @Test("what cannot be rendered at all is one warning, and no denial")
    func unrenderable() throws {
        let spec: JSONValue = [
            "mode": "statefulset", "targetAllocator": ["enabled": true],
            "config": config(receivers: ["prometheus": [:]]),
        ]
        let verdict = try ValidationRow("", spec).verdict()
        #expect(verdict.denial == nil)
        #expect(
            verdict.warnings
                == CollectorRenderer(options: RenderingOptions()).render(try defaulted(spec)).findings.map(\.message))
        #expect(verdict.warnings.count == 1)
    }

    // MARK: FIPS

    private func verdict(forbidding entries: [String], _ config: JSONValue) throws -> CollectorVerdict {
        let validation = CollectorValidation(
            options: RenderingOptions(), forbidden: try ComponentDenyList(entries))
        return try ValidationRow("", ["config": config, "autoscaler": ["maxReplicas": 3]]).verdict(validation)
    }

    @Test("forbidden components are named, one of each kind, in every instance")
    func forbidden() throws {
        var config = config(receivers: ["otlp/a": ["protocols": [:]], "kafka": [:]], extensions: ["oidc": [:]])
        config["service"]?["pipelines"]?["metrics"]?["processors"] = ["batch/2"]
        let all = ["receiver.otlp", "receiver.kafka", "processor.batch", "extension.oidc", "exporter.other"]
        #expect(
            try verdict(forbidding: all, config).denial
                == "the collector configuration contains not FIPS compliant components: [kafka batch oidc]. Please remove it from the config"
        )
        #expect(try verdict(forbidding: ["exporter.otlp", "receiver.oidc"], config).denial == nil)
    }

    @Test("components that no pipeline uses are not looked at")
    func unusedForbidden() throws {
        var config = plainConfig
        config["receivers"]?["kafka"] = [:]
        #expect(try verdict(forbidding: ["receiver.kafka"], config).denial == nil)
    }

    @Test(
        "a list that cannot be understood is refused with its entry",
        arguments: ["otlp", "connector.x", "receiver.", ""])
    func invalidList(entry: String) throws {
        let error = #expect(throws: ComponentDenyList.InvalidEntry.self) {
            try ComponentDenyList(["receiver.otlp", entry])
        }
        #expect(error?.entry == entry)
    }
}
