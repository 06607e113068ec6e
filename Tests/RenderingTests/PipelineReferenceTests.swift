import Document
import Testing

@testable import Rendering

@Suite("Names in the service of a configuration")
struct PipelineReferenceTests {
    private func problems(_ json: JSONValue) throws -> [String] {
        try PipelineReferences(config(json)).problems
    }

    private func problems(pipelines: JSONValue, extensions: JSONValue = []) throws -> [String] {
        try problems([
            "receivers": ["otlp": [:], "otlp/two": .null], "processors": ["batch": [:]], "exporters": ["debug": [:]],
            "connectors": ["spanmetrics": [:]], "extensions": ["health_check": [:]],
            "service": ["extensions": extensions, "pipelines": pipelines],
        ])
    }

    @Test("nothing is said of what is there: connectors at both ends, components without settings, every signal")
    func complete() throws {
        let whole: JSONValue = ["receivers": ["otlp", "otlp/two"], "processors": ["batch"], "exporters": ["debug"]]
        let problems = try problems(
            pipelines: [
                "traces": ["receivers": ["otlp"], "exporters": ["spanmetrics"]],
                "metrics/red": ["receivers": ["spanmetrics"], "exporters": ["debug"]], "logs": whole,
                "profiles/a/b": whole, "metrics": .null,
            ], extensions: ["health_check"])
        #expect(problems == [])
        #expect(try self.problems([:]) == [])
    }

    @Test("a component that is configured nowhere, or only as another kind, is named with its place, once")
    func missing() throws {
        let problems = try problems(
            pipelines: [
                "traces": [
                    "receivers": ["otlp", "debug"], "processors": ["batch", "batch/2", "spanmetrics"],
                    "exporters": ["debug", "nope", "nope"],
                ],
                "logs": ["receivers": ["otlp"], "exporters": ["otlp"]],
            ], extensions: ["health_check", "pprof"])
        let path = "spec.config.service"
        let end = ": the collector will not start"
        #expect(
            problems == [
                "\(path).extensions names \"pprof\", which spec.config.extensions does not have\(end)",
                "\(path).pipelines.logs.exporters names \"otlp\", which neither spec.config.exporters nor spec.config.connectors has\(end)",
                "\(path).pipelines.traces.receivers names \"debug\", which neither spec.config.receivers nor spec.config.connectors has\(end)",
                "\(path).pipelines.traces.processors names \"batch/2\", which spec.config.processors does not have\(end)",
                "\(path).pipelines.traces.processors names \"spanmetrics\", which spec.config.processors does not have\(end)",
                "\(path).pipelines.traces.exporters names \"nope\", which neither spec.config.exporters nor spec.config.connectors has\(end)",
            ])
    }

    @Test("a pipeline for a signal that is none is named", arguments: ["foo", "trace", "Traces", "foo/traces", ""])
    func signal(name: String) throws {
        let pipeline: JSONValue = ["receivers": ["otlp"], "exporters": ["debug"]]
        let problems = try problems(pipelines: .object([name: pipeline]))
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("spec.config.service.pipelines.\(name) is a pipeline for \"") == true)
    }

    @Test("what the collector itself replaces is not judged, and spaces around names do not count for it")
    func spelling() throws {
        let pipeline: JSONValue = ["receivers": ["otlp / two", "${env:RECEIVER}"], "exporters": [" debug "]]
        #expect(try problems(pipelines: ["traces / a": pipeline, "${env:SIGNAL}": pipeline]) == [])
    }

    private func spec(_ arguments: JSONValue = [:], mode: String = "deployment") -> JSONValue {
        [
            "mode": .string(mode), "args": arguments,
            "config": [
                "receivers": ["otlp": ["protocols": ["grpc": [:]]]], "exporters": ["debug": [:]],
                "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug", "nope"]]]],
            ],
        ]
    }

    @Test("they are warnings: the objects are made all the same", arguments: ["deployment", "sidecar"])
    func finding(mode: String) {
        let rendered = CollectorRenderer().render(collector(spec(mode: mode)))
        #expect(rendered.isComplete)
        #expect(!rendered.objects.isEmpty)
        #expect(rendered.findings.map(\.reason) == [.invalidConfig])
        #expect(rendered.findings.map(\.severity) == [.warning])
    }

    @Test("nothing is said where arguments add to the configuration")
    func arguments() {
        let renderer = CollectorRenderer()
        #expect(renderer.render(collector(spec(["set": "exporters.nope.x=1"]))).findings == [])
        #expect(renderer.render(collector(spec(["config": "/more.yaml"], mode: "sidecar"))).findings == [])
        // The operator's own is the only one of a workload.
        #expect(renderer.render(collector(spec(["config": "/more.yaml"]))).findings.count == 1)
    }
}
