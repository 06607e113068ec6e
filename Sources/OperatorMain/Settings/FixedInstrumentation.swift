import Document
import KubeModel
import OperatorAPI

/// The Instrumentation of the configuration file, which serves all namespaces where the custom resources are switched off.
///
/// It is written as the custom resource is, `kind` and the like left out. No webhook checks it, so it is checked here, once.
enum FixedInstrumentation {
    /// Under this name it stands in messages and in the record of injected pods.
    static let name = "configuration-file"

    /// Says which of the two settings has no effect without the other, and fills in the one that is missing: an
    /// Instrumentation whose every field has its default.
    static func complete(_ settings: inout Settings) throws(SettingsError) {
        switch (settings.areInstrumentationCRDsEnabled, settings.fixedInstrumentation) {
        case (true, .some):
            settings.notes.append(
                "file key instrumentations: without effect unless enable-instrumentation-crds is false")
        case (false, nil):
            settings.fixedInstrumentation = try decoded(["spec": [:]])
            settings.notes.append(
                "file key enable-instrumentation-crds: there is no key instrumentations, so every field has its default"
            )
        default: break
        }
    }

    /// - Parameter notes: gets what is worth a warning.
    /// - Throws: with the field that cannot be used, and why.
    static func read(_ value: JSONValue, notes: inout [String]) throws(SettingsError) -> Instrumentation {
        guard value["spec"]?.objectValue != nil else {
            throw SettingsError(
                description: "expected one object with the member spec, found "
                    + (value.objectValue == nil ? value.kindDescription : "one without it"))
        }
        for path in UnknownFields.paths(ofSpec: value["spec"] ?? .null) {
            notes.append("file key instrumentations: \(path) is not known, ignored")
        }
        let instrumentation = try decoded(value)
        let verdict = instrumentation.validated(images: DefaultImages())
        if let error = verdict.error { throw SettingsError(description: error) }
        notes += verdict.warnings.map { "file key instrumentations: \($0)" }
        return instrumentation
    }

    private static func decoded(_ value: JSONValue) throws(SettingsError) -> Instrumentation {
        var object = value
        object["metadata"] = ["name": .string(name)]
        do throws(FieldError) {
            return try Instrumentation(object)
        } catch {
            throw SettingsError(description: error.description)
        }
    }
}

/// Members of an Instrumentation's spec that mean nothing. A cluster drops them by the schema; a file has none.
private enum UnknownFields {
    private static let agent: Set = ["env", "image", "volumeClaimTemplate", "volumeLimitSize"]
    private static let sections: [String: Set<String>] = [
        "defaults": ["useLabelsForResourceAttributes"],
        "exporter": ["endpoint", "tls"],
        "resource": ["addK8sUIDAttributes", "resourceAttributes"],
        "sampler": ["argument", "type"],
        "java": agent.union(["extensions", "resources"]),
        "nodejs": agent.union(["resourceRequirements"]),
        "python": agent.union(["resourceRequirements"]),
        "dotnet": agent.union(["resourceRequirements"]),
        "go": agent.union(["resourceRequirements", "securityContext"]),
        "apacheHttpd": agent.union(["resourceRequirements", "attrs", "configPath", "version"]),
        "nginx": agent.union(["resourceRequirements", "attrs", "configFile"]),
    ]
    private static let others: Set = ["env", "imagePullPolicy", "initContainerSecurityContext", "propagators"]
    private static let tls: Set = ["ca_file", "cert_file", "configMapName", "key_file", "secretName"]

    static func paths(ofSpec spec: JSONValue) -> [String] {
        var result: [String] = []
        func collect(_ value: JSONValue?, _ known: Set<String>, _ path: String) {
            result += (value?.objectValue?.keys ?? []).filter { !known.contains($0) }.map { "\(path).\($0)" }
        }
        collect(spec, others.union(sections.keys), "spec")
        for (section, known) in sections.sorted(by: { $0.key < $1.key }) {
            collect(spec[section], known, "spec.\(section)")
        }
        collect(spec[path: "exporter", "tls"], tls, "spec.exporter.tls")
        return result
    }
}
