import Document
import OperatorAPI
import Rendering

/// `spec.config`: the text of v1alpha1 and the object of v1beta1.
enum ConfigText {
    struct Content {
        var value: JSONValue
        /// Why the text could not be read. The value is then the empty configuration.
        var problem: String?
    }

    /// How much a text may ask for. Far more than a collector is given, and far less than what fits into etcd; the rest
    /// is for aliases that mean more than they say.
    private static let limits = YAMLLimits(maxDepth: 100, maxBytes: 4 << 20, maxNodes: 200_000)

    /// Reads a text as the collector itself does (`YAMLSchema.core`), the first document alone.
    ///
    /// Between the components' own settings only what the API knows is taken over: what its schema would cut off, the API
    /// server must not have to cut off later.
    static func read(_ text: JSONValue?) throws(ConversionError) -> Content {
        let value: JSONValue
        switch text {
        case nil, .null?: value = .null
        case .string(let text)?:
            do throws(DocumentError) {
                value = try YAML.parseFirst(text, limits: limits, schema: .core)
            } catch {
                return unreadable("\(error)")
            }
        case let other?:
            throw .wrongType(field: "spec.config", found: other.kindDescription, expected: "a text")
        }
        guard value.isNull || value.objectValue != nil else {
            return unreadable("the text is \(value.kindDescription), expected a mapping")
        }
        let config = shaped(value.objectValue ?? [:])
        do throws(FieldError) {
            _ = try CollectorConfig(config)
            return Content(value: config)
        } catch {
            return unreadable("\(error)")
        }
    }

    /// Where a text is no YAML; `nil` for one that is.
    static func syntaxError(in text: String) -> DocumentError? {
        do throws(DocumentError) {
            _ = try YAML.parseFirst(text, limits: limits, schema: .core)
            return nil
        } catch {
            return error
        }
    }

    /// - Parameter problem: of the parser or of the reader of fields; both keep values out of their words.
    private static func unreadable(_ problem: String) -> Content {
        Content(value: shaped([:]), problem: "spec.config of v1alpha1 cannot be read: \(problem)")
    }

    /// The configuration as the schema of v1beta1 wants it.
    private static func shaped(_ written: JSONObject) -> JSONValue {
        var config = written
        for key in ["processors", "connectors", "extensions"] { config.drop(key) { $0.isNull } }
        for key in ["receivers", "exporters"] { config.fill(key, [:]) }
        config.fill("service", [:])
        if case .object(let service)? = config["service"] { config["service"] = .object(shaped(service: service)) }
        return .object(config)
    }

    private static func shaped(service written: JSONObject) -> JSONObject {
        var service = written.keeping(["extensions", "telemetry", "pipelines"])
        for key in ["extensions", "telemetry"] { service.drop(key) { $0.isNull } }
        service["extensions"] = service["extensions"].map(ids)
        service.fill("pipelines", [:])
        guard case .object(let pipelines)? = service["pipelines"] else { return service }
        service["pipelines"] = .object(
            JSONObject(
                members: pipelines.members.map { member in
                    switch member.value {
                    case .null: .init(key: member.key, value: .object(shaped(pipeline: [:])))
                    case .object(let pipeline): .init(key: member.key, value: .object(shaped(pipeline: pipeline)))
                    default: member
                    }
                }))
        return service
    }

    private static func shaped(pipeline written: JSONObject) -> JSONObject {
        var pipeline = written.keeping(["receivers", "processors", "exporters"])
        pipeline.drop("processors") { $0.isNull }
        for key in ["receivers", "exporters"] { pipeline.fill(key, []) }
        for key in pipeline.keys { pipeline[key] = pipeline[key].map(ids) }
        return pipeline
    }

    /// A list of ids, in which what looks like a number or a boolean is the name of a component all the same.
    private static func ids(_ list: JSONValue) -> JSONValue {
        guard case .array(let elements) = list else { return list }
        return .array(
            elements.map { element in
                switch element {
                case .number(let number): .string(number.text)
                case .bool(let flag): .string(flag ? "true" : "false")
                default: element
                }
            })
    }

    /// The text of a configuration, as the collector's own file shows it.
    static func write(_ config: JSONValue) -> String {
        guard let known = try? CollectorConfig(config) else { return ConfigYAML.text(config.sortedByKey()) }
        return ConfigYAML.text(known.ordered(nulls: false))
    }
}

extension JSONObject {
    /// Sets a member that is absent or null.
    fileprivate mutating func fill(_ key: String, _ value: JSONValue) {
        if self[key]?.isNull ?? true { self[key] = value }
    }

    fileprivate mutating func drop(_ key: String, when isUnwanted: (JSONValue) -> Bool) {
        if let value = self[key], isUnwanted(value) { self[key] = nil }
    }

    fileprivate func keeping(_ keys: Set<String>) -> JSONObject {
        JSONObject(members: members.filter { keys.contains($0.key) })
    }
}
