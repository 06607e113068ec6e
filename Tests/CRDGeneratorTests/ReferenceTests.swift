import Document
import Foundation
import Testing

@testable import CRDGenerator

/// What our definitions accept beside what the Go operator's accept, whose files stand in REFERENCE_CRDS.
@Suite(
    "Definitions beside the Go operator's",
    .enabled(if: ProcessInfo.processInfo.environment["REFERENCE_CRDS"] != nil))
struct ReferenceTests {
    private func reference(_ definition: ResourceDefinition) throws -> JSONValue {
        let folder = try #require(ProcessInfo.processInfo.environment["REFERENCE_CRDS"])
        return try YAML.parse(Files.read("\(folder)/\(definition.fileName)"))
    }

    @Test("fields, types, limits and defaults are the same", arguments: DefinedVersion.all)
    func schema(version: DefinedVersion) throws {
        let theirs = try SchemaNode.all(in: reference(version.definition), version: version.name)
        // The counts of pods are ours alone.
        let ours = version.nodes.filter { !$0.path.contains("status.pods") }
        #expect(Set(ours.map(\.path)) == Set(theirs.map(\.path)))
        let byPath = Dictionary(uniqueKeysWithValues: ours.map { ($0.path, $0.schema) })
        for node in theirs {
            guard let own = byPath[node.path] else { continue }
            #expect(Self.limits(of: own) == Self.limits(of: node.schema), "\(node.path)")
        }
    }

    @Test("names, scope, columns and subresources are the same", arguments: DefinedVersion.all)
    func identity(defined: DefinedVersion) throws {
        let definition = defined.definition
        let theirs = try reference(definition)
        for key in ["group", "names", "scope"] {
            #expect(definition.json[path: "spec", key] == theirs[path: "spec", key])
        }
        let version = try #require(
            theirs[path: "spec", "versions"]?.arrayValue?.first { $0["name"] == .string(defined.name) })
        let own = try #require(
            definition.json[path: "spec", "versions"]?.arrayValue?.first { $0["name"] == .string(defined.name) })
        #expect(own["deprecated"] == version["deprecated"])
        for key in ["served", "storage"] { #expect(own[key] == version[key]) }
        #expect(own["subresources"] == version["subresources"])
        let columns = (version["additionalPrinterColumns"]?.arrayValue ?? []).map { column in
            var column = column
            column["description"] = nil
            return column
        }
        let ownColumns = own["additionalPrinterColumns"]?.arrayValue ?? []
        #expect(Array(ownColumns.prefix(columns.count)) == columns)
        let added = ownColumns.dropFirst(columns.count).compactMap { $0["jsonPath"]?.stringValue }
        #expect(added.allSatisfy { $0.hasPrefix(".status.pods.") })
    }

    /// The keywords that decide what is accepted and how it is merged, without the differences that we chose:
    /// no default of `""`; rules that test presence; atomic references (an artefact of inlining there); conditions
    /// merged by type.
    private static func limits(of schema: JSONValue) -> JSONValue {
        var limits = schema
        for key in ["description", "properties", "items", "additionalProperties", "x-kubernetes-validations"] {
            limits[key] = nil
        }
        if limits["default"] == "" { limits["default"] = nil }
        for key in ["x-kubernetes-map-type", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"] {
            limits[key] = nil
        }
        if var required = limits["required"]?.texts {
            required.sort()
            limits["required"] = .strings(required)
        }
        return limits
    }
}
