import Document
import KubeModel
import OperatorAPI

/// The agent as a module that a web server loads. The server's configuration has to name the module, so the configuration is copied
/// out of the application's image, changed, and mounted in place of the original.
protocol WebServerModule {
    var language: Language { get }
    /// Holds the changed configuration.
    var configurationVolume: String { get }
    /// Holds the module and its libraries.
    var agentVolume: String { get }
    /// Of the init container that brings the module and changes the configuration.
    var attachContainer: String { get }
    /// Where the configuration is in the application's container.
    var configurationFolder: String { get }
    /// Copies the configuration; runs in the application's image.
    var cloneCommand: (command: [String], arguments: [String]?) { get }
    /// Of `/bin/sh -c`; runs in the agent's image.
    var attachArguments: [String] { get }
    /// The variable of the attach container with the agent's configuration.
    var directivesVariable: String { get }
    /// The variable of the attach container with the name of the pod.
    var instanceVariable: String { get }
    /// Whose security context the init containers get: that of the last container, or of the first.
    var followsLastContainer: Bool { get }

    /// What is wrong with the section.
    func refusal() -> SkipReason?
    func configurationVolumeSource(_ section: AgentSection) -> JSONValue
    func agentVolumeSource(_ section: AgentSection) -> JSONValue
    func directives(_ facts: ServerFacts) -> String
    /// Changes the variables of the application's container that is served.
    ///
    /// - Returns: variables left alone although they should have been changed.
    func prepare(_ environment: inout EnvironmentDraft) -> [String]
}

extension WebServerModule {
    /// The part of the attach script that all servers have: the module and its libraries into the agent's volume, the
    /// agent's directives into a file of the configuration. The name of the pod is made harmless for `sed` first.
    func bringAgent(to file: String) -> String {
        """
        agent=\(WebServerPath.agent)
        conf=\(WebServerPath.configuration)
        cp -r /opt/opentelemetry/* "$agent"
        log4cxx="$agent/conf/opentelemetry_sdk_log4cxx.xml"
        sed -e "s,__agent_log_dir__,$agent/logs,g" "$log4cxx.template" > "$log4cxx"
        instance=$(printf '%s' "$\(instanceVariable)" | sed -e 's/[\\\\,&]/\\\\&/g')
        printf '%s\\n' "$\(directivesVariable)" | sed -e "s,\(WebServerPath.instancePlaceholder),$instance,g" \
        > "$conf/\(file)"
        """
    }
}

/// What the agent's configuration says of the service.
struct ServerFacts {
    var endpoint: String
    var serviceName: String
    /// Empty when it is not known.
    var serviceNamespace: String

    init(_ spec: InstrumentationSpec, pod: PodFacts, _ application: ApplicationContainer) {
        let attributes = ResourceAttributes(spec: spec, pod: pod, container: application)
        endpoint = spec.exporter.endpoint.isEmpty ? "http://localhost:4317/" : spec.exporter.endpoint
        serviceName = attributes.serviceName(spec: spec, pod: pod, container: application)
        serviceNamespace =
            pod.ownNamespace.isEmpty ? attributes["k8s.namespace.name", default: ""] : pod.ownNamespace
    }
}

/// Injects a ``WebServerModule``: the first container in full, further ones with the common environment alone.
struct WebServerInjection<Module: WebServerModule>: LanguageInjection {
    let module: Module

    func inject(
        _ request: LanguageRequest, section: AgentSection, into draft: inout PodDraft, at targets: [ContainerPlace],
        pod: PodFacts
    ) -> LanguageOutcome {
        var outcome = LanguageOutcome()
        if let obstacle = module.refusal() ?? obstacle(in: draft) {
            outcome.refusals.append(request.refused(obstacle))
            return outcome
        }
        let spec = request.instrumentation.spec
        var additions: [JSONValue] = []
        for place in targets {
            let container = draft[place]
            guard case .container = place else {
                outcome.refusals.append(request.refused(.initContainerUnsupported, container: container.name))
                continue
            }
            var edit = container.editing()
            let facts = ServerFacts(spec, pod: pod, ApplicationContainer(container))
            var leftAlone: [String] = []
            if additions.isEmpty {
                let paths = [WebServerPath.agent, WebServerPath.configuration]
                if let taken = paths.first(where: edit.mounts.contains(path:)) {
                    outcome.refusals.append(request.refused(.mountPathTaken(taken), container: container.name))
                    continue
                }
                edit.environment.appendIfAbsent(section.environment)
                draft.addVolume(module.configurationVolumeSource(section))
                let clone = clone(of: container, &edit, section, named: cloneName(in: draft), &leftAlone)
                draft.addVolume(module.agentVolumeSource(section))
                additions = [clone, attach(spec, section, directives: module.directives(facts))]
            } else {
                edit.environment.appendIfAbsent(section.environment)
                outcome.refusals.append(request.refused(.furtherServer, container: container.name))
            }
            edit.addCommonEnvironment(spec)
            let application = ApplicationContainer(container, environment: edit.environment)
            leftAlone += edit.addSDKConfiguration(spec, pod: pod, application: application, volumes: &draft)
            draft[place].edit = edit
            if outcome.injected.isEmpty || module.followsLastContainer {
                let context = spec.initContainerSecurityContext ?? container.securityContext
                for index in additions.indices { additions[index]["securityContext"] = context }
            }
            outcome.injected.append(container.name)
            outcome.refusals += leftAlone.map { request.refused(.variableLeftAlone($0), container: container.name) }
        }
        for addition in additions { draft.appendInitContainer(addition) }
        return outcome
    }

    /// Names that are taken would make the API server refuse the pod.
    private func obstacle(in draft: PodDraft) -> SkipReason? {
        for volume in [module.configurationVolume, module.agentVolume] where draft.hasVolume(named: volume) {
            return .volumeNameTaken(volume)
        }
        for container in [module.attachContainer, cloneName(in: draft)] where draft.hasContainer(named: container) {
            return .agentContainerNameTaken(container)
        }
        return nil
    }

    /// Two servers of different kinds in one pod each need their own.
    private func cloneName(in draft: PodDraft) -> String {
        let name = "otel-agent-source-container-clone"
        let isOtherServers = draft.initContainers.contains { $0.name == name && $0.origin == nil }
        return isOtherServers ? "\(name)-\(module.language.rawValue)" : name
    }

    /// The init container with the application's image that copies the configuration, with what the application has: its
    /// configuration may come from volumes and variables. In the application the copy takes the original's place.
    private func clone(
        of container: ContainerDraft, _ edit: inout ContainerEdit, _ section: AgentSection, named name: String,
        _ leftAlone: inout [String]
    ) -> JSONValue {
        let (command, arguments) = module.cloneCommand
        var mounts = edit.mounts.list.map { $0.withoutPropagation }
        mounts.append(
            ["name": .string(module.configurationVolume), "mountPath": .string(WebServerPath.configuration)])

        // Of the variables that the module needs, the copy sees those that were there (changed), not the new ones.
        let count = edit.environment.entries.count
        leftAlone += module.prepare(&edit.environment)
        let environment = Array(edit.environment.list.prefix(count))

        let folder = module.configurationFolder
        edit.mounts.removeFirst { $0.contains(folder) }
        // Another one may sit at the very place, and two mounts at one path are refused.
        edit.mounts.removeFirst { $0 == folder || $0 == folder + "/" }
        edit.mounts.add(name: module.agentVolume, path: WebServerPath.agent)
        edit.mounts.add(name: module.configurationVolume, path: folder)

        return .object(compacting: [
            "name": .string(name),
            "image": container.json["image"],
            "command": .strings(command),
            "args": arguments.map { .strings($0) },
            "env": environment.isEmpty ? nil : .array(environment),
            "envFrom": container.json["envFrom"],
            "resources": section.resources,
            "volumeMounts": .array(mounts),
            "imagePullPolicy": container.json["imagePullPolicy"],
        ])
    }

    private func attach(_ spec: InstrumentationSpec, _ section: AgentSection, directives: String) -> JSONValue {
        var environment = EnvironmentDraft(section.environment.map(\.json))
        environment.appendIfAbsent(spec.environment)
        // The directives may refer to these, so they come first.
        for (name, path) in [("OTEL_POD_IP", "status.podIP"), ("OTEL_NODE_IP", "status.hostIP")] {
            environment.appendIfAbsent(EnvironmentVariable(name, field: path))
        }
        environment.append(EnvironmentVariable(module.directivesVariable, directives))
        environment.append(EnvironmentVariable(module.instanceVariable, field: "metadata.name"))
        return .object(compacting: [
            "name": .string(module.attachContainer),
            "image": .string(section.image),
            "command": .strings(["/bin/sh", "-c"]),
            "args": .strings(module.attachArguments),
            "env": .array(environment.list),
            "resources": section.resources,
            "volumeMounts": [
                ["name": .string(module.agentVolume), "mountPath": .string(WebServerPath.agent)],
                ["name": .string(module.configurationVolume), "mountPath": .string(WebServerPath.configuration)],
            ],
            "imagePullPolicy": spec.imagePullPolicy.isEmpty ? nil : .string(spec.imagePullPolicy),
        ])
    }
}

/// Where the volumes are in the init containers; the agent's also in the application.
enum WebServerPath {
    static let agent = "/opt/opentelemetry-webserver/agent"
    static let configuration = "/opt/opentelemetry-webserver/source-conf"
    /// Replaced by the name of the pod.
    static let instancePlaceholder = "<<SID-PLACEHOLDER>>"

    /// Whether nothing can be mounted at a path: the root in whatever words, which would hide the image; the agent's own
    /// place; and what the API server does not take.
    static func isUnusable(_ path: String) -> Bool {
        let isRoot = path.split(separator: "/").allSatisfy { $0 == "." || $0 == ".." }
        return isRoot || path == agent || path.contains(":")
    }
}

extension WebServer {
    /// The agent's directives, sorted by name: the defaults, and what the Instrumentation says.
    func directives(_ defaults: [String: String]) -> [(name: String, argument: String)] {
        var values = defaults
        for attribute in attributes { values[attribute.name] = attribute.value ?? "" }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { (name: $0.key, argument: $0.value) }
    }
}

extension JSONValue {
    /// A mount that does not propagate to the node: only privileged containers may have such, and a copy needs none.
    fileprivate var withoutPropagation: JSONValue {
        guard self["mountPropagation"]?.stringValue == "Bidirectional" else { return self }
        var mount = self
        mount["mountPropagation"] = nil
        return mount
    }
}
