import Document
import OperatorAPI

extension ContainerEdit {
    /// Endpoint and certificates of the exporter. Secret and ConfigMap are mounted from the pod's namespace.
    ///
    /// Whether they exist is not asked: that would need a read of every namespace's Secrets. A pod that names a missing
    /// one waits in ContainerCreating with an Event of the kubelet that names it.
    mutating func addExporter(_ exporter: InstrumentationSpec.Exporter, volumes draft: inout PodDraft) {
        if !exporter.endpoint.isEmpty {
            environment.appendIfAbsent("OTEL_EXPORTER_OTLP_ENDPOINT", exporter.endpoint)
        }
        guard let tls = exporter.tls else { return }
        let secretFolder = "/otel-auto-instrumentation-secret-\(tls.secretName)"
        let configMapFolder = "/otel-auto-instrumentation-configmap-\(tls.configMapName)"

        func add(_ name: String, _ file: String, in folder: String) {
            guard !file.isEmpty else { return }
            environment.appendIfAbsent(name, file.hasPrefix("/") ? file : "\(folder)/\(file)")
        }
        add(
            "OTEL_EXPORTER_OTLP_CERTIFICATE", tls.caFile, in: tls.configMapName.isEmpty ? secretFolder : configMapFolder
        )
        add("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", tls.certificateFile, in: secretFolder)
        add("OTEL_EXPORTER_OTLP_CLIENT_KEY", tls.keyFile, in: secretFolder)

        if !tls.secretName.isEmpty {
            mount(
                Self.volumeName("otel-auto-secret-", tls.secretName), at: secretFolder, volumes: &draft,
                source: ["secret": ["secretName": .string(tls.secretName)]])
        }
        if !tls.configMapName.isEmpty {
            mount(
                Self.volumeName("otel-auto-configmap-", tls.configMapName), at: configMapFolder, volumes: &draft,
                source: ["configMap": ["name": .string(tls.configMapName)]])
        }
    }

    private mutating func mount(
        _ name: String, at path: String, volumes draft: inout PodDraft, source: JSONObject
    ) {
        if !draft.hasVolume(named: name) {
            draft.addVolume(.object(JSONObject(members: [.init(key: "name", value: .string(name))] + source.members)))
        }
        // Two mounts at one path are refused by the API server.
        if !mounts.contains(named: name), !mounts.contains(path: path) {
            mounts.add(name: name, path: path, isReadOnly: true)
        }
    }

    /// Secrets and ConfigMaps may have dots in their names, volumes may not.
    private static func volumeName(_ prefix: String, _ name: String) -> String {
        let text = TruncatedName.joined(.fixed(prefix), .variable(name))
        return String(text.map { $0 == "." ? "-" : $0 })
    }
}
