import Document

/// A node of a structural schema, as a CustomResourceDefinition holds it.
///
/// Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", section on structural schemas.
struct Schema: Sendable {
    indirect enum Shape: Sendable {
        case object([Field])
        /// An object with any keys, whose values follow one schema.
        case map(Schema)
        case list(Schema)
        case string
        case integer
        case boolean
        /// A number or a text such as `25%`.
        case intOrString
        /// An amount such as `500m` or `128Mi`.
        case quantity
    }

    var shape: Shape
    /// What stands beside the type: `default`, `enum`, `x-kubernetes-…`.
    var keywords = JSONObject()

    init(_ shape: Shape) { self.shape = shape }
}

/// A named child of an object schema.
struct Field: Sendable {
    var name: String
    var schema: Schema
    var description: String?
    var isRequired: Bool

    init(_ name: String, _ schema: Schema, _ description: String) {
        self.init(name: name, schema: schema, description: description, isRequired: false)
    }

    /// A field without which the API server refuses the object.
    init(required name: String, _ schema: Schema, _ description: String) {
        self.init(name: name, schema: schema, description: description, isRequired: true)
    }

    init(name: String, schema: Schema, description: String?, isRequired: Bool) {
        self.name = name
        self.schema = schema
        self.description = description
        self.isRequired = isRequired
    }
}

// MARK: - Types

extension Schema {
    static let string = Schema(.string)
    static let boolean = Schema(.boolean)
    static let integer = Schema(.integer)
    static let int32 = Schema(.integer).format("int32")
    static let int64 = Schema(.integer).format("int64")
    static let intOrString = Schema(.intOrString)
    static let quantity = Schema(.quantity)
    static let dateTime = Schema(.string).format("date-time")
    /// A time span in the syntax of Go, such as `30s` or `1m30s`.
    static let duration = Schema(.string).format("duration")

    static func object(_ fields: [Field]) -> Schema { Schema(.object(fields)) }
    static func map(_ values: Schema) -> Schema { Schema(.map(values)) }
    static func list(_ items: Schema) -> Schema { Schema(.list(items)) }

    /// An object that the API server stores as it is written.
    static let freeForm = Schema.object([]).preservingUnknownFields()
}

extension Schema {
    /// The same schema without the descriptions of fields, here and below.
    func undescribed() -> Schema {
        var copy = self
        switch shape {
        case .object(let fields):
            copy.shape = .object(
                fields.map {
                    Field(
                        name: $0.name, schema: $0.schema.undescribed(), description: nil, isRequired: $0.isRequired)
                })
        case .map(let values): copy.shape = .map(values.undescribed())
        case .list(let items): copy.shape = .list(items.undescribed())
        case .string, .integer, .boolean, .intOrString, .quantity: break
        }
        return copy
    }
}

// MARK: - Keywords

extension Schema {
    func with(_ keyword: String, _ value: JSONValue) -> Schema {
        var copy = self
        copy.keywords[keyword] = value
        return copy
    }

    func format(_ name: String) -> Schema { with("format", .string(name)) }
    func pattern(_ expression: String) -> Schema { with("pattern", .string(expression)) }
    func length(_ range: ClosedRange<Int>) -> Schema {
        let limited = with("maxLength", .int(range.upperBound))
        return range.lowerBound > 0 ? limited.with("minLength", .int(range.lowerBound)) : limited
    }
    func length(_ range: PartialRangeFrom<Int>) -> Schema { with("minLength", .int(range.lowerBound)) }
    func minimum(_ value: Int) -> Schema { with("minimum", .int(value)) }
    func maximum(_ value: Int) -> Schema { with("maximum", .int(value)) }
    func minItems(_ count: Int) -> Schema { with("minItems", .int(count)) }
    func oneOf(_ values: String...) -> Schema { with("enum", .strings(values)) }

    /// The value that the API server fills in. Never `""`: Kubernetes 1.20 refuses a schema that says so.
    func defaulting(to value: JSONValue) -> Schema { with("default", value) }

    func preservingUnknownFields() -> Schema { with("x-kubernetes-preserve-unknown-fields", true) }

    /// A list that server-side apply replaces as a whole.
    func atomicList() -> Schema { with("x-kubernetes-list-type", "atomic") }
    /// A list of objects, told apart by these fields.
    func listMap(_ keys: String...) -> Schema { listMap(keys) }
    func listMap(_ keys: [String]) -> Schema {
        with("x-kubernetes-list-type", "map").with("x-kubernetes-list-map-keys", .strings(keys))
    }

    /// A rule in CEL, checked by API servers from 1.25 on; older ones drop it.
    func validated(_ rules: [ValidationRule]) -> Schema {
        with(
            "x-kubernetes-validations",
            .array(rules.map { ["message": .string($0.message), "rule": .string($0.rule)] }))
    }
}

struct ValidationRule: Sendable {
    var rule: String
    var message: String
}
