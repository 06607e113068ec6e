import Document
import OperatorAPI

extension CollectorDraft {
    /// The collector in a pod of its own, with its configuration mounted.
    func collectorContainer() -> JSONValue {
        collectorContainer(
            // The operator decides where the configuration is, so a user's own `config` does not count.
            arguments: ["--config=\(Names.configFolder)/\(Names.configFile)"] + arguments { $0 != "config" },
            environment: environment,
            mounts: [["name": .string(Names.configVolume), "mountPath": .string(Names.configFolder)]] + volumeMounts)
    }

    /// The collector in the pod of an application. There its ConfigMap may not exist, so the configuration comes in a
    /// variable.
    func sidecarContainer() -> JSONValue {
        let variable = "OTEL_CONFIG"
        return collectorContainer(
            arguments: arguments { _ in true } + ["--config=env:\(variable)"],
            environment: environment + [EnvironmentVariable(variable, ConfigYAML.text(config.ordered(nulls: false)))],
            mounts: volumeMounts)
    }

    private func collectorContainer(
        arguments: [String], environment: [EnvironmentVariable], mounts: [JSONValue]
    ) -> JSONValue {
        .object(compacting: [
            "name": .string(Names.container),
            "image": .string(spec.image.isEmpty ? options.collectorImage : spec.image),
            "imagePullPolicy": spec.imagePullPolicy.map(JSONValue.string),
            "command": spec.command.isEmpty ? nil : .strings(spec.command),
            "args": .strings(arguments),
            "env": .array(environment.map(\.json)),
            "envFrom": .unlessEmpty(spec.environmentSources),
            "ports": .array(ports.container.map(\.json)),
            "resources": spec.resources,
            "volumeMounts": .unlessEmpty(mounts),
            "livenessProbe": probe(spec.livenessProbe),
            // The API server accepts no grace period for a readiness probe.
            "readinessProbe": probe(spec.readinessProbe, hasGracePeriod: false),
            "startupProbe": probe(spec.startupProbe),
            "lifecycle": spec.lifecycle,
            "securityContext": spec.securityContext,
        ])
    }

    /// The user's own arguments, sorted as whole texts.
    private func arguments(where isIncluded: (String) -> Bool) -> [String] {
        spec.arguments.filter { isIncluded($0.key) }.map { "--\($0.key)=\($0.value)" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The user's variables, then those that the operator adds under other names.
    private var environment: [EnvironmentVariable] {
        var added = [
            EnvironmentVariable("POD_NAME", field: "metadata.name"),
            Self.variable("GOMEMLIMIT", limit: "limits.memory"),
            Self.variable("GOMAXPROCS", limit: "limits.cpu"),
        ]
        added += config.enabled(.receiver).flatMap { $0.parser.environment }.sorted { $0.name < $1.name }
        added += options.proxyEnvironment.variables.map { EnvironmentVariable($0.name, $0.value) }
        var names = Set(spec.environment.map(\.name))
        return spec.environment + added.filter { names.insert($0.name).inserted }
    }

    /// A variable with one of the container's limits: the Go runtime then keeps to it.
    private static func variable(_ name: String, limit: String) -> EnvironmentVariable {
        EnvironmentVariable(
            name: name,
            json: [
                "name": .string(name),
                "valueFrom": [
                    "resourceFieldRef": ["containerName": .string(Names.container), "resource": .string(limit)]
                ],
            ])
    }

    /// The user's mounts, and those of the user's ConfigMaps.
    private var volumeMounts: [JSONValue] {
        let extra = spec.extraConfigMaps.map { configMap -> JSONValue in
            let volume = names.extraConfigMapVolume(configMap.name)
            return [
                "name": .string(volume),
                "mountPath": .string(Self.cleanPath(Names.extraConfigMapFolder, configMap.mountPath, volume)),
            ]
        }
        return spec.volumeMounts + extra
    }

    /// The parts joined to an absolute path without `.`, `..` and empty parts.
    static func cleanPath(_ parts: String...) -> String {
        var result: [Substring] = []
        for part in parts.flatMap({ $0.split(separator: "/") }) where part != "." {
            if part == ".." { _ = result.popLast() } else { result.append(part) }
        }
        return "/" + result.joined(separator: "/")
    }

    /// What the health check extension answers, with the user's numbers; `nil` without that extension.
    private func probe(_ numbers: JSONValue?, hasGracePeriod: Bool = true) -> JSONValue? {
        guard config.extensions != nil,
            // Of several, the first in the user's order; the reference takes any, another one each time.
            let id = config.service.extensions.first(where: { ComponentID.type(of: $0) == HealthCheck.type }),
            // Its configuration was read before, for its port.
            case let check = Component(kind: .extension, id: id, config: config.extensions?[id]),
            var probe = try? HealthCheck.probe(check)
        else { return nil }
        var keys = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        if hasGracePeriod { keys.append("terminationGracePeriodSeconds") }
        for key in keys {
            if let number = numbers?[key], !number.isNull { probe[key] = number }
        }
        return probe
    }
}
