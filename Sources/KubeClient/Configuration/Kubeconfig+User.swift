import Document

// Who the kubeconfig says we are.
extension Kubeconfig {
    /// Sets credentials, client certificate and impersonation. Of several kinds, kubectl's order decides: a token file
    /// goes before a token, either before a password; a plugin may stand beside none of them.
    static func authenticate(
        _ configuration: inout ClusterConfiguration, as user: Entry, cluster: Entry
    ) throws(KubeError) {
        let certificate = try user.pem("client-certificate")
        let key = try user.pem("client-key")
        switch (certificate, key) {
        case (let certificate?, let key?):
            configuration.security.identity = TransportSecurity.Identity(certificate: certificate, key: key)
        case (nil, nil): break
        default: throw .configuration("its user has only one of client certificate and key")
        }

        if let exec = user.json["exec"], !exec.isNull {
            guard user.text("token") == nil, user.text("tokenFile") == nil, user.text("username") == nil else {
                throw .configuration("its user has a credential plugin and other credentials")
            }
            configuration.credentials = .exec(
                try plugin(Entry(json: exec, directory: user.directory), cluster: cluster, configuration))
        } else if let path = user.path("tokenFile") {
            // kubectl lets the file win over `token` when both are there: it is the one that is renewed.
            configuration.credentials = .tokenFile(path)
        } else if let token = user.text("token") {
            configuration.credentials = .token(token)
        } else if let name = user.text("username") {
            configuration.credentials = .basic(user: name, password: user.text("password") ?? "")
        } else if let provider = user.json["auth-provider"], !provider.isNull {
            throw .configuration(
                "its user has the auth-provider \"\(provider["name"]?.stringValue ?? "")\", which Kubernetes 1.26 removed; "
                    + "convert the kubeconfig to a credential plugin (for Azure: kubelogin convert-kubeconfig)")
        }

        if let name = user.text("as") {
            configuration.impersonation = Impersonation(
                user: name, uid: user.text("as-uid"),
                groups: (user.json["as-groups"]?.arrayValue ?? []).compactMap(\.stringValue),
                extra: (user.json["as-user-extra"]?.objectValue ?? [:]).reduce(into: [:]) { extra, member in
                    extra[member.key] = (member.value.arrayValue ?? []).compactMap(\.stringValue)
                })
        }
    }

    private static func plugin(
        _ exec: Entry, cluster: Entry, _ configuration: ClusterConfiguration
    ) throws(KubeError) -> ExecPlugin {
        guard var command = exec.text("command") else { throw .configuration("its credential plugin names no command") }
        // A bare name is looked up in PATH; anything with a slash is relative to the file.
        if command.contains("/"), !command.hasPrefix("/") { command = "\(exec.directory)/\(command)" }
        let version = exec.text("apiVersion") ?? ""
        guard version == "client.authentication.k8s.io/v1" || version == "client.authentication.k8s.io/v1beta1" else {
            throw .configuration(
                "its credential plugin speaks \"\(version)\"; client.authentication.k8s.io/v1 and v1beta1 are known")
        }
        guard exec.text("interactiveMode") != "Always" else {
            throw .configuration("its credential plugin needs a terminal (interactiveMode: Always)")
        }
        var plugin = ExecPlugin(
            command: command, arguments: (exec.json["args"]?.arrayValue ?? []).compactMap(\.stringValue),
            environment: (exec.json["env"]?.arrayValue ?? []).compactMap { variable in
                variable["name"]?.stringValue.map {
                    ExecPlugin.Variable(name: $0, value: variable["value"]?.stringValue ?? "")
                }
            },
            apiVersion: version, installHint: exec.text("installHint"))
        if exec.json["provideClusterInfo"]?.boolValue == true {
            plugin.cluster = try clusterInfo(cluster, configuration)
        }
        return plugin
    }

    /// `spec.cluster` of what the plugin is told.
    private static func clusterInfo(
        _ cluster: Entry, _ configuration: ClusterConfiguration
    ) throws(KubeError) -> JSONValue {
        var authority: String?
        switch configuration.security.authority {
        case .bytes(let bytes): authority = Base64.encodedString(bytes)
        case .file(let path):
            authority = Base64.encodedString(try File.read(path, as: "the cluster's certificate authority"))
        case nil: break
        }
        let extensions = cluster.json["extensions"]?.arrayValue ?? []
        let config = extensions.first { $0["name"]?.stringValue == "client.authentication.k8s.io/exec" }?["extension"]
        return .object(compacting: [
            "server": cluster.json["server"], "tls-server-name": cluster.json["tls-server-name"],
            "insecure-skip-tls-verify": cluster.json["insecure-skip-tls-verify"],
            "certificate-authority-data": authority.map(JSONValue.string), "proxy-url": cluster.json["proxy-url"],
            "config": config,
        ])
    }
}
