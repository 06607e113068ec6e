public import Document

/// The level `restricted` of the Pod Security Standards: what the API server asks of pods in a namespace that enforces it.
///
/// Pure, and no judge: the API server decides, by the rules of its own version or of the one that the namespace names. This
/// says beforehand what it will say.
///
/// Source: Kubernetes, "Pod Security Standards", sections "Baseline" and "Restricted", with the exceptions for pods that say
/// `spec.os.name: windows`.
public enum RestrictedLevel {
    /// The container with what the level wants to be written down and nobody wrote down. What stands there already is never
    /// changed.
    ///
    /// - Parameter podContext: the `securityContext` of its pod.
    public static func completed(container: JSONValue, in podContext: JSONValue?) -> JSONValue {
        var context = container["securityContext"].unlessNull ?? [:]
        if context["allowPrivilegeEscalation"].unlessNull == nil { context["allowPrivilegeEscalation"] = false }
        if context[path: "capabilities", "drop"].unlessNull == nil {
            var capabilities = context["capabilities"].unlessNull ?? [:]
            capabilities["drop"] = ["ALL"]
            context["capabilities"] = capabilities
        }
        // These two a container has from its pod.
        for (field, value) in [("runAsNonRoot", true), ("seccompProfile", ["type": "RuntimeDefault"])]
            as [(_, JSONValue)]
        where context[field].unlessNull == nil && podContext?[field].unlessNull == nil {
            context[field] = value
        }
        var result = container
        result["securityContext"] = context
        return result
    }

    /// What the level refuses, in words that name the field; empty for a pod that is admitted.
    ///
    /// - Parameter pod: the `spec` of a pod.
    public static func violations(of pod: JSONValue) -> [String] {
        let podContext = pod["securityContext"] ?? [:]
        let isWindows = pod[path: "os", "name"] == "windows"
        var found = ["hostNetwork", "hostPID", "hostIPC"].filter { pod[$0] == true }.map { "\($0) is true" }
        for volume in pod["volumes"]?.arrayValue ?? [] {
            let types = (volume.objectValue?.keys ?? []).filter { $0 != "name" && !volumeTypes.contains($0) }
            found += types.map { "volume \(name(volume)) is of type \($0)" }
        }
        for sysctl in podContext["sysctls"]?.arrayValue ?? [] where !sysctls.contains(name(sysctl)) {
            found.append("sysctl \(name(sysctl)) is not among the safe ones")
        }
        found += shared(podContext).map { "securityContext.\($0)" }
        for list in ["initContainers", "containers"] {
            for container in pod[list]?.arrayValue ?? [] {
                let ofContainer =
                    violations(of: container, in: podContext)
                    + (isWindows ? [] : linuxViolations(of: container, in: podContext))
                found += ofContainer.map { "container \(name(container)): \($0)" }
            }
        }
        return found
    }

    private static func violations(of container: JSONValue, in podContext: JSONValue) -> [String] {
        let context = container["securityContext"] ?? [:]
        var found = shared(context)
        if context["privileged"] == true { found.append("privileged is true") }
        // False in the container itself was told already.
        if context["runAsNonRoot"].unlessNull == nil, podContext["runAsNonRoot"] != true {
            found.append("runAsNonRoot is not true")
        }
        if let mount = context["procMount"].unlessNull, mount != "Default" { found.append("procMount is not Default") }
        for port in container["ports"]?.arrayValue ?? [] {
            if let hostPort = port["hostPort"]?.intValue, hostPort != 0 { found.append("hostPort \(hostPort)") }
        }
        return found
    }

    /// What a pod for Windows cannot have, and so need not.
    private static func linuxViolations(of container: JSONValue, in podContext: JSONValue) -> [String] {
        let context = container["securityContext"] ?? [:]
        var found: [String] = []
        if context["allowPrivilegeEscalation"] != false { found.append("allowPrivilegeEscalation is not false") }
        if context[path: "capabilities", "drop"]?.arrayValue?.contains("ALL") != true {
            found.append("capabilities.drop does not hold ALL")
        }
        for added in context[path: "capabilities", "add"]?.arrayValue ?? [] where added != "NET_BIND_SERVICE" {
            found.append("capabilities.add holds \(added.stringValue ?? "?")")
        }
        if context[path: "seccompProfile", "type"].unlessNull == nil,
            podContext[path: "seccompProfile", "type"].unlessNull == nil
        {
            found.append("seccompProfile.type is not set")
        }
        return found
    }

    /// What pods and containers may both have wrong.
    private static func shared(_ context: JSONValue) -> [String] {
        var found: [String] = []
        if context["runAsNonRoot"] == false { found.append("runAsNonRoot is false") }
        if context["runAsUser"]?.intValue == 0 { found.append("runAsUser is 0") }
        for (field, allowed) in [("seccompProfile", profiles), ("appArmorProfile", profiles)] {
            guard let type = context[path: field, "type"]?.stringValue, !allowed.contains(type) else { continue }
            found.append("\(field).type is \(type)")
        }
        if let type = context[path: "seLinuxOptions", "type"]?.stringValue, !seLinuxTypes.contains(type) {
            found.append("seLinuxOptions.type is \(type)")
        }
        for field in ["user", "role"] where context[path: "seLinuxOptions", field]?.stringValue?.isEmpty == false {
            found.append("seLinuxOptions.\(field) is set")
        }
        if context[path: "windowsOptions", "hostProcess"] == true {
            found.append("windowsOptions.hostProcess is true")
        }
        return found
    }

    private static func name(_ part: JSONValue) -> String { part["name"]?.stringValue ?? "?" }

    private static let profiles = ["RuntimeDefault", "Localhost"]
    private static let seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]
    private static let volumeTypes = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    ]
    private static let sysctls = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
    ]
}

extension JSONValue? {
    /// The API takes a null for a field that is not there.
    fileprivate var unlessNull: JSONValue? { self == .null ? nil : self }
}
