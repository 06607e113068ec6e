import Document
import KubeModel
import OperatorAPI

/// A collector with all that several of its objects need, worked out once.
struct CollectorDraft: Sendable {
    let collector: OpenTelemetryCollector
    let options: RenderingOptions
    /// With its defaults.
    let config: CollectorConfig
    let hash: ConfigHash
    let names: Names
    let labels: Labels
    /// The annotations of the resource that its objects get.
    let annotations: [String: String]
    let metrics: MetricsEndpoint
    let ports: CollectorPorts
    /// What the components in use read from the Kubernetes API.
    let access: [(component: Component, access: ComponentAccess)]

    var spec: CollectorSpec { collector.spec }
    var selector: JSONValue { .strings(labels.selector) }

    init(_ collector: OpenTelemetryCollector, _ options: RenderingOptions) throws(RenderingError) {
        self.collector = collector
        self.options = options
        do throws(FieldError) {
            config = try collector.spec.config.applyingDefaults()
            metrics = MetricsEndpoint(telemetry: config.service.telemetry)
            ports = try CollectorPorts(
                config, metrics: metrics, declared: collector.spec.ports, ingress: collector.spec.ingressType)
            access = try config.componentAccess()
        } catch {
            throw .invalid(error)
        }
        hash = try ConfigHash(config)
        names = Names(collector: collector.name)
        labels = Labels(collector: collector, filter: options.labelsFilter)
        // Those that speak to the operator stay with the resource: a new scrape interval must not roll the pods.
        annotations = options.annotationsFilter.remaining(collector.annotations)
            .filter { !CollectorAnnotationKey.all.contains($0.key) }
    }

    /// An object of the collector's: in its namespace, with its labels and annotations, owned by it.
    ///
    /// - Parameters:
    ///   - nameLabel: differs from the name for objects that belong to another's.
    ///   - isFiltered: whether the label filter applies, as it does to some kinds only.
    func object(
        _ type: ResourceType, _ name: String, nameLabel: String? = nil, isFiltered: Bool = true,
        labels extra: [String: String] = [:], annotations: [String: String]? = nil
    ) -> KubeObject {
        var object = KubeObject(type, ObjectKey(namespace: collector.namespace, name: name))
        var metadata = object.metadata
        let labels = labels.standard(nameLabel ?? name, filtered: isFiltered).merging(extra) { $1 }
        metadata["labels"] = .strings(labels)
        let annotations = annotations ?? self.annotations
        if !annotations.isEmpty { metadata["annotations"] = .strings(annotations) }
        // A manifest from a file has no uid yet, and so nothing that could own.
        if !collector.uid.isEmpty {
            let owner = OwnerReference(
                apiVersion: ResourceType.openTelemetryCollector.apiVersion,
                kind: ResourceType.openTelemetryCollector.kind, name: collector.name, uid: collector.uid,
                isController: true)
            metadata["ownerReferences"] = [owner.json]
        }
        object["metadata"] = metadata
        return object
    }
}

extension JSONValue {
    /// A map of strings, sorted by key, so that it reads and compares the same each time.
    static func strings(_ map: [String: String]) -> JSONValue {
        .object(
            JSONObject(
                members: map.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                    .map { JSONObject.Member(key: $0.key, value: .string($0.value)) }))
    }

    /// A list, `nil` when empty.
    static func unlessEmpty(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }

    /// A string, `nil` when empty.
    static func unlessEmpty(_ text: String) -> JSONValue? { text.isEmpty ? nil : .string(text) }
}
