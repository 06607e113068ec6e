import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport

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
