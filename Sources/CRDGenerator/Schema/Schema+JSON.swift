import Document

extension Schema {
    /// The schema as a CustomResourceDefinition writes it, with the members of every object sorted by key.
    func json(description: String? = nil) -> JSONValue {
        var object = keywords
        if let description { object["description"] = .string(description) }
        switch shape {
        case .object(let fields):
            object["type"] = "object"
            if !fields.isEmpty {
                object["properties"] = .object(
                    JSONObject(
                        members: fields.map {
                            .init(key: $0.name, value: $0.schema.json(description: $0.description))
                        }))
            }
            let required = fields.filter(\.isRequired).map(\.name)
            if !required.isEmpty { object["required"] = .strings(required.sorted()) }
        case .map(let values):
            object["type"] = "object"
            object["additionalProperties"] = values.json()
        case .list(let items):
            object["type"] = "array"
            object["items"] = items.json()
        case .string: object["type"] = "string"
        case .integer: object["type"] = "integer"
        case .boolean: object["type"] = "boolean"
        case .intOrString: object.markIntOrString()
        case .quantity:
            object.markIntOrString()
            object["pattern"] = .string(Schema.quantityPattern)
        }
        return JSONValue.object(object).sortedByKey()
    }

    /// A sign, a decimal number and a suffix: binary, decimal or an exponent.
    ///
    /// Source: Kubernetes, `resource.Quantity`.
    static let quantityPattern: String = {
        let number = #"(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"#
        let sign = #"(\+|-)?"#
        return "^\(sign)\(number)(([KMGTPE]i)|[numkMGTPE]|([eE]\(sign)\(number)))?$"
    }()
}

extension JSONObject {
    /// The form that structural schemas prescribe for "integer or string".
    fileprivate mutating func markIntOrString() {
        self["anyOf"] = [["type": "integer"], ["type": "string"]]
        self["x-kubernetes-int-or-string"] = true
    }
}
