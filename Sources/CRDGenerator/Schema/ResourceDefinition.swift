import Document

/// A CustomResourceDefinition.
struct ResourceDefinition: Sendable {
    var kind: String
    var plural: String
    var shortNames: [String]
    /// The one that is stored first. With more than one, the operator's webhook converts between them.
    var versions: [Version]
    var columns: [Column]
    var hasScale = false
    var description: String

    struct Version: Sendable {
        var name: String
        /// What clients of the version are told; `nil` for one that stays.
        var deprecationWarning: String?
        var spec: Field
        var status: Field
    }

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
            "spec": .object(compacting: [
                "conversion": versions.count > 1 ? Self.conversion : nil,
                "group": .string(Self.group),
                "names": [
                    "kind": .string(kind),
                    "listKind": .string(kind + "List"),
                    "plural": .string(plural),
                    "shortNames": .strings(shortNames),
                    "singular": .string(kind.lowercased()),
                ],
                "scope": "Namespaced",
                "versions": .array(versions.enumerated().map { json(of: $1, isStored: $0 == 0) }),
            ]),
        ]
    }

    private func json(of version: Version, isStored: Bool) -> JSONValue {
        var schema = Schema.object([
            Field("apiVersion", .string, "Group and version of this object: \(Self.group)/\(version.name)."),
            Field("kind", .string, "Kind of this object: \(kind)."),
            .metadata,
            version.spec, version.status,
        ])
        // `kubectl apply` keeps the whole definition in an annotation, which has not the room to describe everything
        // twice. `kubectl explain` shows the version that is stored.
        if version.deprecationWarning != nil { schema = schema.undescribed() }
        return .object(compacting: [
            "additionalPrinterColumns": .array(
                columns.map { ["jsonPath": .string($0.path), "name": .string($0.name), "type": .string($0.type)] }),
            "deprecated": version.deprecationWarning == nil ? nil : true,
            "deprecationWarning": version.deprecationWarning.map(JSONValue.string),
            "name": .string(version.name),
            "schema": ["openAPIV3Schema": schema.json(description: description)],
            "served": true,
            "storage": .bool(isStored),
            "subresources": hasScale ? ["scale": scale, "status": [:]] : ["status": [:]],
        ])
    }

    /// The operator's webhook, on every replica. It writes `caBundle` itself.
    ///
    /// The review's versions are those of ConversionReview, not the resource's own.
    private static let conversion: JSONValue = [
        "strategy": "Webhook",
        "webhook": [
            "clientConfig": [
                "service": [
                    "name": "opentelemetry-operator-webhook-service",
                    "namespace": "opentelemetry-operator-system",
                    "path": "/convert",
                    "port": 443,
                ]
            ],
            "conversionReviewVersions": ["v1", "v1beta1"],
        ],
    ]

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
