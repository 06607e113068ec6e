import Document
import Foundation
import OperatorAPI
import Rendering
import TestSupport
import Testing

@testable import Conversion

/// There and back again is the identity, for whatever resource.
@Suite("Conversion there and back")
struct RoundTripTests {
    @Test("generated v1alpha1 collectors come back", arguments: 0..<300)
    func fromAlpha(seed: Int) throws {
        var generator = CollectorGenerator(seed: seed)
        let written = generator.alpha()
        let stored = try CollectorConversion.v1beta1(from: written)
        let back = try CollectorConversion.v1alpha1(from: stored)
        #expect(
            back == written,
            "seed \(seed): \(back["metadata"]?.serializedString() ?? "") \(ConversionRecord.Change.all(from: written, to: back).map(\.path.description))"
        )
        #expect(
            back[path: "spec", "config"]?.stringValue.map { Array($0.utf8) }
                == written[path: "spec", "config"]?.stringValue.map { Array($0.utf8) })
        #expect(try CollectorConversion.v1beta1(from: back) == stored)
    }

    @Test("generated v1beta1 collectors come back", arguments: 0..<300)
    func fromBeta(seed: Int) throws {
        var generator = CollectorGenerator(seed: seed)
        let written = generator.beta()
        let shown = try CollectorConversion.v1alpha1(from: written)
        let back = try CollectorConversion.v1beta1(from: shown)
        let readable = try ConfigText.read(shown[path: "spec", "config"])
        #expect(readable.problem == nil, "\(readable.problem ?? "") \(shown[path: "spec", "config"] ?? .null)")
        #expect(
            back == written,
            "seed \(seed): \(back["metadata"]?.serializedString() ?? "") \(ConversionRecord.Change.all(from: written, to: back).map(\.path.description))"
        )
        #expect(try CollectorConversion.v1alpha1(from: back) == shown)
    }

    @Test("the order of members does not change what is recorded", arguments: 0..<50)
    func order(seed: Int) throws {
        var generator = CollectorGenerator(seed: seed)
        let written = generator.beta()
        let sorted = written.sortedByKey()
        #expect(
            try CollectorConversion.v1alpha1(from: written)[path: "spec", "config"]
                == CollectorConversion.v1alpha1(from: sorted)[path: "spec", "config"])
        #expect(try CollectorConversion.v1beta1(from: CollectorConversion.v1alpha1(from: sorted)) == written)
    }

    @Test("whatever a text is, it comes back", arguments: 0..<300)
    func texts(seed: Int) throws {
        var generator = CollectorGenerator(seed: seed)
        let written = alpha(spec: ["config": .string(generator.text())])
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(try CollectorConfig(stored[path: "spec", "config"] ?? .null).receivers != nil)
        #expect(try CollectorConversion.v1alpha1(from: stored) == written, "seed \(seed)")
    }

    // MARK: - Recorded collectors

    struct Recorded: Sendable, CustomTestStringConvertible {
        let name: String
        let resource: JSONValue
        var testDescription: String { name }
    }

    static let recorded: [Recorded] = {
        let folder = packageRoot().appending(path: "../shared/corpus/collectors")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().flatMap { name -> [Recorded] in
            guard let data = try? Data(contentsOf: folder.appending(path: name)), let json = try? YAML.parse(data)
            else {
                return []
            }
            let resources = [("given", json[path: "given", "resource"]), ("stored", json[path: "then", "resource"])]
            return resources.compactMap { form, resource in
                resource.map { Recorded(name: "\(name.dropLast(5)) \(form)", resource: $0) }
            }
        }
    }()

    @Test("recorded collectors come back, and render to the same after the trip", arguments: recorded)
    func corpus(_ recorded: Recorded) throws {
        let shown = try CollectorConversion.v1alpha1(from: recorded.resource)
        let back = try CollectorConversion.v1beta1(from: shown)
        #expect(back == recorded.resource)
        #expect(CollectorRenderer().render(back) == CollectorRenderer().render(recorded.resource))
    }

    @Test("recorded collectors that were written as v1alpha1 come back", arguments: recorded)
    func corpusAsAlpha(_ recorded: Recorded) throws {
        var written = try CollectorConversion.v1alpha1(from: recorded.resource)
        var metadata = written["metadata"]
        var annotations = metadata?["annotations"]
        annotations?[CollectorAnnotationKey.conversion] = nil
        metadata?["annotations"] = annotations?.objectValue?.isEmpty == true ? nil : annotations
        written["metadata"] = metadata
        var spec = written["spec"]
        let text = "# mine\n" + (spec?["config"]?.stringValue ?? "")
        spec?["config"] = .string(text)
        written["spec"] = spec

        let converted = try CollectorConversion.v1beta1(from: written)
        #expect(try CollectorConversion.v1alpha1(from: converted) == written)
        guard let stored = try? CollectorDefaulting().defaulted(converted).resource else { return }
        let shown = try CollectorConversion.v1alpha1(from: stored)
        #expect(shown[path: "spec", "config"] == written[path: "spec", "config"])
        #expect(try CollectorConversion.v1beta1(from: shown) == stored)
    }
}

/// Collectors from a seed, with everything that conversion looks at.
struct CollectorGenerator {
    private var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

    private mutating func below(_ end: Int) -> Int { Int(random.next() % UInt64(end)) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    // MARK: - Resources

    mutating func alpha() -> JSONValue {
        var spec = shared()
        spec["config"] = .string(text())
        if chance(30) { spec["minReplicas"] = .int(below(4)) }
        if chance(30) { spec["maxReplicas"] = .int(below(9)) }
        if chance(20) { spec["updateStrategy"] = ["type": "OnDelete"] }
        if chance(30) { spec["observability"] = ["metrics": ["DisablePrometheusAnnotations": .bool(chance(50))]] }
        if chance(40) {
            spec["targetAllocator"] = .object(compacting: [
                "enabled": true, "filterStrategy": .string(pick(["", "relabel-config", "something"])),
                "prometheusCR": chance(50)
                    ? .object(compacting: [
                        "enabled": true, "podMonitorSelector": chance(50) ? ["a": .string(name())] : nil,
                        "serviceMonitorSelector": chance(50) ? [:] : nil, "denyFSAccessThroughSMs": .bool(chance(50)),
                    ]) : nil,
            ])
        }
        return resource(
            "v1alpha1", spec,
            status: chance(50) ? ["version": "0.9.0", "messages": [.string(name())], "replicas": 2] : nil)
    }

    mutating func beta() -> JSONValue {
        var spec = shared()
        spec["config"] = config()
        for (path, value) in KeptTests.unseen where path[0] == "spec" && path.count == 2 && chance(25) {
            spec[path[1]] = value
        }
        if chance(20) { spec["daemonSetUpdateStrategy"] = ["type": "OnDelete"] }
        if chance(30) {
            spec["observability"] = ["metrics": ["disablePrometheusAnnotations": true, "extraLabels": ["a": "b"]]]
        }
        if chance(40) {
            spec["targetAllocator"] = .object(compacting: [
                "enabled": chance(50) ? true : nil, "mtls": chance(50) ? ["enabled": true] : nil,
                "observability": chance(30) ? ["metrics": ["extraLabels": [:]]] : nil,
                "prometheusCR": chance(60)
                    ? .object(compacting: [
                        "podMonitorSelector": chance(50)
                            ? ["matchExpressions": [["key": "a", "operator": "Exists"]]] : nil,
                        "serviceMonitorSelector": chance(50) ? ["matchLabels": ["a": .string(name())]] : nil,
                        "probeSelector": chance(50) ? [:] : nil,
                    ]) : nil,
            ])
        }
        return resource(
            "v1beta1", spec,
            status: chance(50) ? ["version": "0.9.0", "observedGeneration": 2, "conditions": [["type": "Ready"]]] : nil)
    }

    private mutating func resource(_ version: String, _ spec: JSONObject, status: JSONValue?) -> JSONValue {
        .object(compacting: [
            "apiVersion": "opentelemetry.io/\(version)", "kind": "OpenTelemetryCollector",
            "metadata": chance(50) ? ["name": "a"] : ["name": "a", "annotations": ["note": .string(name())]],
            "spec": .object(spec), "status": status,
        ])
    }

    private mutating func shared() -> JSONObject {
        var spec: JSONObject = ["mode": .string(pick(["deployment", "daemonset", "statefulset", "sidecar"]))]
        if chance(30) { spec["replicas"] = .int(below(5)) }
        if chance(30) { spec["autoscaler"] = .object(compacting: ["minReplicas": chance(50) ? .int(below(3)) : nil]) }
        if chance(20) { spec["serviceName"] = .string(name()) }
        if chance(20) { spec["livenessProbe"] = ["periodSeconds": .int(below(9))] }
        if chance(20) { spec["ports"] = [["port": .int(below(60000)), "name": .string(name())]] }
        return spec
    }

    // MARK: - Configurations

    /// As the API server may hold it.
    mutating func config() -> JSONValue {
        var config: JSONObject = ["receivers": section(), "exporters": section()]
        for key in ["processors", "connectors", "extensions", "unknown"] where chance(20) { config[key] = section() }
        var service: JSONObject = [:]
        if chance(30) { service["extensions"] = ids() }
        if chance(30) { service["telemetry"] = section() }
        var pipelines: JSONObject = [:]
        for _ in 0..<below(3) {
            pipelines[name()] = .object(compacting: [
                "receivers": ids(), "processors": chance(40) ? ids() : nil, "exporters": ids(),
            ])
        }
        service["pipelines"] = .object(pipelines)
        config["service"] = .object(service)
        return .object(config)
    }

    private mutating func section() -> JSONValue {
        var section: JSONObject = [:]
        for _ in 0..<below(4) { section[name()] = value(depth: 3) }
        return .object(section)
    }

    private mutating func ids() -> JSONValue { .strings((0..<below(3)).map { _ in name() }) }

    private mutating func name() -> String {
        pick([
            "otlp", "otlp/2", "debug", "y", "no", "10", "0644", "1e3", "true", "null", "a b", "#", "한국어", "x: y", "~",
        ])
    }

    private mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 8 : 5) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2:
            return .number(
                JSONNumber(
                    validText: pick([
                        "0", "-0", "1", "1.0", "1e3", "1000000", "2500000000", "9007199254740993", "1.5e-7",
                        "12345678901234567890", "1e300", "0.1", "-7.25",
                    ])))
        case 3, 4:
            return .string(
                pick([
                    "", "a", "yes", "off", "1e3", "08", "007", ".inf", ".nan", "2020-01-01", "12:30:45", "a: b", "- a",
                    "l1\nl2", "l1\nl2\n", "a\n\n", " lead\nz", "\ttab", "a\r\nb", "${env:X}:4317", "#", "<<", "=",
                    "\u{7}",
                    "é", "\u{2028}", "{{ .x }}", "^.*(a|b)$", "trailing ", "?", "!a", "*a", "&a", "%a", "@", "`",
                ]))
        case 5: return .array((0..<below(4)).map { _ in value(depth: depth - 1) })
        default:
            var object: JSONObject = [:]
            for _ in 0..<below(4) { object[name()] = value(depth: depth - 1) }
            return .object(object)
        }
    }

    /// A text as people write it, and as they should not.
    mutating func text() -> String {
        switch below(10) {
        case 0:
            return pick([
                "", "null", "a: [", "a: 1\na: 2", "just words", "[1]", "receivers: 3", "{}", "\u{0}", "a: .inf",
            ])
        case 1: return "# comment\n" + ConfigYAML.text(config())
        case 2: return YAML.serialized(config())
        case 3: return config().serializedPretty()
        case 4: return ConfigYAML.text(config()) + "---\nsecond: document\n"
        case 5: return "\r\n" + ConfigYAML.text(config()) + "\r\n"
        case 6:
            return
                "a: &a {x: 1}\nreceivers: {b: {<<: *a, y: yes, z: 0x1F}, c: *a}\nservice: {pipelines: {traces: null}}\n"
        case 7:
            return
                "receivers: {10: , true: {}, n: !mine 5}\nservice: {extensions: [1], pipelines: {1: {receivers: [2]}}}"
        default: return ConfigYAML.text(config())
        }
    }
}
