import Document
import OperatorAPI

/// Adds a collector's sidecar to a pod.
///
/// - Guarantees: all of it or nothing. The API server does not refuse the pod for what is added: names that must be unique
///   are, and what is mounted is there.
struct SidecarInjection {
    let sidecar: CollectorSidecar
    let isNative: Bool

    func inject(into draft: inout PodDraft, pod: PodFacts) throws(SidecarRefused) {
        var changed = draft
        guard !draft.containers.isEmpty else { throw SidecarRefused(reason: .noContainers) }
        var container = sidecar.container(for: pod, isNative: isNative)
        if pod.isRestricted, draft.system != "windows" {
            let podContext = draft.original["spec"]?["securityContext"]
            container = RestrictedLevel.completed(container: container, in: podContext)
        }
        try checkHostPorts(of: container, beside: draft)
        // Its parts are named as the collector's own.
        try check(container, "spec", in: draft)

        for initContainer in sidecar.initContainers {
            let name = initContainer["name"]?.stringValue ?? ""
            guard !changed.hasContainer(named: name), name != CollectorSidecar.containerName else {
                throw SidecarRefused(reason: .containerNameTaken(name))
            }
            try check(initContainer, "spec.initContainers.\(name)", in: draft)
            changed.appendInitContainer(initContainer)
        }
        if isNative { changed.appendInitContainer(container) } else { changed.appendContainer(container) }

        for volume in sidecar.volumes {
            let name = volume["name"]?.stringValue ?? ""
            guard let own = changed.volume(named: name) else {
                changed.addVolume(volume)
                continue
            }
            // The same one serves both: the pod was perhaps made from one that had the sidecar.
            if !own.isSameVolume(as: volume) { throw SidecarRefused(reason: .volumeNameTaken(name)) }
        }
        for container in sidecar.initContainers + [container] { try checkMounts(of: container, in: changed) }

        if pod.isRestricted, let violations = changed.violations(since: draft) {
            throw SidecarRefused(reason: .podSecurity(sidecar.collector, violations))
        }
        changed.setLabel(CollectorSidecar.label, sidecar.labelValue)
        draft = changed
    }

    private func check(_ container: JSONValue, _ path: String, in draft: PodDraft) throws(SidecarRefused) {
        let system = draft.system
        let whole = draft.original["spec"]?["resources"]
        if let fault = ContainerRules.fault(container, system: system, path)
            ?? ContainerRules.fault(resources: container["resources"], within: whole, "\(path).resources")
        {
            throw SidecarRefused(reason: .collectorInvalid(sidecar.collector, fault))
        }
    }

    private func checkMounts(of container: JSONValue, in draft: PodDraft) throws(SidecarRefused) {
        var paths: Set<String> = []
        for mount in container["volumeMounts"]?.arrayValue ?? [] {
            let volume = mount["name"]?.stringValue ?? ""
            guard draft.hasVolume(named: volume) else { throw SidecarRefused(reason: .volumeMissing(volume)) }
            let path = mount["mountPath"]?.stringValue ?? ""
            guard paths.insert(path).inserted else { throw SidecarRefused(reason: .mountPathTwice(path)) }
        }
    }

    /// On the host's network every port of a container is one of the host's, and no two may be the same.
    private func checkHostPorts(of container: JSONValue, beside draft: PodDraft) throws(SidecarRefused) {
        let isOnHost = draft.original["spec"]?["hostNetwork"]?.boolValue ?? false
        var taken: Set<HostPort> = []
        // Init containers are counted apart from the others.
        for own in isNative ? draft.initContainers : draft.containers {
            taken.formUnion(HostPort.ports(of: own.json, isOnHost: isOnHost))
        }
        for port in HostPort.ports(of: container, isOnHost: isOnHost) where !taken.insert(port).inserted {
            throw SidecarRefused(reason: .hostPortTaken(port.number))
        }
    }
}

extension JSONValue {
    /// Whether this volume of a stored pod is that one: equal but for the API server's defaults.
    fileprivate func isSameVolume(as other: JSONValue) -> Bool {
        guard let members = other.objectValue, let own = objectValue else { return self == other }
        let defaults: [String: JSONValue] = ["defaultMode": 420, "type": ""]
        return members.allSatisfy { own[$0.key]?.isSameVolume(as: $0.value) ?? false }
            && own.members.allSatisfy { members[$0.key] != nil || defaults[$0.key] == $0.value }
    }
}

private struct HostPort: Hashable {
    var number: Int
    var `protocol`: String

    static func ports(of container: JSONValue, isOnHost: Bool) -> [HostPort] {
        (container["ports"]?.arrayValue ?? []).compactMap { port in
            let declared = port["hostPort"]?.intValue ?? 0
            let number = declared == 0 && isOnHost ? port["containerPort"]?.intValue ?? 0 : declared
            return number == 0 ? nil : HostPort(number: number, protocol: port["protocol"]?.stringValue ?? "TCP")
        }
    }
}

extension CollectorSidecar {
    /// The container for one pod: with what its telemetry should say about the pod, unless the collector's author says that.
    ///
    /// A native sidecar starts before the application; what follows it waits for its startup probe.
    fileprivate func container(for pod: PodFacts, isNative: Bool) -> JSONValue {
        var container = container
        var environment = EnvironmentDraft(container["env"]?.arrayValue)
        if !environment.contains(ResourceVariable.attributes) {
            environment.append(ResourceVariable.podNameFromField)
            environment.append(ResourceVariable.podUIDFromField)
            environment.append(ResourceVariable.nodeNameFromField)
            environment.append(
                EnvironmentVariable(ResourceVariable.attributes, ResourceAttributes(ofSidecarIn: pod).text))
            container["env"] = .array(environment.list)
        }
        if isNative {
            container["restartPolicy"] = "Always"
            if container["startupProbe"] == nil, let probe = container["readinessProbe"] {
                container["startupProbe"] = probe
            }
        }
        return container
    }
}

extension ResourceAttributes {
    /// What a sidecar adds to the telemetry that passes through it: the pod, and the ReplicaSet and the Deployment that it
    /// belongs to, with their UIDs as far as they are known.
    fileprivate init(ofSidecarIn pod: PodFacts) {
        self.init()
        self["k8s.namespace.name"] = pod.namespace
        self["k8s.node.name"] = "$(\(ResourceVariable.nodeName))"
        self["k8s.pod.name"] = "$(\(ResourceVariable.podName))"
        self["k8s.pod.uid"] = "$(\(ResourceVariable.podUID))"
        for kind in [PodOwner.Kind.replicaset, .deployment] {
            // A Deployment is an owner only behind a ReplicaSet.
            guard let owner = pod.owners.first(where: { $0.kind == kind }) else { return }
            self["k8s.\(kind.rawValue).name"] = owner.name
            if !owner.uid.isEmpty { self["k8s.\(kind.rawValue).uid"] = owner.uid }
        }
    }
}
