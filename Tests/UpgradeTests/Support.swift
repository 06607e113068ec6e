import Document

@testable import Upgrade

/// A collector with that spec, in YAML.
func collector(_ spec: String, version: String = "") throws -> JSONValue {
    var resource: JSONValue = [
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
        "metadata": ["name": "c", "namespace": "ns"], "spec": try YAML.parse(spec),
    ]
    if !version.isEmpty { resource["status"] = ["version": .string(version)] }
    return resource
}

extension CollectorUpgrade {
    var texts: [String] { remarks.map(\.text) }
    var warnings: [String] { remarks.filter(\.isWarning).map(\.text) }
}
