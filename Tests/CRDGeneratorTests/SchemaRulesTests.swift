import Document
import Testing

@testable import CRDGenerator

/// What API servers from 1.20 to 1.36 demand of a schema, and what we demand for `kubectl explain`.
@Suite("Schemas")
struct SchemaRulesTests {
    @Test("every node has a type or is int-or-string", arguments: DefinedVersion.all)
    func typed(version: DefinedVersion) {
        let untyped = version.nodes.filter { node in
            node.schema["x-kubernetes-int-or-string"] == true
                ? node.schema["type"] != nil || node.schema["anyOf"] == nil : node.schema["type"] == nil
        }
        #expect(untyped.isEmpty)
    }

    @Test("no default is an empty text: 1.20 refuses it", arguments: DefinedVersion.all)
    func noEmptyDefault(version: DefinedVersion) {
        #expect(version.nodes.filter { $0.schema["default"] == "" }.isEmpty)
    }

    @Test(
        "every field is described by a sentence, save in a version that is on its way out",
        arguments: DefinedVersion.all)
    func described(version: DefinedVersion) {
        let nodes = version.nodes.filter { $0.isField && $0.path != ".metadata" }
        #expect(nodes.count > 300)
        if version.definition.versions.contains(where: { $0.name == version.name && $0.deprecationWarning != nil }) {
            #expect(nodes.allSatisfy { $0.path.isEmpty || $0.schema["description"] == nil })
            return
        }
        let poor = nodes.filter { node in
            guard let text = node.schema["description"]?.stringValue else { return true }
            return text.count < 6 || !text.hasSuffix(".") || text.contains("  ")
        }
        #expect(poor.isEmpty)
    }

    @Test("metadata has a type and nothing else: the API server refuses more", arguments: DefinedVersion.all)
    func metadata(version: DefinedVersion) {
        let metadata = version.nodes.first { $0.path == ".metadata" }
        #expect(metadata?.schema == ["type": "object"])
    }

    @Test("a default is one of the values that are allowed", arguments: DefinedVersion.all)
    func defaultsAreValid(version: DefinedVersion) {
        for node in version.nodes {
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

    @Test("the keys of a list of type map are required or have a default", arguments: DefinedVersion.all)
    func listMapKeys(version: DefinedVersion) {
        for node in version.nodes where node.schema["x-kubernetes-list-type"] == "map" {
            let keys = (node.schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(!keys.isEmpty, "\(node.path)")
            let required = node.schema[path: "items", "required"]?.arrayValue ?? []
            for key in keys {
                let hasDefault = node.schema[path: "items", "properties", key, "default"] != nil
                #expect(required.contains(.string(key)) || hasDefault, "\(node.path) \(key)")
            }
        }
    }

    @Test("required fields exist", arguments: DefinedVersion.all)
    func requiredFieldsExist(version: DefinedVersion) {
        for node in version.nodes {
            for name in (node.schema["required"]?.arrayValue ?? []).compactMap(\.stringValue) {
                #expect(node.schema[path: "properties", name] != nil, "\(node.path).\(name)")
            }
        }
    }

    /// `kubectl apply` keeps the whole object in an annotation; all of them together may have 262,144 bytes.
    @Test("client-side apply has room for the definition", arguments: ResourceDefinition.all)
    func size(definition: ResourceDefinition) {
        #expect(definition.json.serialized().count < 256_000)
    }

    @Test("v1alpha1 of collectors is served, deprecated and not stored")
    func deprecated() throws {
        let versions = try #require(ResourceDefinition.collector.json[path: "spec", "versions"]?.arrayValue)
        #expect(versions.map { $0["name"] } == ["v1beta1", "v1alpha1"])
        #expect(versions.map { $0["storage"] } == [true, false])
        #expect(versions.map { $0["served"] } == [true, true])
        #expect(versions.map { $0["deprecated"] } == [nil, true])
        let warning = try #require(versions[1]["deprecationWarning"]?.stringValue)
        #expect(warning.contains("v1beta1") && warning.utf8.count <= 256, "the API server takes no longer one")
        for key in ["subresources", "additionalPrinterColumns"] { #expect(versions[0][key] == versions[1][key]) }
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
