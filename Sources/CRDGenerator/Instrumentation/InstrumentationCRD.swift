extension ResourceDefinition {
    static let instrumentation = ResourceDefinition(
        kind: "Instrumentation",
        plural: "instrumentations",
        shortNames: ["otelinst", "otelinsts"],
        versions: [
            Version(
                name: "v1alpha1",
                spec: Field("spec", .instrumentationSpec, "How to instrument. Every part is optional."),
                status: Field("status", .instrumentationStatus, "What the operator found."))
        ],
        columns: [
            Column("Age", ".metadata.creationTimestamp", type: "date"),
            Column("Endpoint", ".spec.exporter.endpoint"),
            Column("Sampler", ".spec.sampler.type"),
            Column("Sampler Arg", ".spec.sampler.argument"),
            // Behind the columns of opentelemetry-operator, so that scripts find those where they were.
            Column("Requested", ".status.pods.requested", type: "integer"),
            Column("Injected", ".status.pods.injected", type: "integer"),
            Column("Refused", ".status.pods.refused", type: "integer"),
            Column("Outdated", ".status.pods.outdated", type: "integer"),
        ],
        description: """
            An Instrumentation says how pods that ask for auto-instrumentation with the annotation \
            instrumentation.opentelemetry.io/inject-<language> are instrumented. It is read when a pod is created; pods \
            that run already keep what they have.
            """)
}

extension Schema {
    fileprivate static let instrumentationSpec = Schema.object([
        Field("apacheHttpd", .apacheHttpd, "Apache HTTP Server module."),
        Field("defaults", .instrumentationDefaults, "Where values come from that nobody set."),
        Field("dotnet", .language, ".NET agent."),
        Field(
            "env", .list(.kubernetes("EnvVar")),
            """
            Environment variables for the containers of every language. A language's own env and what the container \
            already has win over them.
            """),
        Field("exporter", .exporter, "Where telemetry is sent."),
        Field("go", .go, "Go agent (eBPF), which runs as a sidecar of the application."),
        Field(
            "imagePullPolicy", .string,
            "Always, IfNotPresent or Never, for the containers that are added. Default is the cluster's."),
        Field(
            "initContainerSecurityContext", .kubernetes("SecurityContext"),
            "Security context of the init containers that are added. Default is that of the container they instrument."),
        Field("java", .java, "Java agent."),
        Field("nginx", .nginx, "nginx module."),
        Field("nodejs", .language, "Node.js agent."),
        Field(
            "propagators",
            .list(.string.oneOf("tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "ottrace", "none")),
            "How the trace context travels between services, in OTEL_PROPAGATORS."),
        Field("python", .language, "Python agent."),
        Field("resource", .resource, "Attributes that describe the application in all its telemetry."),
        Field("sampler", .sampler, "Which traces are kept."),
    ])

    fileprivate static let instrumentationStatus = Schema.object([
        Field("pods", .instrumentationPods, "The pods that this Instrumentation is about, counted about every minute."),
        Field(
            "upgradeBlockedVersions", .map(.string),
            "Languages whose image cannot be upgraded automatically, each with the reason and what to do."),
    ])

    fileprivate static let instrumentationPods = Schema.object([
        Field(
            "injected", .int32,
            """
            Pods that got every agent that they ask this Instrumentation for, and pods that have one and do not ask any more.
            """),
        Field(
            "outdated", .int32,
            """
            Pods that were injected, but not as this Instrumentation says today. They run on as they are; restart them to \
            bring them up to date.
            """),
        Field(
            "reasons", Schema.list(instrumentationReason).atomicList(),
            "Why pods were refused or are outdated, the most frequent first."),
        Field("refused", .int32, "Pods that lack an agent that they ask this Instrumentation for."),
        Field(
            "requested", .int32,
            """
            Pods that ask for this Instrumentation, by their own annotations or those of their namespace. Finished pods \
            and pods that are being deleted do not count.
            """),
    ])

    private static let instrumentationReason = Schema.object([
        Field(required: "count", .int32, "How many pods."),
        Field("examples", Schema.list(.string).atomicList(), "Some of them: a name, or namespace/name elsewhere."),
        Field("message", .string, "What it means for one of them, and what to do."),
        Field(required: "reason", .string, "A word that stays the same, such as NotInjectedAtCreation."),
        Field(required: "state", .string.oneOf("Refused", "Outdated"), "What the pods are counted as."),
    ])

    private static let exporter = Schema.object([
        Field(
            "endpoint", .string,
            """
            URL of the OTLP receiver, in OTEL_EXPORTER_OTLP_ENDPOINT, such as \
            http://otel-collector-collector.observability.svc.cluster.local:4318.
            """),
        Field("tls", .exporterTLS, "Certificates for an endpoint with https. They are mounted into the pod."),
    ])

    private static let exporterTLS = Schema.object([
        Field(
            "ca_file", .string,
            "CA that signed the server's certificate: a key of the ConfigMap or Secret, or an absolute path in the container."
        ),
        Field(
            "cert_file", .string,
            "Client certificate: a key of the Secret, or an absolute path. Set it together with key_file."),
        Field("configMapName", .string, "ConfigMap in the pod's namespace that holds the CA."),
        Field(
            "key_file", .string,
            "Private key of the client certificate: a key of the Secret, or an absolute path."),
        Field("secretName", .string, "Secret in the pod's namespace that holds the certificates."),
    ])

    private static let resource = Schema.object([
        Field(
            "addK8sUIDAttributes", .boolean,
            "Add the UIDs of the pod and its owners, such as k8s.deployment.uid."),
        Field(
            "resourceAttributes", .map(.string),
            "Resource attributes, such as deployment.environment. What the pod says itself wins."),
    ])

    private static let sampler = Schema.object([
        Field(
            "argument", .string,
            """
            Argument of the sampler, in OTEL_TRACES_SAMPLER_ARG: a ratio from 0 to 1 for the ratio samplers, such as "0.25", \
            or endpoint=…,pollingIntervalMs=…,initialSamplingRate=… for jaeger_remote.
            """),
        Field(
            "type",
            .string.oneOf(
                "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
                "parentbased_traceidratio", "jaeger_remote", "xray"),
            "The sampler, in OTEL_TRACES_SAMPLER."),
    ])

    private static let instrumentationDefaults = Schema.object([
        Field(
            "useLabelsForResourceAttributes", .boolean,
            """
            Take the service's name from the pod's label app.kubernetes.io/instance, else app.kubernetes.io/name, and its \
            version from app.kubernetes.io/version.
            """)
    ])
}
