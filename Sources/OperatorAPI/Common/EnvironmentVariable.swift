public import Document

/// One entry of a container's `env`: its name, and the whole entry as it is written.
///
/// The entry stays a JSON tree, so that every kind of source (`valueFrom`) passes through, also those we do not know.
///
/// Source: Kubernetes API, core/v1 `EnvVar`.
public struct EnvironmentVariable: Equatable, Sendable {
    public let name: String
    public let json: JSONValue

    public init(name: String, json: JSONValue) {
        self.name = name
        self.json = json
    }

    public init(_ name: String, _ value: String) {
        self.init(
            name: name,
            json: .object(
                JSONObject(members: [
                    .init(key: "name", value: .string(name)), .init(key: "value", value: .string(value)),
                ])))
    }

    /// A variable that the kubelet fills in from a field of the pod.
    public init(_ name: String, field path: String) {
        self.init(
            name: name,
            json: ["name": .string(name), "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]])
    }

    /// The literal value; `nil` when there is none.
    public var value: String? { json["value"]?.stringValue }

    /// Whether the value comes from somewhere else and so is unknown here.
    public var hasSource: Bool {
        guard let source = json["valueFrom"] else { return false }
        return !source.isNull
    }
}
