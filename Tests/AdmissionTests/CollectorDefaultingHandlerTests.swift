import Document
import KubeModel
import KubeRuntime
import Logging
import Testing
import Webhook

@testable import Admission

@Suite("Answers to the reviews of collectors that get defaults", .timeLimit(.minutes(1)))
struct CollectorDefaultingHandlerTests {
    private let api = EventCounter()
    private let events: EventRecorder
    private let handler: CollectorDefaultingHandler

    init() {
        events = EventRecorder(
            api: api, instance: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        handler = CollectorDefaultingHandler(events: events)
    }

    private func collector(telemetry: JSONValue? = nil, endpoint: JSONValue = "0.0.0.0:9411") -> JSONValue {
        [
            "metadata": ["name": "c", "namespace": "ns", "uid": "u-c"],
            "spec": [
                "unknown": ["kept": true],
                "config": [
                    "receivers": ["zipkin": ["endpoint": endpoint]], "exporters": ["debug": [:]],
                    "service": .object(compacting: [
                        "telemetry": telemetry,
                        "pipelines": ["traces": ["receivers": ["zipkin"], "exporters": ["debug"]]],
                    ]),
                ],
            ],
        ]
    }

    private func response(
        _ object: JSONValue, _ operation: AdmissionRequest.Operation = .create, old: JSONValue = .null,
        dryRun: Bool = false
    ) throws -> AdmissionResponse {
        try #require(
            handler.handleNow(
                AdmissionRequest(
                    uid: "u", operation: operation, namespace: "ns", name: "c", dryRun: dryRun, object: object,
                    oldObject: old)))
    }

    @Test("the patch holds what was added and nothing else, and a second time there is none")
    func patch() throws {
        let response = try response(collector())
        let patch = try JSONPatch(json: .array(try #require(response.patch)))
        #expect(response.patch?.allSatisfy { $0["op"] == "add" } == true)
        let result = try patch.applied(to: collector())
        #expect(result["spec"]?["unknown"] == ["kept": true])
        #expect(result["spec"]?["mode"] == "deployment")
        #expect(try self.response(result).patch == nil)
    }

    @Test("a metrics reader that nobody asked for is told as an Event")
    func event() async throws {
        _ = try response(collector())
        let event = try #require(try await api.written(by: events).first)
        #expect(event["reason"] == "Spec.Service.Telemetry.DefaultsApplied")
        #expect(event["action"] == "Spec.Service.Telemetry.DefaultsApplied")
        #expect(event["type"] == "Normal")
        #expect(event["note"] == "Applied default Prometheus telemetry configuration (host: 0.0.0.0, port: 8888)")
        #expect(event["regarding"]?["kind"] == "OpenTelemetryCollector")
        #expect(event["regarding"]?["name"] == "c")
        #expect(event["regarding"]?["uid"] == "u-c")
    }

    @Test("nothing is told of a dry run, of a reader that is there, or of an object without a name")
    func quiet() async throws {
        _ = try response(collector(), dryRun: true)
        _ = try response(collector(telemetry: ["metrics": ["address": ":9"]]))
        var nameless = collector()
        nameless["metadata"] = ["generateName": "c-", "namespace": "ns"]
        _ = handler.handleNow(
            AdmissionRequest(uid: "u", operation: .create, namespace: "ns", object: nameless))
        #expect(try await api.written(by: events).isEmpty)
    }

    @Test("telemetry that the operator does not understand stays, with a reader beside it")
    func telemetryStays() throws {
        let telemetry: JSONValue = [
            "resource": ["attributes": [["name": "a", "value": 1]]], "logs": ["level": "debug"],
            "traces": ["processors": []],
        ]
        let object = collector(telemetry: telemetry)
        let patch = try JSONPatch(json: .array(try #require(try response(object).patch)))
        let result = try patch.applied(to: object)[path: "spec", "config", "service", "telemetry"]
        for key in ["resource", "logs", "traces"] { #expect(result?[key] == telemetry[key]) }
        #expect(result?["metrics"]?["readers"]?.arrayValue?.count == 1)
        for metrics in [
            ["readers": [["pull": [:]]]], ["readers": [["periodic": ["exporter": ["otlp": [:]]]]]],
            ["readers": [["pull": ["exporter": ["prometheus": ["port": "${env:PORT}"]]]]]],
        ] as [JSONValue] {
            let object = collector(telemetry: ["metrics": metrics])
            let patch = try JSONPatch(json: .array(try response(object).patch ?? []))
            #expect(
                try patch.applied(to: object)[path: "spec", "config", "service", "telemetry", "metrics"] == metrics)
        }
    }

    @Test("what no default fits is denied with the field")
    func denied() throws {
        let response = try response(collector(endpoint: 9411))
        #expect(!response.isAllowed)
        #expect(response.message == "spec.config.receivers.zipkin.endpoint is 9411, expected a string")
    }

    @Test("but not when it is stored so and something else changes, or when it is being deleted")
    func stored() throws {
        let wrong = collector(endpoint: 9411)
        var labelled = wrong
        labelled["metadata"]?["labels"] = ["a": "b"]
        #expect(try response(labelled, .update, old: wrong) == .allowed())
        #expect(try !response(wrong, .update, old: collector()).isAllowed)
        var going = wrong
        going["metadata"]?["deletionTimestamp"] = "2026-01-02T03:04:05Z"
        #expect(try response(going, .update, old: collector()) == .allowed())
    }
}
