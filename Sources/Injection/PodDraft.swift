import Document
import OperatorAPI

/// A pod while it is changed: what was sent, and the changes, which give both the new pod and the patch.
///
/// The changes are few and known: entries of `env` and `volumeMounts` of some containers, new containers, new volumes,
/// labels, annotations.
/// Keeping them apart from the pod makes the patch small and spares a comparison of whole pods.
struct PodDraft {
    let original: JSONValue
    var containers: [ContainerDraft]
    var initContainers: [ContainerDraft]
    private(set) var addedVolumes: [JSONValue] = []
    /// Where containers that were taken out stood on arrival.
    private var removedContainers: [Int] = []
    private var removedInitContainers: [Int] = []
    /// Whether the pod's containers are to see each other's processes, where the pod did not say so itself.
    private(set) var sharesProcessNamespace = false
    private var addedLabels: [(key: String, value: String)] = []
    private var addedAnnotations: [(key: String, value: String)] = []
    private let ownVolumes: [JSONValue]
    private let hasVolumeList: Bool
    private let hasInitContainerList: Bool

    /// - Throws: when a part that we would change is not what a pod has there.
    init(_ pod: JSONValue) throws(FieldError) {
        guard pod.objectValue != nil else {
            throw FieldError(path: "pod", value: pod.kindDescription, expected: "an object")
        }
        let spec = try FieldReader(pod["spec"], at: "spec")
        original = pod
        containers = try Self.containers(spec, "containers")
        initContainers = try Self.containers(spec, "initContainers")
        hasInitContainerList = spec.value("initContainers") != nil
        ownVolumes = try spec.list("volumes")
        hasVolumeList = spec.value("volumes") != nil
    }

    private static func containers(_ spec: FieldReader, _ key: String) throws(FieldError) -> [ContainerDraft] {
        var result: [ContainerDraft] = []
        for (index, json) in try spec.list(key).enumerated() {
            let container = try FieldReader(json, at: "spec.\(key)[\(index)]")
            _ = try container.list("env")
            _ = try container.list("volumeMounts")
            result.append(ContainerDraft(json: json, origin: index))
        }
        return result
    }

    subscript(place: ContainerPlace) -> ContainerDraft {
        get {
            switch place {
            case .container(let index): containers[index]
            case .initContainer(let index): initContainers[index]
            }
        }
        set {
            switch place {
            case .container(let index): containers[index] = newValue
            case .initContainer(let index): initContainers[index] = newValue
            }
        }
    }

    func hasVolume(named name: String) -> Bool { volume(named: name) != nil }

    func volume(named name: String) -> JSONValue? {
        ownVolumes.first { $0["name"]?.stringValue == name } ?? addedVolumes.first { $0["name"]?.stringValue == name }
    }

    func hasContainer(named name: String) -> Bool {
        containers.contains { $0.name == name } || initContainers.contains { $0.name == name }
    }

    mutating func addVolume(_ volume: JSONValue) { addedVolumes.append(volume) }

    mutating func insertInitContainer(_ container: JSONValue, at index: Int) {
        initContainers.insert(ContainerDraft(json: container, origin: nil), at: index)
    }

    mutating func appendInitContainer(_ container: JSONValue) {
        insertInitContainer(container, at: initContainers.count)
    }

    mutating func appendContainer(_ container: JSONValue) {
        containers.append(ContainerDraft(json: container, origin: nil))
    }

    /// Takes out containers of that name, of those that the pod came with.
    mutating func removeContainers(named name: String) {
        removedContainers += containers.filter { $0.name == name }.compactMap(\.origin)
        containers.removeAll { $0.name == name }
    }

    mutating func removeInitContainers(named name: String) {
        removedInitContainers += initContainers.filter { $0.name == name }.compactMap(\.origin)
        initContainers.removeAll { $0.name == name }
    }

    mutating func shareProcessNamespace() {
        if original["spec"]?["shareProcessNamespace"]?.boolValue != true { sharesProcessNamespace = true }
    }

    /// Replaces the one of that key.
    mutating func setLabel(_ key: String, _ value: String) { addedLabels.append((key, value)) }

    /// Replaces the one of that key.
    mutating func setAnnotation(_ key: String, _ value: String) { addedAnnotations.append((key, value)) }

    // MARK: - The pod

    func pod() -> JSONValue {
        var spec = original["spec"] ?? .object([:])
        if !removedContainers.isEmpty || containers.contains(where: { $0.edit != nil || $0.origin == nil }) {
            spec["containers"] = .array(containers.map { $0.result() })
        }
        if !removedInitContainers.isEmpty || initContainers.contains(where: { $0.edit != nil || $0.origin == nil }) {
            spec["initContainers"] = .array(initContainers.map { $0.result() })
        }
        if !addedVolumes.isEmpty { spec["volumes"] = .array(ownVolumes + addedVolumes) }
        if sharesProcessNamespace { spec["shareProcessNamespace"] = true }
        var pod = original
        pod["spec"] = spec
        if let metadata = metadata() { pod["metadata"] = metadata }
        return pod
    }

    /// `nil` when it does not change.
    private func metadata() -> JSONValue? {
        if addedLabels.isEmpty, addedAnnotations.isEmpty { return nil }
        let metadata = original["metadata"] ?? .null
        var result = metadata.objectValue == nil ? .object([:]) : metadata
        for (member, added) in [("labels", addedLabels), ("annotations", addedAnnotations)] where !added.isEmpty {
            var map = result[member] ?? .null
            if map.objectValue == nil { map = .object([:]) }
            for (key, value) in added { map[key] = .string(value) }
            result[member] = map
        }
        return result
    }

    // MARK: - The patch

    /// Operations in an order in which each one's path holds when its turn comes: changes inside the containers that
    /// were there, then those that are taken out by falling index, then new containers by rising index, then volumes and the rest.
    func patchText() -> [UInt8]? {
        var patch = PatchBuilder()
        for container in containers { patch.change(container, in: "/spec/containers") }
        for container in initContainers { patch.change(container, in: "/spec/initContainers") }
        for index in removedContainers.sorted(by: >) { patch.remove("/spec/containers", index) }
        for index in removedInitContainers.sorted(by: >) { patch.remove("/spec/initContainers", index) }
        patch.append(containers.filter { $0.origin == nil }.map { $0.result() }, to: "/spec/containers", exists: true)
        if !hasInitContainerList, !initContainers.isEmpty {
            patch.add("/spec/initContainers", .array(initContainers.map { $0.result() }))
        } else {
            for (index, container) in initContainers.enumerated() where container.origin == nil {
                patch.add("/spec/initContainers", index, container.result())
            }
        }
        patch.append(addedVolumes, to: "/spec/volumes", exists: hasVolumeList)
        if sharesProcessNamespace { patch.add("/spec/shareProcessNamespace", true) }
        if original["metadata"]?.objectValue == nil {
            if let metadata = metadata() { patch.add("/metadata", metadata) }
        } else {
            patch.set(addedLabels, in: "/metadata/labels", given: original["metadata"]?["labels"])
            patch.set(addedAnnotations, in: "/metadata/annotations", given: original["metadata"]?["annotations"])
        }
        return patch.text()
    }
}

/// Where a container is in a draft. Holds until containers are inserted.
enum ContainerPlace: Equatable {
    case container(Int)
    case initContainer(Int)
}
