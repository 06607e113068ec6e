/// The sections of an Instrumentation that hold one language each.
extension Schema {
    /// What Node.js, Python and .NET have, and what the other languages build on.
    static let language = Schema.object(agentFields + [resourceRequirements])

    /// Java's field for resources has another name than everyone else's.
    static let java = Schema.object(
        agentFields + [
            Field(
                "extensions", .list(agentExtension),
                "Images with extensions of the agent, each copied by an init container of its own."),
            Field(
                "resources", .kubernetes("ResourceRequirements"),
                "Compute resources of the init containers that are added."),
        ])

    static let go = Schema.object(
        agentFields + [
            resourceRequirements,
            Field(
                "securityContext", .kubernetes("SecurityContext"),
                "Security context of the sidecar. Replaces the default, which is privileged and runs as root."),
        ])

    static let apacheHttpd = Schema.object(
        agentFields + [
            resourceRequirements,
            directives,
            Field(
                "configPath", configurationPath,
                "Folder of the server's configuration. Default /usr/local/apache2/conf."),
            Field("version", .string, "Version of the server: 2.4 (default) or 2.2."),
        ])

    static let nginx = Schema.object(
        agentFields + [
            resourceRequirements,
            directives,
            Field("configFile", configurationPath, "Configuration file of the server. Default /etc/nginx/nginx.conf."),
        ])

    private static let agentFields = [
        Field(
            "env", .list(.kubernetes("EnvVar")),
            "Environment variables for the containers of this language. They win over spec.env."),
        Field("image", .string, "Image with the agent. Default is the one this operator was built for."),
        Field(
            "volumeClaimTemplate", .kubernetes("PersistentVolumeClaimTemplate"),
            "Claim for the volume of the agent's files, instead of an emptyDir. Not used by go and nginx."),
        Field(
            "volumeLimitSize", .quantity,
            "Largest size of the agent's emptyDir. Default 200Mi. Deprecated; not used by go and nginx."),
    ]

    private static let resourceRequirements = Field(
        "resourceRequirements", .kubernetes("ResourceRequirements"), "Compute resources of the container that is added."
    )

    private static let directives = Field(
        "attrs", .list(.kubernetes("EnvVar")),
        "Directives of the module: name is the directive, value its argument; valueFrom is not used.")

    private static let agentExtension = Schema.object([
        Field(required: "dir", .string, "Folder of the image that holds the extensions."),
        Field(required: "image", .string, "Image with the extensions."),
    ])

    /// A path that can stand in a shell script without quoting.
    private static let configurationPath = Schema.string.pattern("^[A-Za-z0-9._/-]*$").length(0...256)
}
