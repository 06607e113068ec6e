import Document

/// One or several kubeconfig files, merged. Pure once the files are read.
///
/// Source: Kubernetes "Organizing Cluster Access Using kubeconfig Files", "Merging kubeconfig files": the first file that
/// sets a value or names an entry wins, and relative paths are relative to their file.
struct Kubeconfig: Sendable {
    /// A cluster, a user or a context.
    struct Entry: Sendable {
        var json: JSONValue
        /// Of the file that it stands in.
        var directory: String

        func text(_ key: String) -> String? {
            guard let text = json[key]?.stringValue, !text.isEmpty else { return nil }
            return text
        }

        /// The path in that member, made absolute.
        func path(_ key: String) -> String? {
            text(key).map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
        }

        /// Certificates or a key: `key-data` holds them in Base64, and goes before the path in `key`.
        func pem(_ key: String) throws(KubeError) -> TransportSecurity.PEM? {
            if let data = text("\(key)-data") {
                guard let bytes = Base64.decode(data.utf8) else { throw .configuration("its \(key)-data is no Base64") }
                return .bytes(bytes)
            }
            return path(key).map(TransportSecurity.PEM.file)
        }
    }

    private(set) var currentContext: String?
    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]
    private var contexts: [String: Entry] = [:]

    init(merging files: [Entry]) {
        for file in files {
            if currentContext == nil { currentContext = file.text("current-context") }
            Self.add("clusters", "cluster", of: file, to: &clusters)
            Self.add("users", "user", of: file, to: &users)
            Self.add("contexts", "context", of: file, to: &contexts)
        }
    }

    private static func add(_ list: String, _ member: String, of file: Entry, to entries: inout [String: Entry]) {
        for item in file.json[list]?.arrayValue ?? [] {
            guard let name = item["name"]?.stringValue, entries[name] == nil else { continue }
            entries[name] = Entry(json: item[member] ?? [:], directory: file.directory)
        }
    }

    // MARK: - Files

    /// - Parameter paths: in the order of precedence. A file that does not exist is skipped, unless it is the only one.
    static func read(_ paths: [String]) throws(KubeError) -> Kubeconfig {
        var files: [Entry] = []
        for path in paths {
            guard let bytes = try File.bytes(of: path, as: "the kubeconfig") else {
                if paths.count == 1 { _ = try File.read(path, as: "the kubeconfig") }
                continue
            }
            let json: JSONValue
            do throws(DocumentError) {
                json = try YAML.parse(bytes)
            } catch {
                throw .configuration("could not read the kubeconfig (\(path)): \(error)")
            }
            guard json.isNull || json.objectValue != nil else {
                throw .configuration("could not read the kubeconfig (\(path)): it is \(json.kindDescription)")
            }
            let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            files.append(Entry(json: json, directory: directory))
        }
        guard !files.isEmpty else {
            throw .configuration("could not find a kubeconfig: none of \(paths.joined(separator: ", ")) exists")
        }
        return Kubeconfig(merging: files)
    }

    /// Where kubectl looks: the explicit path, else every path in `KUBECONFIG`, else `~/.kube/config`.
    static func paths(explicit: String?, environment: [String: String]) -> [String] {
        if let explicit, !explicit.isEmpty { return [explicit] }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty { return listed }
        guard let home = environment["HOME"], !home.isEmpty else { return [] }
        return ["\(home)/.kube/config"]
    }

    // MARK: - One context

    /// - Parameter context: `nil` means the current one.
    func configuration(
        context: String? = nil, environment: [String: String]
    ) throws(KubeError) -> ClusterConfiguration {
        guard let name = context ?? currentContext else {
            throw .configuration("could not use the kubeconfig: it names no current context")
        }
        guard let context = contexts[name] else {
            throw .configuration(
                "could not use the kubeconfig: it has no context \"\(name)\" (it has \(Self.listed(contexts)))")
        }
        let clusterName = context.text("cluster") ?? ""
        guard let cluster = clusters[clusterName] else {
            throw .configuration(
                "could not use the context \"\(name)\": there is no cluster \"\(clusterName)\" (there is \(Self.listed(clusters)))"
            )
        }
        let userName = context.text("user") ?? ""
        // A context without a user is one without credentials; one with an unknown user is a mistake.
        guard let user = userName.isEmpty ? Entry(json: [:], directory: ".") : users[userName] else {
            throw .configuration(
                "could not use the context \"\(name)\": there is no user \"\(userName)\" (there is \(Self.listed(users)))"
            )
        }
        do throws(KubeError) {
            var configuration = try Self.configuration(cluster: cluster, environment: environment)
            configuration.namespace = context.text("namespace") ?? "default"
            try Self.authenticate(&configuration, as: user, cluster: cluster)
            return configuration
        } catch {
            throw .configuration("could not use the context \"\(name)\": \(error)")
        }
    }

    private static func listed(_ entries: [String: Entry]) -> String {
        entries.isEmpty ? "none" : entries.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private static func configuration(
        cluster: Entry, environment: [String: String]
    ) throws(KubeError) -> ClusterConfiguration {
        guard let url = cluster.text("server") else { throw .configuration("its cluster names no server") }
        let server = try ServerAddress(url)
        let skipsVerification = cluster.json["insecure-skip-tls-verify"]?.boolValue ?? false
        let authority = try cluster.pem("certificate-authority")
        guard authority == nil || !skipsVerification else {
            throw .configuration("its cluster has both a certificate authority and insecure-skip-tls-verify")
        }
        return ClusterConfiguration(
            server: server,
            security: TransportSecurity(authority: authority, skipsVerification: skipsVerification),
            serverName: cluster.text("tls-server-name"),
            proxy: cluster.text("proxy-url").map { .url($0, exceptions: "") }
                ?? .environment(environment, scheme: server.scheme))
    }
}

extension Proxy {
    /// What `HTTPS_PROXY` (or `HTTP_PROXY` for an http server) and `NO_PROXY` say, in either case. Loopback is excepted.
    ///
    /// Only a kubeconfig without `proxy-url` asks for this: that is how kubectl reaches a cluster from behind a proxy.
    static func environment(_ environment: [String: String], scheme: String) -> Proxy {
        let name = scheme == "https" ? "https_proxy" : "http_proxy"
        guard let url = environment[name.uppercased()] ?? environment[name], !url.isEmpty else { return .none }
        let exceptions = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        return .url(
            url, exceptions: ["localhost,127.0.0.0/8,::1", exceptions].filter { !$0.isEmpty }.joined(separator: ","))
    }
}
