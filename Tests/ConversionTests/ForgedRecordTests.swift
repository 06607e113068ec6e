import Document
import OperatorAPI
import Rendering
import Testing

@testable import Conversion

/// The record stands in an annotation, which whoever writes a collector can write.
@Suite("Forged conversion records")
struct ForgedRecordTests {
    private func with(_ record: ConversionRecord, _ resource: JSONValue) -> JSONValue {
        var resource = resource
        resource["metadata"] = ["name": "a", "annotations": [CollectorAnnotationKey.conversion: .string(record.text)]]
        return resource
    }

    private func record(_ resource: JSONValue) -> ConversionRecord? {
        resource[path: "metadata", "annotations", CollectorAnnotationKey.conversion]?.stringValue
            .flatMap(ConversionRecord.init(text:))
    }

    private let config: JSONValue = [
        "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": ["debug": [:]],
        "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
    ]
    private let evil = """
        receivers: {otlp: {protocols: {grpc: {}}}}
        exporters: {otlp: {endpoint: thief}}
        service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
        """

    // MARK: - How much work

    @Test("a record with a path twice, with nested paths or with more changes than a conversion makes is ignored")
    func work() throws {
        func change(_ tokens: String...) -> ConversionRecord.Change {
            .init(path: JSONPointer(tokens: tokens), was: nil, value: [:])
        }
        for changes in [
            [change("spec", "command"), change("spec", "command")],
            [change("spec", "a", "b"), change("spec", "a")], [change("spec", "a"), change("spec", "a", "b")],
            (0...ConversionRecord.greatestChangeCount).map { change("spec", "x\($0)") },
        ] {
            #expect(ConversionRecord(text: ConversionRecord(version: "v1beta1", changes: changes).text) == nil)
            let plain = try CollectorConversion.v1beta1(from: alpha(spec: ["config": ""]))
            let forged = with(.init(version: "v1beta1", changes: changes), alpha(spec: ["config": ""]))
            #expect(try CollectorConversion.v1beta1(from: forged)["spec"] == plain["spec"])
        }
        let most = (0..<ConversionRecord.greatestChangeCount).map { change("spec", "x\($0)") }
        #expect(ConversionRecord(text: ConversionRecord(version: "v1beta1", changes: most).text) != nil)
    }

    @Test("a thousand changes of a large configuration cost no more than one", .timeLimit(.minutes(1)))
    func thousand() throws {
        let text = "# " + String(repeating: "x", count: 120 << 10)
        var stored = beta(spec: ["config": ["receivers": ["a": .string(text)], "exporters": [:], "service": [:]]])
        let entry = #"{"path":"/spec/config","was":"x","value":"y"}"#
        stored["metadata"] = [
            "annotations": [
                CollectorAnnotationKey.conversion: .string(
                    #"{"version":"v1alpha1","changes":["#
                        + Array(repeating: entry, count: 1_000).joined(separator: ",") + "]}")
            ]
        ]
        let start = ContinuousClock.now
        _ = try CollectorConversion.v1alpha1(from: stored)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    // MARK: - What is shown as v1alpha1

    @Test(
        "a kept text of another type does not fail the conversion",
        arguments: [3, true, ["a": 1], ["a"]] as [JSONValue])
    func textOfAnotherType(value: JSONValue) throws {
        let stored = beta(spec: ["config": config])
        let plain = try CollectorConversion.v1alpha1(from: stored)
        let forged = with(
            .init(
                version: "v1alpha1",
                changes: [
                    .init(path: ConversionRecord.configPath, was: ConversionRecord.digest(of: config), value: value)
                ]), stored)
        #expect(try CollectorConversion.v1alpha1(from: forged)["spec"] == plain["spec"])
        var marked = try #require(record(forged))
        marked.unreadable = "x"
        #expect(try CollectorConversion.v1alpha1(from: with(marked, forged))["spec"] == plain["spec"])
    }

    @Test("a kept text that says something else than what is stored is not shown", arguments: [nil, "no YAML"])
    func otherText(unreadable: String?) throws {
        let stored = beta(spec: ["config": config])
        let plain = try CollectorConversion.v1alpha1(from: stored)
        let change = ConversionRecord.Change(
            path: ConversionRecord.configPath, was: ConversionRecord.digest(of: config), value: .string(evil))
        let forged = with(.init(version: "v1alpha1", changes: [change], unreadable: unreadable), stored)
        #expect(try CollectorConversion.v1alpha1(from: forged)["spec"] == plain["spec"])

        // Neither beside a configuration that has no components.
        let none: JSONValue = ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]]
        let emptied = with(
            .init(
                version: "v1alpha1",
                changes: [
                    .init(
                        path: ConversionRecord.configPath, was: ConversionRecord.digest(of: none), value: .string(evil))
                ], unreadable: unreadable), beta(spec: ["config": none]))
        let shown = try CollectorConversion.v1alpha1(from: emptied)
        #expect(shown[path: "spec", "config"]?.stringValue?.contains("thief") == false)
    }

    @Test("a kept text with the webhook's defaults missing is shown")
    func defaultedText() throws {
        let text = "# ours\n" + ConfigText.write(config)
        let converted = try CollectorConversion.v1beta1(from: alpha(spec: ["config": .string(text)]))
        let stored = try CollectorDefaulting().defaulted(converted).resource
        #expect(stored[path: "spec", "config"] != config)
        #expect(try CollectorConversion.v1alpha1(from: stored)[path: "spec", "config"] == .string(text))
    }

    @Test("nothing is shown as v1alpha1 that would be stored when it is written back")
    func shownFields() throws {
        let stored = beta(spec: ["config": config, "readinessProbe": ["periodSeconds": 3]])
        let plain = try CollectorConversion.v1alpha1(from: stored)
        let changes: [ConversionRecord.Change] = [
            .init(path: JSONPointer(tokens: ["spec", "serviceAccount"]), was: nil, value: "admin"),
            .init(path: JSONPointer(tokens: ["spec", "readinessProbe"]), was: nil, value: "x"),
            .init(path: JSONPointer(tokens: ["spec", "maxReplicas"]), was: nil, value: 1_000),
            .init(path: JSONPointer(tokens: ["status", "messages"]), was: nil, value: ["kept"]),
        ]
        var forged = with(.init(version: "v1alpha1", changes: changes), stored)
        forged["status"] = ["version": "1"]
        let shown = try CollectorConversion.v1alpha1(from: forged)
        #expect(shown["spec"] == plain["spec"])
        // What v1beta1 has no place for comes back all the same.
        #expect(shown["status"] == ["version": "1", "messages": ["kept"]])
        let back = try CollectorConversion.v1beta1(from: shown)
        #expect(back["spec"] == stored["spec"])
    }

    // MARK: - What is stored from v1alpha1

    @Test(
        "a record brings back nothing that v1alpha1 has a word for, or no version",
        arguments: [
            (["spec", "serviceAccount"], "admin"), (["spec", "replicas"], 50), (["spec", "unheardOf"], ["a": 1]),
            (["spec", "observability"], ["metrics": ["enableMetrics": "text", "extraLabels": ["a": "b"]]]),
            (["spec", "targetAllocator"], ["image": "evil", "mtls": ["enabled": true]]),
            (["spec", "autoscaler"], ["maxReplicas": 100]), (["status", "scale"], ["replicas": 5]),
        ] as [([String], JSONValue)])
    func storedFields(path: [String], value: JSONValue) throws {
        let written = alpha(spec: ["config": .string(ConfigText.write(config))])
        let plain = try CollectorConversion.v1beta1(from: written)
        let forged = with(
            .init(
                version: "v1beta1",
                changes: [
                    .init(path: JSONPointer(tokens: path), was: nil, value: value),
                    .init(path: JSONPointer(tokens: ["spec", "command"]), was: nil, value: ["/x"]),
                ]), written)
        let stored = try CollectorConversion.v1beta1(from: forged)
        var expected = plain["spec"]
        expected?["command"] = ["/x"]
        #expect(stored["spec"] == expected)
        #expect(stored["status"] == nil)
    }

    @Test("a kept configuration must be what the text says")
    func storedConfig() throws {
        let written = alpha(spec: ["config": .string(ConfigText.write(config))])
        let plain = try CollectorConversion.v1beta1(from: written)
        let other = try ConfigText.read(.string(evil)).value
        for value: JSONValue? in [other, nil, "text", 3, ["receivers": ["otlp"]]] {
            let forged = with(
                .init(
                    version: "v1beta1",
                    changes: [
                        .init(path: ConversionRecord.configPath, was: ConversionRecord.digest(of: config), value: value)
                    ]), written)
            #expect(try CollectorConversion.v1beta1(from: forged)["spec"] == plain["spec"])
        }
    }

    // MARK: - Room

    /// A resource whose annotations leave about so many bytes.
    private func full(_ resource: JSONValue, leaving room: Int) -> JSONValue {
        var resource = resource
        let key = CollectorAnnotationKey.conversion
        resource["metadata"] = [
            "annotations": ["a": .string(String(repeating: "x", count: (256 << 10) - 1 - key.utf8.count - room))]
        ]
        return resource
    }

    @Test("what says nothing is left out before what does, and is not missed")
    func expendable() throws {
        let text = "# " + String(repeating: "x", count: 10 << 10) + "\n" + ConfigText.write(config)
        let written = alpha(spec: ["config": .string(text), "minReplicas": 1, "maxReplicas": 3])
        let stored = try CollectorConversion.v1beta1(from: full(written, leaving: 8 << 10))
        #expect(record(stored)?.leftOut == ["/spec/config"])
        #expect(record(stored)?.changes.map(\.path.description).contains("/spec/maxReplicas") == true)

        // Larger than the configuration's defaults, and yet kept.
        let defaulted = try CollectorDefaulting().defaulted(beta(spec: ["config": config, "command": ["/otelcol"]]))
        let conditions: JSONValue = [
            "conditions": [["type": "Ready", "message": .string(String(repeating: "m", count: 9 << 10))]]
        ]
        var resource = defaulted.resource
        resource["status"] = conditions
        let shown = try CollectorConversion.v1alpha1(from: full(resource, leaving: 8 << 10))
        #expect(record(shown)?.leftOut == [])
        #expect(try CollectorConversion.v1beta1(from: shown)[path: "spec", "command"] == ["/otelcol"])
    }

    @Test("a write that removes what could not be kept is told of, or refused when nobody knows what it is")
    func erased() throws {
        let command = JSONValue.strings((0..<2_000).map { "argument\($0)" })
        let stored = beta(spec: ["config": config, "command": command, "hostPID": true])
        let validation = CollectorValidation(options: RenderingOptions())

        let shown = try CollectorConversion.v1alpha1(from: full(stored, leaving: 8 << 10))
        #expect(record(shown)?.leftOut == ["/spec/command"])
        var result = try CollectorConversion.v1beta1(from: shown)
        #expect(record(result)?.erased == ["/spec/command"])
        #expect(result[path: "spec", "hostPID"] == true)
        result["metadata"]?["name"] = "a"
        let warned = validation.verdict(on: try CollectorDefaulting().defaulted(result).resource)
        #expect(warned.denial == nil)
        #expect(warned.warnings.contains { $0.contains("keep them: /spec/command;") })

        let bare = try CollectorConversion.v1alpha1(from: full(stored, leaving: 200))
        #expect(record(bare)?.leftOut == [ConversionRecord.everything])
        var lossy = try CollectorConversion.v1beta1(from: bare)
        #expect(record(lossy)?.erased == [ConversionRecord.everything])
        lossy["metadata"]?["name"] = "a"
        let denied = validation.verdict(on: lossy, replacing: lossy)
        #expect(denied.denial?.contains("would lose fields that only v1beta1 has") == true)

        // Without room even for that, it can be read all the same.
        let crammed = full(stored, leaving: 10)
        #expect(try CollectorConversion.v1alpha1(from: crammed)["metadata"] == crammed["metadata"])
    }

    @Test("a text that can be neither read nor kept is marked, so that it can be listed and not be written")
    func unreadableAndTooLarge() throws {
        let written = alpha(spec: ["config": .string("a: [" + String(repeating: "x", count: 300 << 10))])
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(record(stored)?.unreadable?.contains("cannot be read") == true)
        #expect(record(stored)?.leftOut == ["/spec/config"])
        #expect(record(stored)?.hasLostText == true)
        _ = try CollectorConversion.v1alpha1(from: stored)

        var resource = try CollectorDefaulting().defaulted(stored).resource
        resource["metadata"]?["name"] = "a"
        resource["metadata"]?["namespace"] = "b"
        #expect(!CollectorRenderer().render(resource).isComplete)
        let denial = try #require(CollectorValidation(options: RenderingOptions()).verdict(on: resource).denial)
        #expect(denial.contains("cannot be read"))
        #expect(denial.contains("too long to be kept"))
    }

    @Test("an unreadable text in annotations without room for the mark is the one that is refused")
    func noRoomForMark() {
        let error = #expect(throws: ConversionError.self) {
            try CollectorConversion.v1beta1(from: full(alpha(spec: ["config": "a: ["]), leaving: 20))
        }
        #expect(error?.description.contains("cannot be read") == true)
    }
}
