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
        return edit.applied(to: json)
    }
}

/// Changes to one container, so far.
struct ContainerEdit {
    var environment: EnvironmentDraft
    var mounts: MountsDraft

    init(_ container: JSONValue) {
        environment = EnvironmentDraft(container["env"]?.arrayValue)
        mounts = MountsDraft(container["volumeMounts"]?.arrayValue)
    }

    func applied(to container: JSONValue) -> JSONValue {
        var result = container
        if environment.originalCount != nil || !environment.entries.isEmpty {
            result["env"] = .array(environment.list)
        }
        if mounts.isChanged { result["volumeMounts"] = .array(mounts.list) }
        return result
    }
}
