public import Document
public import KubeModel

/// A collector that runs in the cluster, and how.
///
/// Source: opentelemetry.io/v1beta1 `OpenTelemetryCollector`, opentelemetry-operator v0.158.
public struct OpenTelemetryCollector: Sendable {
    public var name: String
    public var namespace: String
    /// Empty for a manifest that no API server has seen.
    public var uid: String
    public var generation: Int
    public var labels: [String: String]
    public var annotations: [String: String]
    public var spec: CollectorSpec

    public init(
        name: String, namespace: String, uid: String = "", generation: Int = 0, labels: [String: String] = [:],
        annotations: [String: String] = [:], spec: CollectorSpec
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.generation = generation
        self.labels = labels
        self.annotations = annotations
        self.spec = spec
    }

    /// Reads a resource; what is absent gets its default (``CollectorSpec``). Core types pass through as they are, but for the
    /// order of their members: they come sorted by key, as the API server has them.
    ///
    /// - Throws: the first field whose type is wrong.
    public init(_ json: JSONValue) throws(FieldError) {
        let object = KubeObject(json)
        name = object.name
        namespace = object.namespace
        uid = object.uid
        generation = object.generation
        labels = object.labels
        annotations = object.annotations
        spec = try CollectorSpec(try FieldReader(json["spec"]?.sortedByKey(), at: "spec"))
    }

    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
