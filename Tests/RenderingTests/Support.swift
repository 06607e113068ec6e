import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// A collector with these members of `spec`.
func collector(
    _ spec: JSONValue, name: String = "otel", namespace: String = "ns", labels: JSONValue = [:],
    annotations: JSONValue = [:]
) -> JSONValue {
    [
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
        "metadata": [
            "name": .string(name), "namespace": .string(namespace), "uid": "u-1", "generation": 7, "labels": labels,
            "annotations": annotations,
        ],
        "spec": spec,
    ]
}

/// What a collector with these members of `spec` becomes.
func render(_ spec: JSONValue, options: RenderingOptions = RenderingOptions(), annotations: JSONValue = [:])
    -> Rendered
{
    CollectorRenderer(options: options).render(collector(spec, annotations: annotations))
}

func draft(_ spec: JSONValue, options: RenderingOptions = RenderingOptions()) throws -> CollectorDraft {
    try CollectorDraft(try OpenTelemetryCollector(collector(spec)), options)
}

func config(_ json: JSONValue) throws -> CollectorConfig { try CollectorConfig(json) }

/// A configuration with one pipeline of these receivers.
func config(receivers: JSONValue, extensions: JSONValue? = nil) -> JSONValue {
    let ids = receivers.objectValue?.keys ?? []
    return .object(compacting: [
        "receivers": receivers, "exporters": ["debug": [:]], "extensions": extensions,
        "service": [
            "extensions": .strings(extensions?.objectValue?.keys ?? []),
            "pipelines": ["metrics": ["receivers": .strings(ids), "exporters": ["debug"]]],
        ],
    ])
}

/// The renderer of a fixture: with what its `options.yaml` says, if it has one.
func renderer(ofFixture name: String) throws -> CollectorRenderer {
    let file = fixtures().appending(path: "\(name)/options.yaml")
    guard FileManager.default.fileExists(atPath: file.path) else { return CollectorRenderer() }
    let json = try YAML.parse(try Data(contentsOf: file))
    var options = RenderingOptions()
    if let missing = json["unserved"]?.arrayValue?.compactMap(\.stringValue) {
        #expect(missing.allSatisfy { name in AvailableAPIs.optional.contains { $0.description == name } })
        options.availableAPIs = AvailableAPIs(AvailableAPIs.optional.filter { !missing.contains($0.description) })
    }
    options.kubernetesVersion = json["kubernetes"].flatMap(KubernetesVersion.init)
    if let name = json["monitorAPI"]?.stringValue {
        options.monitorAPI = try #require(RenderingOptions.MonitorAPI(rawValue: name))
    }
    if let tls = json["tls"] {
        options.tlsProfile = TLSProfile(
            minimumVersion: try #require(tls["minimumVersion"]?.stringValue),
            cipherSuites: tls["cipherSuites"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
    let group = json["volumeGroup"]?.intValue
    return CollectorRenderer(options: options) { _ in group }
}

extension Rendered {
    subscript(_ kind: String, _ name: String) -> JSONValue? {
        objects.first { $0.type.kind == kind && $0.object.name == name }?.object.json
    }

    var deployment: JSONValue? { objects.first { $0.type.kind == "Deployment" }?.object.json }
    var container: JSONValue? {
        deployment?[path: "spec", "template", "spec", "containers"]?[0]
    }

    func reasons(_ severity: Finding.Severity) -> [Finding.Reason] {
        findings.filter { $0.severity == severity }.map(\.reason)
    }
}

extension JSONValue {
    init(json text: String) throws { try self.init(parsing: text) }

    /// The same value with the members of all objects in another order.
    func shuffled(using generator: inout some RandomNumberGenerator) -> JSONValue {
        switch self {
        case .object(let object):
            var members: [JSONObject.Member] = []
            for member in object.members.shuffled(using: &generator) {
                members.append(JSONObject.Member(key: member.key, value: member.value.shuffled(using: &generator)))
            }
            return .object(JSONObject(members: members))
        case .array(let elements):
            return .array(elements.map { $0.shuffled(using: &generator) })
        default: return self
        }
    }

    /// The same value with the members of all objects in the opposite order.
    var reversed: JSONValue {
        switch self {
        case .object(let object):
            .object(
                JSONObject(
                    members: object.members.reversed().map { JSONObject.Member(key: $0.key, value: $0.value.reversed) })
            )
        case .array(let elements): .array(elements.map(\.reversed))
        default: self
        }
    }
}
