import Document
import KubeModel
import OperatorAPI

/// What in a container would make the API server refuse its pod.
///
/// Paths are for messages and made only then.
///
/// Source: the validation of pods in the Kubernetes API server.
enum ContainerRules {
    /// - Parameters:
    ///   - container: as it is to be added.
    ///   - system: `spec.os.name` of the pod, `nil` when it does not say.
    static func fault(_ container: JSONValue, system: String?, _ path: @autoclosure () -> String) -> FieldError? {
        let environment = (container["env"]?.arrayValue ?? []).map {
            EnvironmentVariable(name: $0["name"]?.stringValue ?? "", json: $0)
        }
        return fault(image: container["image"]?.stringValue ?? "", "\(path()).image")
            ?? fault(pullPolicy: container["imagePullPolicy"]?.stringValue ?? "", "\(path()).imagePullPolicy")
            ?? fault(environment, "\(path()).env")
            ?? fault(resources: container["resources"], "\(path()).resources")
            ?? fault(securityContext: container["securityContext"], system, "\(path()).securityContext")
            ?? fault(probe: container["livenessProbe"], "\(path()).livenessProbe")
            ?? fault(probe: container["startupProbe"], "\(path()).startupProbe")
    }

    static func fault(image: String, _ path: @autoclosure () -> String) -> FieldError? {
        guard image.isEmpty || image.utf8.contains(where: { $0 <= UInt8(ascii: " ") }) else { return nil }
        return FieldError(path: path(), value: .string(image), expected: "an image")
    }

    static func fault(pullPolicy: String, _ path: @autoclosure () -> String) -> FieldError? {
        switch pullPolicy {
        case "", "Always", "IfNotPresent", "Never": return nil
        default:
            return FieldError(path: path(), value: .string(pullPolicy), expected: "Always, IfNotPresent or Never")
        }
    }

    private static func fault(probe: JSONValue?, _ path: @autoclosure () -> String) -> FieldError? {
        guard let threshold = probe?["successThreshold"]?.intValue, threshold > 1 else { return nil }
        return FieldError(path: "\(path()).successThreshold", value: .int(threshold), expected: "1")
    }

    static func fault(_ environment: [EnvironmentVariable], _ path: @autoclosure () -> String) -> FieldError? {
        for (index, variable) in environment.enumerated() {
            let isName = variable.name.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
            if variable.name.isEmpty || !isName {
                return FieldError(
                    path: "\(path())[\(index)].name", value: .string(variable.name),
                    expected: "a name of printable ASCII without '='")
            }
            if let source = variable.json["valueFrom"]?.objectValue,
                source.members.count(where: { !$0.value.isNull }) != 1
            {
                return FieldError(
                    path: "\(path())[\(index)].valueFrom", value: .string(variable.name), expected: "one source")
            }
            if let field = variable.json["valueFrom"]?["fieldRef"]?["fieldPath"]?.stringValue, !isPodField(field) {
                return FieldError(
                    path: "\(path())[\(index)].valueFrom.fieldRef.fieldPath", value: .string(field),
                    expected: "a field of the pod that a variable may have, such as status.podIP")
            }
            if variable.hasSource, !(variable.value ?? "").isEmpty {
                return FieldError(
                    path: "\(path())[\(index)].valueFrom", value: .string(variable.name),
                    expected: "either value or valueFrom")
            }
        }
        return nil
    }

    /// A pod may have limits and requests as a whole. What is added on top of the application's own is not known here: this
    /// finds what alone is too much.
    static func fault(resources: JSONValue?, within pod: JSONValue?, _ path: @autoclosure () -> String) -> FieldError? {
        guard let pod = pod?.objectValue else { return nil }
        for kind in ["requests", "limits"] {
            for member in resources?[kind]?.objectValue ?? [:] {
                guard let whole = pod[kind]?[member.key], let most = quantity(whole),
                    let wanted = quantity(member.value), wanted.value > most.value
                else { continue }
                return FieldError(
                    path: "\(path()).\(kind).\(member.key)", value: member.value,
                    expected: "no more than the whole pod's, which is \(whole.stringValue ?? whole.serializedString())")
            }
        }
        return nil
    }

    private static func isPodField(_ path: String) -> Bool {
        let fields = [
            "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
            "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
        ]
        return fields.contains(path)
            || ["metadata.annotations['", "metadata.labels['"].contains { path.hasPrefix($0) && path.hasSuffix("']") }
    }

    /// Limits that the user set and requests that were defaulted may not fit together.
    static func fault(resources: JSONValue?, _ path: @autoclosure () -> String) -> FieldError? {
        for request in resources?["requests"]?.objectValue ?? [:] {
            // Devices and the like are not shared, so what is asked for is also the most.
            if request.key.utf8.contains(UInt8(ascii: "/")), resources?["limits"]?[request.key] == nil {
                return FieldError(
                    path: "\(path()).limits.\(request.key)", value: "missing", expected: "the same as in requests")
            }
            guard let limit = resources?["limits"]?[request.key], let most = quantity(limit),
                let wanted = quantity(request.value), wanted.value > most.value
            else { continue }
            return FieldError(
                path: "\(path()).requests.\(request.key)", value: request.value,
                expected: "no more than the limit, which is \(limit.stringValue ?? limit.serializedString())")
        }
        return nil
    }

    /// What is wrong with it alone, or for the system that the pod says it is for.
    static func fault(securityContext: JSONValue?, _ system: String?, _ path: @autoclosure () -> String) -> FieldError?
    {
        guard let context = securityContext?.objectValue else { return nil }
        if context["allowPrivilegeEscalation"]?.boolValue == false {
            let gains =
                context["privileged"]?.boolValue == true
                || (context["capabilities"]?["add"]?.arrayValue ?? []).contains("CAP_SYS_ADMIN")
            if gains {
                return FieldError(
                    path: "\(path()).allowPrivilegeEscalation", value: false,
                    expected: "true for a container that is privileged or has CAP_SYS_ADMIN")
            }
        }
        let foreign: Set<String>
        switch system {
        case "windows": foreign = linuxSettings
        case "linux": foreign = ["windowsOptions"]
        default: return nil
        }
        guard let member = context.members.first(where: { foreign.contains($0.key) && !$0.value.isNull }) else {
            return nil
        }
        return FieldError(
            path: "\(path()).\(member.key)", value: member.value, expected: "nothing in a pod for \(system ?? "it")")
    }

    private static let linuxSettings: Set<String> = [
        "allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount",
        "readOnlyRootFilesystem", "runAsGroup", "runAsUser", "seLinuxOptions", "seccompProfile",
    ]

    static func quantity(_ json: JSONValue) -> Quantity? {
        switch json {
        case .string(let text): Quantity(text)
        case .number: Quantity(json.serializedString())
        default: nil
        }
    }
}
