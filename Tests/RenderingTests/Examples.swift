import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// What stands under `examples/`.
enum Examples {
    static let folder = packageRoot().appending(path: "examples")

    /// Every manifest of every example, by its path below `examples/`.
    static func manifests() throws -> [(file: String, object: JSONValue)] {
        let paths = FileManager.default.enumerator(atPath: folder.path())?.allObjects.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".yaml") }.sorted().flatMap { path in
            try objects(path).map { (file: path, object: $0) }
        }
    }

    static func objects(_ path: String) throws -> [JSONValue] {
        try YAML.parseAll(String(contentsOf: folder.appending(path: path), encoding: .utf8)).filter { !$0.isNull }
    }

    static func collectors() throws -> [(file: String, object: JSONValue)] {
        try manifests().filter { $0.object["kind"] == "OpenTelemetryCollector" }
    }

    /// A collector as it is stored after `kubectl apply`: with defaults, and admitted without a word.
    static func applied(_ resource: JSONValue, at place: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let defaulted = try CollectorDefaulting().defaulted(resource).resource
        let verdict = CollectorValidation(options: RenderingOptions()).verdict(on: defaulted)
        #expect(verdict.denial == nil, sourceLocation: place)
        #expect(verdict.warnings == [], sourceLocation: place)
        return defaulted
    }

    /// The collector's container, be it in a workload's pods or in those of others.
    static func container(_ resource: JSONValue, _ rendered: Rendered) throws -> JSONValue? {
        if resource["spec"]?["mode"] == "sidecar" {
            return try CollectorRenderer().sidecar(of: resource).container
        }
        let template = rendered.objects.compactMap { $0.object.json[path: "spec", "template", "spec"] }.first
        return template?["containers"]?.arrayValue?.first { $0["name"] == "otc-container" }
    }
}
