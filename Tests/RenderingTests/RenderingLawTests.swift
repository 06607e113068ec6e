import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// What holds for every collector: the recorded ones, those of the fixtures, and generated ones.
@Suite("Laws of rendering")
struct RenderingLawTests {
    struct Input: Sendable, CustomTestStringConvertible {
        var name: String
        var resource: JSONValue
        var renderer = CollectorRenderer()
        var testDescription: String { name }
    }

    static func written() throws -> [Input] {
        let recorded = try CorpusTests.cases().flatMap { item -> [Input] in
            var given = item.json["given"]?["resource"] ?? .null
            given["metadata"]?["namespace"] = item.json["given"]?["namespace"]
            var stored = item.json["then"]?["resource"] ?? .null
            given["metadata"]?["uid"] = "u"
            stored["metadata"]?["uid"] = "u"
            return [
                Input(name: "\(item.name) given", resource: given),
                Input(name: "\(item.name) stored", resource: stored),
            ]
        }
        let own = try fixtureCases(holding: "input.yaml").map { name in
            let data = try Data(contentsOf: fixtures().appending(path: "\(name)/input.yaml"))
            return Input(name: name, resource: try YAML.parse(data), renderer: try renderer(ofFixture: name))
        }
        return recorded + own
    }

    static let generated: [Input] = (0..<400).map { seed in
        var generator = CollectorGenerator(seed: UInt64(seed))
        return Input(name: "generated \(seed)", resource: generator.generate())
    }

    @Test("the same resource gives the same bytes, whatever the order of its members", arguments: try written())
    func order(_ input: Input) {
        func bytes(_ resource: JSONValue) -> [[UInt8]] {
            input.renderer.render(resource).objects.map { $0.object.json.serialized() }
        }
        let expected = bytes(input.resource)
        #expect(bytes(input.resource) == expected)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<4 {
            let isSame = bytes(input.resource.shuffled(using: &random)) == expected
            #expect(isSame, "\(input.name)")
        }
    }

    @Test("defaults written into the resource change no object", arguments: try written())
    func defaults(_ input: Input) throws {
        let defaulted = try CollectorDefaulting().defaulted(input.resource).resource
        #expect(input.renderer.render(defaulted).objects == input.renderer.render(input.resource).objects)
    }

    @Test("every object is one that Kubernetes takes, and leads only to what is there", arguments: try written())
    func laws(_ input: Input) throws { try check(input) }

    @Test("so it is for 400 generated collectors")
    func generatedLaws() throws {
        for input in Self.generated { try check(input) }
        // The generator must reach what it is for.
        let kinds = Set(Self.generated.flatMap { $0.renderer.render($0.resource).objects.map(\.type) })
        #expect(kinds.isSuperset(of: AvailableAPIs.optional))
    }

    // MARK: - The laws

    private func check(_ input: Input) throws {
        let rendered = input.renderer.render(input.resource)
        #expect(rendered.isComplete, "\(input.name): \(rendered.findings.map(\.message))")
        let laws = Laws(rendered: rendered, sidecar: try? input.renderer.sidecar(of: input.resource))
        for violation in laws.violations { Issue.record("\(input.name): \(violation)") }
    }
}

private struct Laws {
    let rendered: Rendered
    let sidecar: CollectorSidecar?

    var violations: [String] {
        rendered.objects.flatMap { object in
            (metadata(object) + references(object)).map { "\(object.type.kind) \(object.object.name): \($0)" }
        } + twice(rendered.objects.map { "\($0.type) \($0.object.name)" }, "object") + containerPorts
    }

    private func metadata(_ object: RenderedObject) -> [String] {
        var result: [String] = []
        let name = object.object.name
        if !Self.isName(name) { result.append("is no valid name") }
        if object.type == .service || object.type.group == "apps", name.contains(".") { result.append("has a dot") }
        for (key, value) in object.object.labels where !Labels.isValidValue(value) {
            result.append("label \(key) is \(value)")
        }
        if object.object.apiVersion != object.type.apiVersion { result.append("has another version") }
        // The garbage collector knows no owner in a namespace of what is in none.
        let isClusterScoped = [.clusterRole, .clusterRoleBinding].contains(object.type)
        let isOwned =
            isClusterScoped
            ? object.object.annotations[CollectorAnnotationKey.owner] != nil : object.object.controller != nil
        if !isOwned { result.append("has no owner") }
        return result
    }

    /// Source: Kubernetes, "Object Names and IDs", RFC 1123 label.
    private static func isName(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count) && name.first != "-" && name.last != "-"
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    private var container: JSONValue? {
        let workload = rendered.objects.first { $0.type.group == "apps" }?.object.json
        return workload?[path: "spec", "template", "spec", "containers"]?[0] ?? sidecar?.container
    }

    private var containerPorts: [String] {
        let ports = container?["ports"]?.arrayValue ?? []
        let names = ports.compactMap { $0["name"]?.stringValue }
        return twice(names, "container port") + names.filter { !PortName.isValid($0) }.map { "port name \($0)" }
            + twice(
                ports.map { "\($0["containerPort"]?.intValue ?? 0)/\($0["protocol"]?.stringValue ?? "")" },
                "container port")
            + ports.filter { !(1...65535).contains($0["containerPort"]?.intValue ?? 0) }.map { "port \($0)" }
    }

    private func twice(_ texts: [String], _ what: String) -> [String] {
        Dictionary(grouping: texts) { $0 }.filter { $0.value.count > 1 }.map { "\(what) \($0.key) is there twice" }
    }

    private func service(_ type: String) -> [JSONValue] {
        let services = rendered.objects.filter { $0.object.label(Labels.serviceType) == type && $0.type == .service }
        return services.first?.object["spec"]?["ports"]?.arrayValue ?? []
    }

    private func references(_ object: RenderedObject) -> [String] {
        let spec = object.object["spec"]
        func unknown(_ names: [JSONValue?], _ known: [JSONValue?], _ what: String) -> [String] {
            names.filter { !known.contains($0) }.map { "\(what) \($0?.serializedString() ?? "none")" }
        }
        let base = service("base")
        switch object.type {
        case .service:
            let ports = spec?["ports"]?.arrayValue ?? []
            let names = ports.map { $0["name"]?.stringValue ?? "" }
            return twice(names, "port") + names.filter { !PortName.isValid($0) }.map { "port name \($0)" }
                + twice(
                    ports.map { "\($0["port"]?.intValue ?? 0)/\($0["protocol"]?.stringValue ?? "")" }, "port")
                + (ports.isEmpty ? ["has no port"] : [])
        case .ingress:
            let rules = spec?["rules"]?.arrayValue ?? []
            let paths = rules.flatMap { $0[path: "http", "paths"]?.arrayValue ?? [] }
            let places = rules.flatMap { rule in
                (rule[path: "http", "paths"]?.arrayValue ?? []).map {
                    "\(rule["host"]?.stringValue ?? "")\($0["path"]?.stringValue ?? "")"
                }
            }
            return unknown(
                paths.map { $0[path: "backend", "service", "port", "name"] }, base.map { $0["name"] }, "leads to port")
                + twice(places, "place") + (paths.isEmpty ? ["has no path"] : [])
        case .route: return unknown([spec?[path: "port", "targetPort"]], base.map { $0["name"] }, "leads to port")
        case .httpRoute:
            let backends = spec?["rules"]?[0]?["backendRefs"]?.arrayValue ?? []
            return unknown(backends.map { $0["port"] }, base.map { $0["port"] }, "leads to port")
        case .serviceMonitor:
            let type = spec?[path: "selector", "matchLabels"]?[Labels.serviceType]?.stringValue ?? ""
            let endpoints = spec?["endpoints"]?.arrayValue ?? []
            return unknown(endpoints.map { $0["port"] }, service(type).map { $0["name"] }, "scrapes port")
                + (endpoints.isEmpty ? ["scrapes nothing"] : [])
        case .podMonitor, .azurePodMonitor:
            let endpoints = spec?["podMetricsEndpoints"]?.arrayValue ?? []
            let known = container?["ports"]?.arrayValue ?? []
            return unknown(endpoints.map { $0["port"] }, known.map { $0["name"] }, "scrapes port")
                + (endpoints.isEmpty ? ["scrapes nothing"] : [])
                + twice(endpoints.compactMap { $0["port"]?.stringValue }, "endpoint")
        default: return []
        }
    }
}
