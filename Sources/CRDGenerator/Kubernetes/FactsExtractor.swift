import Document

/// Takes the structure of types out of an OpenAPI v2 document, without its texts.
struct FactsExtractor {
    private let definitions: JSONObject

    /// The types that our resources embed; what these refer to follows.
    static let roots = [
        "apps.v1.DaemonSetUpdateStrategy", "apps.v1.DeploymentStrategy",
        "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
        "autoscaling.v2.HorizontalPodAutoscalerBehavior", "autoscaling.v2.PodsMetricSource",
        "core.v1.Affinity", "core.v1.Container", "core.v1.EnvFromSource", "core.v1.EnvVar", "core.v1.HostAlias",
        "core.v1.Lifecycle", "core.v1.PersistentVolumeClaimSpec", "core.v1.PersistentVolumeClaimStatus",
        "core.v1.PodDNSConfig", "core.v1.PodSecurityContext", "core.v1.ResourceRequirements",
        "core.v1.SecurityContext", "core.v1.ServicePort", "core.v1.SessionAffinityConfig", "core.v1.Toleration",
        "core.v1.TopologySpreadConstraint", "core.v1.Volume", "core.v1.VolumeMount", "meta.v1.Condition",
        "meta.v1.LabelSelector", "networking.v1.IngressTLS",
    ]

    init(openAPI bytes: [UInt8]) throws {
        guard let definitions = try JSONValue(parsing: bytes)["definitions"]?.objectValue else {
            throw FileError(description: "could not find definitions in the OpenAPI document")
        }
        self.definitions = definitions
    }

    /// The lines of `kubernetesFacts` for these types and all that they refer to, sorted by type.
    func text(for roots: [String]) throws(FileError) -> String {
        var types: [String: JSONValue] = [:]
        var waiting = roots
        while let root = waiting.popLast() {
            let short = Self.shortName(root)
            guard types[short] == nil else { continue }
            let match = definitions.first { $0.key == root || $0.key.hasSuffix("." + root) }
            guard let definition = match?.value else {
                throw FileError(description: "could not find the type \(root) in the OpenAPI document")
            }
            types[short] = definition
            for property in definition["properties"]?.objectValue ?? [:] {
                if let reference = Self.reference(in: property.value) { waiting.append(reference) }
            }
        }
        return types.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .flatMap { Self.lines(of: $0.key, $0.value) }
            .joined(separator: "\n")
    }

    static func swiftFile(_ facts: String) -> String {
        """
        /// What the Kubernetes API document says about the types that our resources embed: names, types, required fields and
        /// how lists and maps merge. Written by `CRDGenerator extract-facts`; not to be edited by hand.
        ///
        /// A type stands at the start of a line, its fields below it. `!` marks a required field, `[T]` a list, `{T}` a map;
        /// after the type stands how server-side apply merges it.
        ///
        /// Source: the OpenAPI v2 document of Kubernetes 1.36.
        let kubernetesFacts = \"""
        \(facts.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            \"""

        """
    }

    private static func lines(of name: String, _ definition: JSONValue) -> [String] {
        let required = (definition["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        let mapType = definition["x-kubernetes-map-type"]?.stringValue
        let properties = definition["properties"]?.objectValue?.sortedByKey() ?? [:]
        return [name + (mapType.map { " " + $0 } ?? "")]
            + properties.map { property in
                let marked = property.key + (required.contains(property.key) ? "!" : "")
                return (["  " + marked, type(of: property.value)] + merge(of: property.value)).joined(separator: " ")
            }
    }

    private static func merge(of property: JSONValue) -> [String] {
        if let mapType = property["x-kubernetes-map-type"]?.stringValue { return [mapType] }
        guard let listType = property["x-kubernetes-list-type"]?.stringValue else { return [] }
        let keys = (property["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
        return [keys.isEmpty ? listType : "\(listType)(\(keys.joined(separator: ",")))"]
    }

    private static func type(of schema: JSONValue) -> String {
        if let reference = schema["$ref"]?.stringValue {
            return builtin[shortName(reference)] ?? shortName(reference)
        }
        if let items = schema["items"] { return "[\(type(of: items))]" }
        if let values = schema["additionalProperties"] { return "{\(type(of: values))}" }
        let name = schema["type"]?.stringValue ?? "object"
        return name == "integer" ? schema["format"]?.stringValue ?? name : name
    }

    /// The type that a property leads to, unless it is one that the schema language has itself.
    private static func reference(in schema: JSONValue) -> String? {
        if let reference = schema["$ref"]?.stringValue {
            guard builtin[shortName(reference)] == nil else { return nil }
            return reference.split(separator: "/").last.map(String.init)
        }
        if let items = schema["items"] { return reference(in: items) }
        return schema["additionalProperties"].flatMap(reference)
    }

    private static let builtin = [
        "IntOrString": "int-or-string", "ObjectMeta": "metadata", "Quantity": "quantity", "Time": "time",
    ]

    private static func shortName(_ name: String) -> String {
        name.split { $0 == "." || $0 == "/" }.last.map(String.init) ?? name
    }
}
