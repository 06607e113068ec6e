import Document
import Testing

@testable import CRDGenerator

/// A node of a schema with its path, such as `.spec.env[].name`.
struct SchemaNode: CustomTestStringConvertible {
    var path: String
    var schema: JSONValue
    /// Whether it is a named field, as opposed to an item of a list or a value of a map.
    var isField: Bool

    var testDescription: String { path }

    /// This node and all below it.
    static func all(in definition: JSONValue, version: String? = nil) -> [SchemaNode] {
        let versions = definition[path: "spec", "versions"]?.arrayValue ?? []
        let chosen = version.flatMap { name in versions.first { $0["name"] == .string(name) } } ?? versions.first
        guard let root = chosen?[path: "schema", "openAPIV3Schema"] else { return [] }
        return below(SchemaNode(path: "", schema: root, isField: true))
    }

    private static func below(_ node: SchemaNode) -> [SchemaNode] {
        var nodes = [node]
        for property in node.schema["properties"]?.objectValue ?? [:] {
            nodes += below(SchemaNode(path: "\(node.path).\(property.key)", schema: property.value, isField: true))
        }
        if let items = node.schema["items"] {
            nodes += below(SchemaNode(path: node.path + "[]", schema: items, isField: false))
        }
        if let values = node.schema["additionalProperties"], values.objectValue != nil {
            nodes += below(SchemaNode(path: node.path + "{}", schema: values, isField: false))
        }
        return nodes
    }
}

extension ResourceDefinition: CustomTestStringConvertible {
    public var testDescription: String { kind }

    static let all = [ResourceDefinition.instrumentation, .collector]
}

/// One version of a definition.
struct DefinedVersion: CustomTestStringConvertible {
    var definition: ResourceDefinition
    var name: String

    var testDescription: String { "\(definition.kind) \(name)" }
    var nodes: [SchemaNode] { SchemaNode.all(in: definition.json, version: name) }

    static let all = ResourceDefinition.all.flatMap { definition in
        definition.versions.map { DefinedVersion(definition: definition, name: $0.name) }
    }
}
