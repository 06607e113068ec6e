extension ClusterConfiguration {
    /// The configuration of a pod: the service's address from the environment, the mounted token and authority.
    ///
    /// No proxy is used, whatever `HTTPS_PROXY` says: that one is for traffic that leaves the cluster, and the API server's
    /// service address is missing in many a `NO_PROXY`.
    ///
    /// - Parameter directory: where the service account is mounted.
    /// - Throws: ``KubeError/configuration(_:)`` when this is no pod, or one without a service account.
    ///
    /// Source: Kubernetes "Accessing the API from a Pod".
    public static func inCluster(
        environment: [String: String],
        directory: String = "/var/run/secrets/kubernetes.io/serviceaccount"
    ) throws(KubeError) -> ClusterConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw .configuration(
                "could not find the cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
        }
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        // Read once here, so that a pod without them fails now and with this sentence.
        _ = try File.read("\(directory)/token", as: "the service account's token")
        _ = try File.read("\(directory)/ca.crt", as: "the cluster's certificate authority")
        // Some tools mount the token without the namespace; the downward API is the usual replacement.
        let namespace = try? File.text("\(directory)/namespace", as: "the pod's namespace")
        return ClusterConfiguration(
            server: try ServerAddress("https://\(bracketed):\(port)"),
            security: TransportSecurity(authority: .file("\(directory)/ca.crt")),
            credentials: .tokenFile("\(directory)/token"),
            namespace: namespace ?? environment["POD_NAMESPACE"] ?? "default")
    }
}
