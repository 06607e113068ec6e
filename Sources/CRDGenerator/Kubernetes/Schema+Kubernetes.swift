import Document

extension Schema {
    /// The schema of an embedded Kubernetes type: its structure from `kubernetesFacts`, its words from our tables.
    ///
    /// A default of `""`, which Kubernetes has for names in references, is left out: 1.20 refuses it.
    ///
    /// - Precondition: both tables know the type and its fields. A test builds every type, so a hole cannot ship.
    static func kubernetes(_ type: String) -> Schema {
        guard let facts = FactsTable.kubernetes.types[type] else {
            preconditionFailure("could not find type \(type) in the Kubernetes facts")
        }
        let schema = Schema.object(
            facts.fields.map { field in
                guard let description = DescriptionTable.kubernetes[type, field.name] else {
                    preconditionFailure("could not find a description of \(type).\(field.name)")
                }
                var schema = Schema.kubernetesValue(field.type).merging(field.merge)
                if let value = kubernetesDefaults[type]?[field.name] { schema = schema.defaulting(to: value) }
                return Field(
                    name: field.name, schema: schema, description: description, isRequired: field.isRequired)
            })
        return facts.mapType.map { schema.with("x-kubernetes-map-type", .string($0)) } ?? schema
    }

    /// The same object schema with further fields.
    ///
    /// - Precondition: this is the schema of an object with fields.
    func adding(_ fields: Field...) -> Schema {
        guard case .object(let own) = shape else { preconditionFailure("could not add fields to what is no object") }
        var copy = self
        copy.shape = .object(own + fields)
        return copy
    }

    /// The same object schema with limits on the fields of these names.
    ///
    /// - Precondition: this is the schema of an object with fields.
    func limiting(_ limits: [String: (Schema) -> Schema]) -> Schema {
        guard case .object(var fields) = shape else {
            preconditionFailure("could not limit fields of what is no object")
        }
        for index in fields.indices {
            if let limit = limits[fields[index].name] { fields[index].schema = limit(fields[index].schema) }
        }
        var copy = self
        copy.shape = .object(fields)
        return copy
    }

    /// The part of `metadata` that a template of an object may set.
    static let templateMetadata = Schema.object([
        Field("annotations", .map(.string), "Annotations of the object."),
        Field("finalizers", .list(.string), "Finalizers of the object."),
        Field("labels", .map(.string), "Labels of the object."),
        Field("name", .string, "Name of the object."),
        Field("namespace", .string, "Namespace of the object."),
    ])

    private static func kubernetesValue(_ type: String) -> Schema {
        switch type {
        case "string": .string
        case "boolean": .boolean
        case "integer": .integer
        case "int32": .int32
        case "int64": .int64
        case "quantity": .quantity
        case "int-or-string": .intOrString
        case "time": .dateTime
        case "metadata": .templateMetadata
        case _ where type.hasPrefix("["): .list(kubernetesValue(String(type.dropFirst().dropLast())))
        case _ where type.hasPrefix("{"): .map(kubernetesValue(String(type.dropFirst().dropLast())))
        default: .kubernetes(type)
        }
    }

    /// Applies a merge word of the facts: `atomic`, `set`, `granular` or `map(key,key)`.
    private func merging(_ word: String?) -> Schema {
        guard let word else { return self }
        if word == "granular" { return with("x-kubernetes-map-type", .string(word)) }
        guard word.hasPrefix("map(") else { return with("x-kubernetes-list-type", .string(word)) }
        return listMap(word.dropFirst(4).dropLast().split(separator: ",").map(String.init))
    }
}

/// Defaults that the API server fills in for core types; the OpenAPI v2 document does not tell them.
///
/// Source: Kubernetes API reference, Container and Volume.
private let kubernetesDefaults: [String: [String: JSONValue]] = [
    "AzureDiskVolumeSource": ["fsType": "ext4", "readOnly": false],
    "ContainerPort": ["protocol": "TCP"],
    "FileKeySelector": ["optional": false],
    "ISCSIVolumeSource": ["iscsiInterface": "default"],
    "RBDVolumeSource": ["keyring": "/etc/ceph/keyring", "pool": "rbd", "user": "admin"],
    "ScaleIOVolumeSource": ["fsType": "xfs", "storageMode": "ThinProvisioned"],
    "ServicePort": ["protocol": "TCP"],
]
