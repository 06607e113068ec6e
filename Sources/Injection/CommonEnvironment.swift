import Document
import OperatorAPI

extension ContainerEdit {
    /// The part that every language starts from: the addresses of node and pod in front, then the Instrumentation's
    /// common variables.
    mutating func addCommonEnvironment(_ spec: InstrumentationSpec) {
        if !environment.contains("OTEL_POD_IP") {
            environment.prepend(ResourceVariable.podIPFromField)
        }
        if !environment.contains("OTEL_NODE_IP") {
            environment.prepend(ResourceVariable.nodeIPFromField)
        }
        environment.appendIfAbsent(spec.environment)
    }

    /// The configuration of the SDK, after everything that a language brings.
    ///
    /// The order of the variables is a promise. `envFrom` is not looked at: what it defines is unknown here.
    ///
    /// - Parameter application: the container that is described; another one than this only for a sidecar agent.
    /// - Returns: the variables that were left alone although they should have been changed.
    mutating func addSDKConfiguration(
        _ spec: InstrumentationSpec, pod: PodFacts, application: ApplicationContainer, volumes draft: inout PodDraft
    ) -> [String] {
        var attributes = ResourceAttributes(spec: spec, pod: pod, container: application)
        environment.appendIfAbsent(
            "OTEL_SERVICE_NAME", attributes.serviceName(spec: spec, pod: pod, container: application))
        addExporter(spec.exporter, volumes: &draft)

        // Always, also when there is one already: the attributes below refer to it.
        environment.append(ResourceVariable.podNameFromField)
        attributes["k8s.pod.name"] = "$(\(ResourceVariable.podName))"
        if spec.resource.addsKubernetesUIDs, attributes["k8s.pod.uid", default: ""].isEmpty {
            environment.append(ResourceVariable.podUIDFromField)
            attributes["k8s.pod.uid"] = "$(\(ResourceVariable.podUID))"
        }
        let own = environment[ResourceVariable.attributes]?.value ?? ""
        // The search is dear also where there is nothing to search.
        if own.isEmpty || !own.contains("service.version"),
            let version = ResourceAttributes.serviceVersion(spec: spec, pod: pod, container: application)
        {
            attributes["service.version"] = version
        }
        if attributes["k8s.node.name", default: ""].isEmpty {
            environment.append(ResourceVariable.nodeNameFromField)
            attributes["k8s.node.name"] = "$(\(ResourceVariable.nodeName))"
        }
        let text = attributes.text
        let isMerged = environment.merge(ResourceVariable.attributes) { own in
            guard let own else { return text }
            return own + (own.hasSuffix(",") ? "" : ",") + text
        }

        if !spec.propagators.isEmpty {
            environment.appendIfAbsent("OTEL_PROPAGATORS", spec.propagators.joined(separator: ","))
        }
        if !spec.sampler.type.isEmpty, !environment.contains("OTEL_TRACES_SAMPLER"),
            !environment.contains("OTEL_TRACES_SAMPLER_ARG")
        {
            environment.append(EnvironmentVariable("OTEL_TRACES_SAMPLER", spec.sampler.type))
            if !spec.sampler.argument.isEmpty {
                environment.append(EnvironmentVariable("OTEL_TRACES_SAMPLER_ARG", spec.sampler.argument))
            }
        }
        // Last, as a variable may refer only to those before it.
        if isMerged, let index = environment.index(of: ResourceVariable.attributes) { environment.moveToEnd(index) }
        return isMerged ? [] : [ResourceVariable.attributes]
    }
}

extension ResourceAttributes {
    subscript(key: String, default fallback: String) -> String { self[key] ?? fallback }
}
