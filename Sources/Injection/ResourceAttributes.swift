import Document
import Glibc
import OperatorAPI

/// The container whose telemetry is described.
struct ApplicationContainer {
    var name: String
    var image: String
    /// The value of its first `OTEL_RESOURCE_ATTRIBUTES`, as far as it is known.
    var resourceAttributes: String?

    /// - Parameter environment: of that container as it is by now; its edit's when it has changed.
    init(_ container: ContainerDraft, environment: EnvironmentDraft) {
        name = container.name
        image = container.json["image"]?.stringValue ?? ""
        resourceAttributes = environment[ResourceVariable.attributes]?.value
    }

    init(_ container: ContainerDraft) { self.init(container, environment: container.editing().environment) }
}

/// The resource attributes of one container, to become the value of `OTEL_RESOURCE_ATTRIBUTES`.
///
/// From the weakest source to the strongest: the Instrumentation's attributes, what Kubernetes knows, the pod's
/// annotations `resource.opentelemetry.io/…`. A key that the container's own value already has is left to it.
struct ResourceAttributes {
    private var values: [String: String] = [:]

    /// None.
    init() {}

    init(spec: InstrumentationSpec, pod: PodFacts, container: ApplicationContainer) {
        values.reserveCapacity(20)
        let explicit = Self.keys(in: container.resourceAttributes ?? "")

        for (key, value) in spec.resource.attributes where !explicit.contains(key) { self[key] = value }

        func setKubernetes(_ key: String, _ value: String) {
            if !value.isEmpty, !explicit.contains(key) { self[key] = value }
        }
        setKubernetes("k8s.namespace.name", pod.namespace)
        setKubernetes("k8s.container.name", container.name)
        setKubernetes("k8s.pod.name", pod.name)
        setKubernetes("k8s.pod.uid", pod.uid)
        setKubernetes("k8s.node.name", pod.nodeName)
        setKubernetes("service.instance.id", Self.instanceID(pod, container))
        for owner in pod.owners {
            setKubernetes("k8s.\(owner.kind.rawValue).name", owner.name)
            if spec.resource.addsKubernetesUIDs { setKubernetes("k8s.\(owner.kind.rawValue).uid", owner.uid) }
        }

        for annotation in pod.annotations {
            guard annotation.key.hasPrefix(AnnotationKey.resourceAttributePrefix) else { continue }
            let key = String(annotation.key.dropFirst(AnnotationKey.resourceAttributePrefix.count))
            // The service's name has its own variable; see `serviceName`.
            if key != "service.name", !explicit.contains(key), let value = annotation.value.stringValue {
                self[key] = value
            }
        }

        if !explicit.contains("service.namespace") {
            let annotated = pod.annotation(AnnotationKey.resourceAttribute("service.namespace"))
            self["service.namespace"] = annotated.isEmpty ? pod.namespace : annotated
        }
    }

    /// Setting a key again replaces its value.
    subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// `key=value` pairs, sorted by key bytewise, joined by commas. Nothing is escaped: the reference does not either,
    /// and SDKs decode differently.
    var text: String {
        let sorted = values.sorted { $0.key.precedesBytewise($1.key) }
        var text: [UInt8] = []
        text.reserveCapacity(sorted.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 })
        for (key, value) in sorted {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text.append(contentsOf: key.utf8)
            text.append(UInt8(ascii: "="))
            text.append(contentsOf: value.utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func instanceID(_ pod: PodFacts, _ container: ApplicationContainer) -> String {
        let annotated = pod.annotation(AnnotationKey.resourceAttribute("service.instance.id"))
        if !annotated.isEmpty { return annotated }
        guard !pod.namespace.isEmpty, !container.name.isEmpty else { return "" }
        return "\(pod.namespace).$(\(ResourceVariable.podName)).\(container.name)"
    }

    /// The keys of a value of `OTEL_RESOURCE_ATTRIBUTES`. Only pieces with exactly one `=` count.
    private static func keys(in text: String) -> Set<String> {
        guard !text.isEmpty else { return [] }
        var keys: Set<String> = []
        for piece in text.split(separator: ",") {
            let parts = piece.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            keys.insert(String(parts[0].drop { $0.isWhitespace }))
        }
        return keys
    }
}

extension String {
    /// As `utf8.lexicographicallyPrecedes`, many bytes at a time.
    fileprivate func precedesBytewise(_ other: String) -> Bool {
        let order = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                guard let start = left.baseAddress, let otherStart = right.baseAddress else {
                    return left.count < right.count
                }
                let order = memcmp(start, otherStart, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
        return (order ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}

/// Variables that the values of `OTEL_RESOURCE_ATTRIBUTES` refer to; the kubelet fills them in.
enum ResourceVariable {
    static let attributes = "OTEL_RESOURCE_ATTRIBUTES"
    static let podName = "OTEL_RESOURCE_ATTRIBUTES_POD_NAME"
    static let podUID = "OTEL_RESOURCE_ATTRIBUTES_POD_UID"
    static let nodeName = "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME"

    // Made once: the entries are the same in every container.
    static let podNameFromField = EnvironmentVariable(podName, field: "metadata.name")
    static let podUIDFromField = EnvironmentVariable(podUID, field: "metadata.uid")
    static let nodeNameFromField = EnvironmentVariable(nodeName, field: "spec.nodeName")
    static let podIPFromField = EnvironmentVariable("OTEL_POD_IP", field: "status.podIP")
    static let nodeIPFromField = EnvironmentVariable("OTEL_NODE_IP", field: "status.hostIP")
}

extension ResourceAttributes {
    /// The name of the service: as the pod's annotation says, its labels (when they count), the workload's name, the
    /// container's name.
    func serviceName(spec: InstrumentationSpec, pod: PodFacts, container: ApplicationContainer) -> String {
        let annotated = pod.annotation(AnnotationKey.resourceAttribute("service.name"))
        if !annotated.isEmpty { return annotated }
        if spec.usesLabelsForResourceAttributes {
            for label in ["app.kubernetes.io/instance", "app.kubernetes.io/name"] where !pod.label(label).isEmpty {
                return pod.label(label)
            }
        }
        // What the container's own attributes name is not here, so a name the user gave is not overridden by it.
        let workloads = [
            "k8s.deployment.name", "k8s.replicaset.name", "k8s.statefulset.name", "k8s.daemonset.name",
            "k8s.cronjob.name", "k8s.job.name", "k8s.pod.name",
        ]
        for key in workloads {
            if let name = self[key], !name.isEmpty { return name }
        }
        return container.name
    }

    /// The version of the service: as the pod's annotation says, its label (when labels count), the image's tag and digest.
    static func serviceVersion(
        spec: InstrumentationSpec, pod: PodFacts, container: ApplicationContainer
    ) -> String? {
        let annotated = pod.annotation(AnnotationKey.resourceAttribute("service.version"))
        if !annotated.isEmpty { return annotated }
        if spec.usesLabelsForResourceAttributes {
            let label = pod.label("app.kubernetes.io/version")
            if !label.isEmpty { return label }
        }
        return ImageReference(container.image)?.version
    }
}
