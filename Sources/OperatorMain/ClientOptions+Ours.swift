import KubeClient

extension ClientOptions {
    /// With the name and version of this program.
    static var ours: ClientOptions {
        var options = ClientOptions()
        options.userAgent = "otel-operator/\(Version.current)"
        return options
    }
}
