import Conversion
import Document
import KubeModel
import Manifests
import OperatorAPI
import Rendering
import Upgrade

/// Renders the collectors of manifests as the operator would when they are applied. Pure.
///
/// Expected flow, for each collector: conversion to v1beta1 → upgrade, when its status says that it is due → defaults →
/// validation → objects.
struct ManifestRendering {
    var options = RenderingOptions()
    /// Components that no collector may use.
    var forbidden = ComponentDenyList.none
    /// Of collectors that name none.
    var namespace: String
    /// The uids of collectors that a cluster has already: their objects are owned by them.
    var uids: [ObjectKey: String] = [:]
    /// The operator's collector version.
    var collectorVersion = Version.reference

    func run(_ manifests: [Manifest]) -> RenderReport {
        var report = RenderReport()
        var origins: [ObjectKey: (manifest: Manifest, index: Int)] = [:]
        for manifest in manifests {
            for (index, object) in ManifestObject.all(in: manifest.document).enumerated() {
                guard object.isOf(.openTelemetryCollector) else {
                    report.others.append(object.json)
                    continue
                }
                var result = collector(object)
                let key = result.key
                if let origin = origins.updateValue((manifest, index), forKey: key) {
                    let place = origin.manifest.place(ofObject: origin.index)
                    result.remarks.append(.init(.error, "is in \(place), too: the two would undo each other's objects"))
                }
                result.place = { manifest.place(ofObject: index, for: $0) }
                report.collectors.append(result)
            }
        }
        return report
    }

    private func collector(_ object: ManifestObject) -> RenderedCollector {
        var json = object.json
        var metadata = object.object.metadata
        let isAssumed = object.object.namespace.isEmpty
        if isAssumed { metadata["namespace"] = .string(namespace) }
        if let uid = uids[KubeObject(["metadata": metadata]).key] { metadata["uid"] = .string(uid) }
        json["metadata"] = metadata
        json["apiVersion"] = .string(object.apiVersion)
        json["kind"] = .string(object.kind)
        var result = RenderedCollector(key: KubeObject(json).key, isNamespaceAssumed: isAssumed)
        do throws(Rejection) {
            try render(json, into: &result)
        } catch {
            result.remarks.append(.init(.error, error.text))
        }
        return result
    }

    private struct Rejection: Error { var text: String }

    private func render(_ resource: JSONValue, into result: inout RenderedCollector) throws(Rejection) {
        guard !result.key.name.isEmpty else { throw Rejection(text: "metadata.name is missing") }
        var resource = try converted(resource)
        try requireConfig(of: resource)
        upgrade(&resource, &result)
        do throws(FieldError) {
            resource = try CollectorDefaulting().defaulted(resource).resource
        } catch {
            throw Rejection(text: "\(error)")
        }
        let verdict = CollectorValidation(options: options, forbidden: forbidden).verdict(on: resource)
        if let denial = verdict.denial { throw Rejection(text: denial) }
        if resource[path: "spec", "managementState"] == "unmanaged" {
            result.remarks.append(.init(.note, "spec.managementState is unmanaged: the operator makes no objects"))
            return
        }
        let rendered = CollectorRenderer(options: options).render(resource)
        for finding in rendered.findings { result.add(finding) }
        for warning in verdict.warnings { result.add(.init(.warning, warning)) }
        if rendered.isComplete { result.objects = rendered.objects }
    }

    private func converted(_ resource: JSONValue) throws(Rejection) -> JSONValue {
        do throws(ConversionError) {
            return try CollectorConversion.v1beta1(from: resource)
        } catch {
            throw Rejection(text: "\(error)")
        }
    }

    /// What the schema requires of the API server, and the operator does without.
    private func requireConfig(of resource: JSONValue) throws(Rejection) {
        let config = resource[path: "spec", "config"]
        guard config?.objectValue != nil else {
            throw Rejection(
                text: "spec.config is \(config?.kindDescription ?? "missing"), expected the collector's configuration")
        }
        let required = [
            ("receivers", config?["receivers"]), ("exporters", config?["exporters"]), ("service", config?["service"]),
            ("service.pipelines", config?[path: "service", "pipelines"]),
        ]
        for (part, value) in required where value?.objectValue == nil {
            throw Rejection(
                text: "spec.config.\(part) is \(value?.kindDescription ?? "missing"), expected an object")
        }
    }

    /// A manifest of a cluster may be at an older version, from which the operator would upgrade it first.
    private func upgrade(_ resource: inout JSONValue, _ result: inout RenderedCollector) {
        guard resource[path: "spec", "managementState"] != "unmanaged",
            case .older(let version) = VersionStanding(of: resource, to: collectorVersion)
        else { return }
        let upgrade = CollectorUpgrade(of: resource, from: version, to: collectorVersion)
        resource = upgrade.resource
        for remark in upgrade.remarks { result.add(.init(.warning, "upgraded for \(remark.sentence)")) }
        if let obstacle = upgrade.obstacle {
            result.add(.init(.warning, "not upgraded to \(obstacle.version): \(obstacle.text)"))
        }
    }
}
