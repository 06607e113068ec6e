import Document

/// A CustomResourceDefinition with one version.
struct ResourceDefinition: Sendable {
    var kind: String
    var plural: String
    var shortNames: [String]
    var version: String
    var columns: [Column]
    var hasScale = false
    var description: String
    var spec: Field
    var status: Field

    /// A column of `kubectl get`.
    struct Column: Sendable {
        var name: String
        var type: String
        var path: String

        init(_ name: String, _ path: String, type: String = "string") {
            self.name = name
            self.type = type
            self.path = path
        }
    }

    static let group = "opentelemetry.io"

    /// The name by which CRD files are known: group and plural.
    var fileName: String { "\(Self.group)_\(plural).yaml" }

    var json: JSONValue {
        [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "labels": ["app.kubernetes.io/name": "opentelemetry-operator"],
                "name": .string("\(plural).\(Self.group)"),
            ],
            "spec": [
                "group": .string(Self.group),
                "names": [
                    "kind": .string(kind),
                    "listKind": .string(kind + "List"),
                    "plural": .string(plural),
                    "shortNames": .strings(shortNames),
                    "singular": .string(kind.lowercased()),
                ],
                "scope": "Namespaced",
                "versions": [versionJSON],
            ],
        ]
    }

    private var versionJSON: JSONValue {
        let schema = Schema.object([
            Field("apiVersion", .string, "Group and version of this object: \(Self.group)/\(version)."),
            Field("kind", .string, "Kind of this object: \(kind)."),
            .metadata,
            spec, status,
        ])
        return [
            "additionalPrinterColumns": .array(
                columns.map { ["jsonPath": .string($0.path), "name": .string($0.name), "type": .string($0.type)] }),
            "name": .string(version),
            "schema": ["openAPIV3Schema": schema.json(description: description)],
            "served": true,
            "storage": true,
            "subresources": hasScale ? ["scale": scale, "status": [:]] : ["status": [:]],
        ]
    }

    /// Where the scale subresource, and with it a HorizontalPodAutoscaler, finds its numbers.
    private var scale: JSONValue {
        [
            "labelSelectorPath": ".status.scale.selector",
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.scale.replicas",
        ]
    }
}

extension Field {
    /// `metadata` of a custom resource. The API server knows it itself and refuses more than its type here, even a
    /// description.
    fileprivate static let metadata = Field(name: "metadata", schema: .object([]), description: nil, isRequired: false)
}
