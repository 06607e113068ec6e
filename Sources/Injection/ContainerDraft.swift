import Document
import OperatorAPI

/// A container of the pod, with the changes to it.
struct ContainerDraft {
    let name: String
    /// The container as it was sent, or as it was built.
    let json: JSONValue
    /// Where the container stood in its list on arrival; `nil` when it is new.
    let origin: Int?
    var edit: ContainerEdit?

    init(json: JSONValue, origin: Int?) {
        name = json["name"]?.stringValue ?? ""
        self.json = json
        self.origin = origin
    }

    /// A copy to change. It takes effect when it is stored in ``edit``.
    func editing() -> ContainerEdit { edit ?? ContainerEdit(json) }

    /// The container with its changes.
    func result() -> JSONValue {
        guard let edit else { return json }
        var result = json
        if edit.environment.originalCount != nil || !edit.environment.entries.isEmpty {
            result["env"] = .array(edit.environment.list)
        }
        if !edit.addedMounts.isEmpty { result["volumeMounts"] = .array(edit.ownMounts + edit.addedMounts) }
        return result
    }
}

/// Changes to one container, so far.
struct ContainerEdit {
    var environment: EnvironmentDraft
    let ownMounts: [JSONValue]
    let hasMountList: Bool
    private(set) var addedMounts: [JSONValue] = []

    init(_ container: JSONValue) {
        environment = EnvironmentDraft(container["env"]?.arrayValue)
        let mounts = container["volumeMounts"]?.arrayValue
        ownMounts = mounts ?? []
        hasMountList = mounts != nil
    }

    func hasMount(named name: String) -> Bool { hasMount { $0["name"]?.stringValue == name } }
    func hasMount(at path: String) -> Bool { hasMount { $0["mountPath"]?.stringValue == path } }

    private func hasMount(where matches: (JSONValue) -> Bool) -> Bool {
        ownMounts.contains(where: matches) || addedMounts.contains(where: matches)
    }

    mutating func addMount(name: String, path: String, isReadOnly: Bool = false) {
        var mount: JSONValue = ["name": .string(name), "mountPath": .string(path)]
        if isReadOnly { mount["readOnly"] = true }
        addedMounts.append(mount)
    }
}
