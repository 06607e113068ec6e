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
///
/// - Caveats: the schema of the custom resource is not consulted, but for what the operator itself must be able to read. A
///   field that no version of the API has is passed over, as it is for an API server that does not validate strictly.
struct ManifestRendering {
    var options = RenderingOptions()
    /// Components that no collector may use.
    var forbidden = ComponentDenyList.none
    /// Of collectors that name none.
    var namespace: String
    /// The collectors that a cluster has already, as v1beta1: objects are owned by them, and manifests change them.
    var stored: [ObjectKey: KubeObject] = [:]
    /// Namespaces of a cluster that admit only pods of the level `restricted`. What the manifests' own Namespaces say wins.
    var restrictedNamespaces: Set<String> = []
    /// The operator's collector version.
    var collectorVersion = Version.reference

    /// The collectors of manifests, those whose names no API server would take left out. Each once, in their order.
    func keys(_ manifests: [Manifest]) -> [ObjectKey] {
        var keys: [ObjectKey] = []
        for object in manifests.flatMap({ ManifestObject.all(in: $0.document) }) {
            guard object.isOf(.openTelemetryCollector) else { continue }
            let key = placed(object).key
            if Self.nameFault(key) == nil, !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    func run(_ manifests: [Manifest]) -> RenderReport {
        var report = RenderReport()
        let restricted = restrictedNamespaces(with: manifests)
        var origins: [ObjectKey: (manifest: Manifest, index: Int)] = [:]
        for manifest in manifests {
            for (index, object) in ManifestObject.all(in: manifest.document).enumerated() {
                guard object.isOf(.openTelemetryCollector) else {
                    report.others.append(object.json)
                    continue
                }
                var result = collector(object, restricted: restricted)
                let key = result.key
                if let origin = origins.updateValue((manifest, index), forKey: key) {
                    let place = origin.manifest.place(ofObject: origin.index)
                    result.remarks.append(.init(.error, "is in \(place), too: the two would undo each other's objects"))
                }
                result.place = { remark in
                    guard let field = remark.field else { return manifest.place(ofObject: index, for: remark.text) }
                    return manifest.place(ofObject: index, field: field, line: remark.line)
                }
                report.collectors.append(result)
            }
        }
        return report
    }

    private func restrictedNamespaces(with manifests: [Manifest]) -> Set<String> {
        var result = restrictedNamespaces
        for object in manifests.flatMap({ ManifestObject.all(in: $0.document) }) where object.isOf(.namespace) {
            result.follow(object.object)
        }
        return result
    }

    private func collector(_ object: ManifestObject, restricted: Set<String>) -> RenderedCollector {
        var resource = placed(object)
        if let uid = stored[resource.key]?.uid { resource.json["metadata"]?["uid"] = .string(uid) }
        var result = RenderedCollector(key: resource.key, isNamespaceAssumed: object.object.namespace.isEmpty)
        do throws(Rejection) {
            try render(resource.json, into: &result, isRestricted: restricted.contains(resource.key.namespace))
        } catch {
            result.remarks.append(.init(.error, error.text, field: error.field, line: error.line))
        }
        return result
    }

    /// The object as it would be sent: with a namespace, and with what a list around it says.
    private func placed(_ object: ManifestObject) -> KubeObject {
        var result = object.object
        var metadata = result.metadata
        if result.namespace.isEmpty { metadata["namespace"] = .string(namespace) }
        result["metadata"] = metadata
        result["apiVersion"] = .string(object.apiVersion)
        result["kind"] = .string(object.kind)
        return result
    }

    private struct Rejection: Error {
        var text: String
        /// The path of the field that is wrong, where the text does not name it.
        var field: String?
        /// Of the text that the field holds.
        var line: Int?
    }

    /// Names become parts of paths, in a folder and at an API server.
    private static func nameFault(_ key: ObjectKey) -> Rejection? {
        func quoted(_ text: String) -> String { JSONValue.string(text).serializedString() }
        if key.name.isEmpty { return Rejection(text: "metadata.name is missing", field: "metadata") }
        if !ResourceName.isSubdomain(key.name) {
            return Rejection(
                text: "metadata.name is \(quoted(key.name)), expected \(ResourceName.subdomainRule)",
                field: "metadata.name")
        }
        if !ResourceName.isLabel(key.namespace) {
            return Rejection(
                text: "metadata.namespace is \(quoted(key.namespace)), expected \(ResourceName.labelRule)",
                field: "metadata.namespace")
        }
        return nil
    }

    private func render(
        _ resource: JSONValue, into result: inout RenderedCollector, isRestricted: Bool
    ) throws(Rejection) {
        if let fault = Self.nameFault(result.key) { throw fault }
        var resource = try converted(resource)
        try requireConfig(of: resource)
        upgrade(&resource, &result)
        do throws(FieldError) {
            resource = try CollectorDefaulting().defaulted(resource).resource
        } catch {
            throw Rejection(text: "\(error)")
        }
        let verdict = CollectorValidation(options: options, forbidden: forbidden)
            .verdict(on: resource, replacing: stored[result.key]?.json)
        if let denial = verdict.denial { throw Rejection(text: denial, field: verdict.deniedField) }
        if resource[path: "spec", "managementState"] == "unmanaged" {
            result.remarks.append(.init(.note, "spec.managementState is unmanaged: the operator makes no objects"))
            return
        }
        var options = options
        options.enforcesRestrictedPods = isRestricted
        let rendered = CollectorRenderer(options: options).render(resource)
        for finding in rendered.findings { result.add(finding) }
        for warning in verdict.warnings { result.add(.init(.warning, warning)) }
        if rendered.isComplete { result.objects = rendered.objects }
    }

    private func converted(_ resource: JSONValue) throws(Rejection) -> JSONValue {
        if let error = CollectorConversion.configSyntaxError(of: resource), let position = error.position {
            throw Rejection(
                text: "spec.config cannot be read: \(error.message) (column \(position.column) of the text)",
                field: "spec.config", line: position.line)
        }
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
