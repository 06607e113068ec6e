import Document
import Testing

@testable import CRDGenerator

/// What API servers from 1.20 to 1.36 demand of a schema, and what we demand for `kubectl explain`.
@Suite("Schemas")
struct SchemaRulesTests {
    @Test("every node has a type or is int-or-string", arguments: ResourceDefinition.all)
    func typed(definition: ResourceDefinition) {
        let untyped = SchemaNode.all(in: definition.json).filter { node in
            node.schema["x-kubernetes-int-or-string"] == true
                ? node.schema["type"] != nil || node.schema["anyOf"] == nil : node.schema["type"] == nil
        }
        #expect(untyped.isEmpty)
    }

    @Test("no default is an empty text: 1.20 refuses it", arguments: ResourceDefinition.all)
    func noEmptyDefault(definition: ResourceDefinition) {
        #expect(SchemaNode.all(in: definition.json).filter { $0.schema["default"] == "" }.isEmpty)
    }

    @Test("every field is described by a sentence", arguments: ResourceDefinition.all)
    func described(definition: ResourceDefinition) {
        let nodes = SchemaNode.all(in: definition.json).filter { $0.isField && $0.path != ".metadata" }
        #expect(nodes.count > 300)
        let poor = nodes.filter { node in
            guard let text = node.schema["description"]?.stringValue else { return true }
            return text.count < 6 || !text.hasSuffix(".") || text.contains("  ")
        }
        #expect(poor.isEmpty)
    }

    @Test("metadata has a type and nothing else: the API server refuses more", arguments: ResourceDefinition.all)
    func metadata(definition: ResourceDefinition) {
        let metadata = SchemaNode.all(in: definition.json).first { $0.path == ".metadata" }
        #expect(metadata?.schema == ["type": "object"])
    }

    @Test("a default is one of the values that are allowed", arguments: ResourceDefinition.all)
    func defaultsAreValid(definition: ResourceDefinition) {
        for node in SchemaNode.all(in: definition.json) {
            guard let value = node.schema["default"] else { continue }
            if let allowed = node.schema["enum"]?.arrayValue { #expect(allowed.contains(value), "\(node.path)") }
            let kind: JSONValue =
                switch value {
                case .string: "string"
                case .bool: "boolean"
                case .number: "integer"
                case .object: "object"
                default: "nothing that may be a default here"
                }
            #expect(node.schema["type"] == kind, "\(node.path)")
        }
    }

    @Test("the keys of a list of type map are required or have a default", arguments: ResourceDefinition.all)
    func listMapKeys(definition: ResourceDefinition) {
        for node in SchemaNode.all(in: definition.json) where node.schema["x-kubernetes-list-type"] == "map" {
            let keys = (node.schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(!keys.isEmpty, "\(node.path)")
            let required = node.schema[path: "items", "required"]?.arrayValue ?? []
            for key in keys {
                let hasDefault = node.schema[path: "items", "properties", key, "default"] != nil
                #expect(required.contains(.string(key)) || hasDefault, "\(node.path) \(key)")
            }
        }
    }

    @Test("required fields exist", arguments: ResourceDefinition.all)
    func requiredFieldsExist(definition: ResourceDefinition) {
        for node in SchemaNode.all(in: definition.json) {
            for name in (node.schema["required"]?.arrayValue ?? []).compactMap(\.stringValue) {
                #expect(node.schema[path: "properties", name] != nil, "\(node.path).\(name)")
            }
        }
    }

    /// `kubectl apply` keeps the whole object in an annotation of at most 262,144 bytes. The collector gets a second
    /// version with the same structure, of about 80,000 bytes, so half of the room is not to be used up now.
    @Test("client-side apply has room for the definition", arguments: ResourceDefinition.all)
    func size(definition: ResourceDefinition) {
        #expect(definition.json.serialized().count < 180_000)
    }

    @Test("the sidecar rules ask whether a field is there before they read it")
    func rulesTestPresence() throws {
        let spec = try #require(SchemaNode.all(in: ResourceDefinition.collector.json).first { $0.path == ".spec" })
        let rules = (spec.schema["x-kubernetes-validations"]?.arrayValue ?? []).compactMap { $0["rule"]?.stringValue }
        #expect(rules.count == 4)
        for rule in rules {
            var asked: Set<Substring> = []
            for clause in rule.split(separator: " || ") {
                let field = try #require(clause.firstMatch(of: /self\.([A-Za-z]+)/)?.1)
                if clause.hasPrefix("!has(") { asked.insert(field) } else { #expect(asked.contains(field), "\(rule)") }
            }
        }
    }
}

@Suite("Kubernetes types")
struct KubernetesTypesTests {
    @Test("every field of every type is described, and nothing else is")
    func descriptionsMatchFacts() {
        let facts = FactsTable.kubernetes.types
        #expect(facts.count > 100)
        for (type, structure) in facts {
            for field in structure.fields {
                #expect(DescriptionTable.kubernetes[type, field.name] != nil, "\(type).\(field.name)")
            }
        }
        let names = Set(facts.values.flatMap { $0.fields.map(\.name) })
        for (type, fields) in DescriptionTable.kubernetes.entries {
            for name in fields.keys {
                let isKnown =
                    type == "*" ? names.contains(name) : facts[type]?.fields.contains { $0.name == name } == true
                #expect(isKnown, "\(type).\(name) is described and does not exist")
            }
        }
    }

    @Test("a container keeps lists as Kubernetes merges them")
    func containerLists() {
        let container = Schema.kubernetes("Container").json()
        #expect(container[path: "properties", "env", "x-kubernetes-list-map-keys"] == ["name"])
        #expect(
            container[path: "properties", "ports", "x-kubernetes-list-map-keys"] == ["containerPort", "protocol"])
        #expect(container[path: "properties", "ports", "items", "properties", "protocol", "default"] == "TCP")
        #expect(container[path: "properties", "args", "x-kubernetes-list-type"] == "atomic")
        #expect(container["required"] == ["name"])
    }

    @Test(
        "the pattern of quantities takes what Kubernetes takes",
        arguments: [
            ("500m", true), ("128Mi", true), ("1", true), ("0.5", true), (".5", true), ("1e3", true), ("-1E-2", true),
            ("1.5Gi", true), ("", false), ("Mi", false), ("1 Gi", false), ("1KB", false), ("1e", false), ("ki", false),
        ])
    func quantities(text: String, isValid: Bool) throws {
        #expect((try Regex(Schema.quantityPattern).firstMatch(in: text) != nil) == isValid)
    }
}
