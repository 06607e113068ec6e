public import Document

/// The level `restricted` of the Pod Security Standards: what the API server asks of pods in a namespace that enforces it.
///
/// Pure, and no judge: the API server decides, by the rules of its own version or of the one that the namespace names. This
/// says beforehand what it will say.
///
/// - Caveats: of a namespace that names no version it is not known by which one it is judged. Labels that name a version
///   before v1.23 are judged by the rules of that one, which are stricter; of newer versions than ``newest``, by its rules.
///
/// Source: Kubernetes, "Pod Security Standards", sections "Baseline" and "Restricted", with the exceptions for pods that say
/// `spec.os.name: windows`; "Enforce Pod Security Standards with Namespace Labels", section on versions.
public struct RestrictedLevel: Sendable, Equatable {
    /// One thing that the level refuses.
    public struct Violation: Sendable, Equatable, CustomStringConvertible {
        /// The container that has it; `nil` for the pod.
        public var container: String?
        /// The field and what is wrong with it.
        public var text: String

        public var description: String { container.map { "container \($0): \(text)" } ?? text }
    }

    /// The oldest Kubernetes, 1.25, that the operator runs on.
    private static let oldest = 25
    /// The newest version that changed the rules, 1.34.
    private static let newest = 34

    /// The minor versions of Kubernetes by one of which it is judged.
    private let versions: ClosedRange<Int>

    private init(versions: ClosedRange<Int>) { self.versions = versions }

    /// By the rules of the API server's version, which may be any.
    public static let latest = RestrictedLevel(versions: oldest...newest)

    /// - Parameter label: `v1.` and a number; anything else is `latest`, as for the API server.
    public init(version label: String?) {
        let minor = label.flatMap { $0.hasPrefix("v1.") ? $0.dropFirst(3) : nil } ?? ""
        guard minor.utf8.allSatisfy({ (48...57).contains($0) }), minor == "0" || !minor.hasPrefix("0"),
            let number = Int(minor)
        else {
            self = .latest
            return
        }
        let version = min(number, Self.newest)
        self.init(versions: version...version)
    }

    /// Whether a rule that came with a version may be in force.
    private func mayRefuse(since version: Int) -> Bool { versions.upperBound >= version }

    /// Whether what was allowed with a version is allowed for sure.
    private func allows(since version: Int) -> Bool { versions.lowerBound >= version }

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
        if context["runAsNonRoot"].unlessNull == nil, podContext?["runAsNonRoot"] != true {
            context["runAsNonRoot"] = true
        }
        if context["seccompProfile"].unlessNull == nil, podContext?["seccompProfile"].unlessNull == nil {
            context["seccompProfile"] = ["type": "RuntimeDefault"]
        }
        var result = container
        result["securityContext"] = context
        return result
    }

    /// Whether one of the versions by which it may be judged admits the pod.
    public func mayAdmit(_ pod: JSONValue, annotations: JSONValue? = nil) -> Bool {
        versions.contains { version in
            RestrictedLevel(versions: version...version).violations(of: pod, annotations: annotations).isEmpty
        }
    }

    /// What the level refuses; empty for a pod that is admitted. Where the version is not known, what any one refuses.
    ///
    /// - Parameters:
    ///   - pod: the `spec` of a pod.
    ///   - annotations: of its metadata. Before `appArmorProfile` there was one for each container.
    public func violations(of pod: JSONValue, annotations: JSONValue? = nil) -> [Violation] {
        let podContext = pod["securityContext"] ?? [:]
        // Older versions make no exception.
        let isWindows = pod[path: "os", "name"] == "windows" && allows(since: 25)
        var found = ["hostNetwork", "hostPID", "hostIPC"].filter { pod[$0] == true }.map { "\($0) is true" }
        for volume in pod["volumes"]?.arrayValue ?? [] {
            let types = (volume.objectValue?.keys ?? []).filter { $0 != "name" && !Self.volumeTypes.contains($0) }
            found += types.map { "volume \(name(volume)) is of type \($0)" }
        }
        for sysctl in podContext["sysctls"]?.arrayValue ?? []
        where !(Self.sysctls[name(sysctl)].map(allows(since:)) ?? false) {
            found.append("sysctl \(name(sysctl)) is not among the safe ones")
        }
        found += shared(podContext).map { "securityContext.\($0)" }
        for annotation in annotations?.objectValue ?? [:] where annotation.key.hasPrefix(Self.appArmorAnnotation) {
            let profile = annotation.value.stringValue ?? ""
            guard !["", "runtime/default"].contains(profile), !profile.hasPrefix("localhost/") else { continue }
            found.append("annotation \(annotation.key) is \(profile)")
        }
        var violations = found.map { Violation(text: $0) }
        for list in ["initContainers", "containers"] {
            for container in pod[list]?.arrayValue ?? [] {
                let ofContainer =
                    self.violations(of: container, in: podContext)
                    + (isWindows ? [] : linuxViolations(of: container, in: podContext))
                violations += ofContainer.map { Violation(container: name(container), text: $0) }
            }
        }
        return violations
    }

    private func violations(of container: JSONValue, in podContext: JSONValue) -> [String] {
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
        return mayRefuse(since: 34) ? found + hosts(of: container) : found
    }

    /// What has the kubelet ask another host than the pod.
    private func hosts(of container: JSONValue) -> [String] {
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map { ($0, container[$0]) }
        let hooks = ["postStart", "preStop"].map { ("lifecycle.\($0)", container[path: "lifecycle", $0]) }
        return (probes + hooks).flatMap { path, handler in
            ["httpGet", "tcpSocket"]
                .filter { handler?[path: $0, "host"]?.stringValue?.isEmpty == false }
                .map { "\(path).\($0).host is set" }
        }
    }

    /// What a pod for Windows cannot have, and so need not.
    private func linuxViolations(of container: JSONValue, in podContext: JSONValue) -> [String] {
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
    private func shared(_ context: JSONValue) -> [String] {
        var found: [String] = []
        if context["runAsNonRoot"] == false { found.append("runAsNonRoot is false") }
        if context["runAsUser"]?.intValue == 0 { found.append("runAsUser is 0") }
        for field in ["seccompProfile", "appArmorProfile"] {
            guard let type = context[path: field, "type"]?.stringValue, !Self.profiles.contains(type) else { continue }
            found.append("\(field).type is \(type)")
        }
        if let type = context[path: "seLinuxOptions", "type"]?.stringValue,
            !(Self.seLinuxTypes[type].map(allows(since:)) ?? false)
        {
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

    private func name(_ part: JSONValue) -> String { part["name"]?.stringValue ?? "?" }

    private static let profiles = ["RuntimeDefault", "Localhost"]
    private static let appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"
    /// With the version that came to allow them.
    private static let seLinuxTypes = [
        "": 0, "container_t": 0, "container_init_t": 0, "container_kvm_t": 0, "container_engine_t": 31,
    ]
    private static let volumeTypes = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    ]
    /// With the version that came to allow them.
    private static let sysctls = [
        "kernel.shm_rmid_forced": 0, "net.ipv4.ip_local_port_range": 0, "net.ipv4.ip_unprivileged_port_start": 0,
        "net.ipv4.ping_group_range": 0, "net.ipv4.tcp_syncookies": 0, "net.ipv4.ip_local_reserved_ports": 27,
        "net.ipv4.tcp_fin_timeout": 29, "net.ipv4.tcp_keepalive_intvl": 29, "net.ipv4.tcp_keepalive_probes": 29,
        "net.ipv4.tcp_keepalive_time": 29, "net.ipv4.tcp_rmem": 32, "net.ipv4.tcp_wmem": 32,
    ]
}

extension JSONValue? {
    /// The API takes a null for a field that is not there.
    fileprivate var unlessNull: JSONValue? { self == .null ? nil : self }
}
