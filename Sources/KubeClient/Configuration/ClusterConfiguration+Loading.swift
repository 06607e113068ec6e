extension ClusterConfiguration {
    /// The configuration of a kubeconfig.
    ///
    /// Without `proxy-url` in it, `HTTPS_PROXY` and `NO_PROXY` of `environment` count, as for kubectl.
    ///
    /// - Parameter path: one file; `nil` means all of `KUBECONFIG`, merged, or `~/.kube/config`.
    /// - Parameter context: `nil` means the current one.
    /// - Throws: ``KubeError/configuration(_:)``, naming the file and what is wrong with it.
    public static func kubeconfig(
        path: String? = nil, context: String? = nil, environment: [String: String]
    ) throws(KubeError) -> ClusterConfiguration {
        let paths = Kubeconfig.paths(explicit: path, environment: environment)
        guard !paths.isEmpty else {
            throw .configuration("could not find a kubeconfig: neither KUBECONFIG nor HOME is set")
        }
        return try Kubeconfig.read(paths).configuration(context: context, environment: environment)
    }

    /// The cluster to use when nobody says more: an explicit kubeconfig, `KUBECONFIG`, the pod we run in, `~/.kube/config`.
    ///
    /// Source: controller-runtime `pkg/client/config`, which has the same order.
    public static func detected(
        kubeconfig path: String? = nil, context: String? = nil, environment: [String: String]
    ) throws(KubeError) -> ClusterConfiguration {
        let isExplicit = path.map { !$0.isEmpty } ?? false || environment["KUBECONFIG"].map { !$0.isEmpty } ?? false
        if !isExplicit && environment["KUBERNETES_SERVICE_HOST"] != nil {
            return try inCluster(environment: environment)
        }
        return try kubeconfig(path: path, context: context, environment: environment)
    }
}
