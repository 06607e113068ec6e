/// What `spec` says about the collector's container, its pod and the workload around it.
extension Schema {
    static let containerFields = [
        Field(
            "args", .map(.string),
            "Arguments of the collector by name; log-level: debug becomes --log-level=debug."),
        Field(
            "command", .list(.string).atomicList().minItems(1),
            "Entrypoint of the container. Default is the image's."),
        Field("env", .list(.kubernetes("EnvVar")), "Environment variables of the collector."),
        Field(
            "envFrom", .list(.kubernetes("EnvFromSource")),
            "ConfigMaps and Secrets whose keys all become environment variables."),
        Field("image", .string, "Image of the collector. Default is the one this operator was built for."),
        Field("imagePullPolicy", .string, "Always, IfNotPresent or Never."),
        Field("lifecycle", .kubernetes("Lifecycle"), "What runs after the start and before the stop."),
        Field("livenessProbe", probeTiming, probe("liveness")),
        Field("readinessProbe", probeTiming, probe("readiness")),
        Field("resources", .kubernetes("ResourceRequirements"), "Compute resources of the collector."),
        Field("securityContext", .kubernetes("SecurityContext"), "Rights of the collector's container."),
        Field("startupProbe", probeTiming, probe("startup")),
        Field(
            "volumeMounts", .list(.kubernetes("VolumeMount")).atomicList(),
            "Volumes that the collector sees as folders, beside its configuration."),
    ]

    static let podFields = [
        Field(
            "additionalContainers", .list(.kubernetes("Container")),
            "Further containers in the collector's pod. Not with mode sidecar."),
        Field("affinity", .kubernetes("Affinity"), "Which nodes and neighbours the pods want. Not with mode sidecar."),
        Field("configmaps", .list(mountedConfigMap), "ConfigMaps of the same namespace to mount into the collector."),
        Field("dnsPolicy", .string, "ClusterFirst, ClusterFirstWithHostNet, Default or None."),
        Field(
            "hostAliases", .list(.kubernetes("HostAlias")).atomicList(), "Further lines of the pod's /etc/hosts."),
        Field("hostNetwork", .boolean, "Use the node's network."),
        Field("hostPID", .boolean, "See the node's processes."),
        Field("hostUsers", .boolean, "Use the node's user ids; false gives the pod a user namespace."),
        Field("initContainers", .list(.kubernetes("Container")), "Init containers of the collector's pod."),
        Field("nodeSelector", .map(.string), "Labels that a node must have."),
        Field("podAnnotations", .map(.string), "Annotations of the collector's pods."),
        Field("podDnsConfig", .kubernetes("PodDNSConfig"), "DNS settings, added to those of dnsPolicy."),
        Field(
            "podSecurityContext", .kubernetes("PodSecurityContext"),
            "Rights of all containers of the pod. Ignored with mode sidecar."),
        Field("priorityClassName", .string, "PriorityClass of the pods. Not with mode sidecar."),
        Field(
            "serviceAccount", .string,
            "ServiceAccount of the pods. Default is one that the operator makes."),
        Field("shareProcessNamespace", .boolean, "Let the pod's containers see each other's processes."),
        Field("terminationGracePeriodSeconds", .int64, "Seconds that a pod has to stop."),
        Field(
            "tolerations", .list(.kubernetes("Toleration")), "Taints that the pods tolerate. Not with mode sidecar."),
        Field(
            "topologySpreadConstraints", .list(.kubernetes("TopologySpreadConstraint")),
            "How the pods spread over zones and nodes, with mode deployment or statefulset."),
        Field("volumes", .list(.kubernetes("Volume")).atomicList(), "Volumes of the pod, beside its configuration."),
    ]

    static let workloadFields = [
        Field(
            "daemonSetUpdateStrategy", .kubernetes("DaemonSetUpdateStrategy"),
            "How pods are replaced. Only with mode daemonset."),
        Field(
            "deploymentUpdateStrategy", .kubernetes("DeploymentStrategy"),
            "How pods are replaced. Only with mode deployment."),
        Field(
            "persistentVolumeClaimRetentionPolicy", .kubernetes("StatefulSetPersistentVolumeClaimRetentionPolicy"),
            "What becomes of volume claims. Only with mode statefulset."),
        Field(
            "podManagementPolicy", .string.oneOf("OrderedReady", "Parallel"),
            "Whether pods start one after the other. Default Parallel; with mode statefulset."),
        Field(
            "serviceName", .string,
            "Service that gives the pods their names, which must exist. With mode statefulset."),
        Field(
            "volumeClaimTemplates", .list(volumeClaim).atomicList(),
            "Volume claims of every pod. Only with mode statefulset."),
    ]

    /// Numbers of a probe; its request follows from the collector's configuration.
    private static let probeTiming = Schema.object([
        Field("failureThreshold", .int32.minimum(1), "Failures in a row that count as failed. Default 3."),
        Field("initialDelaySeconds", .int32.minimum(0), "Seconds after the start before the first check."),
        Field("periodSeconds", .int32.minimum(1), "Seconds between checks. Default 10."),
        Field("successThreshold", .int32.minimum(1), "Successes in a row that count as succeeded. Default 1."),
        Field(
            "terminationGracePeriodSeconds", .int64.minimum(1), "Seconds between the failure and a forced stop."),
        Field("timeoutSeconds", .int32.minimum(1), "Seconds after which a check fails. Default 1."),
    ])

    private static func probe(_ name: String) -> String {
        "Numbers of the \(name) probe. The probe itself exists when the configuration runs a health_check extension."
    }

    private static let mountedConfigMap = Schema.object([
        Field(required: "mountpath", .string, "Folder below /var/conf; its files appear there under configmap-<name>."),
        Field(required: "name", .string, "Name of the ConfigMap."),
    ])

    private static let volumeClaim = Schema.object([
        Field("apiVersion", .string, "Always v1."),
        Field("kind", .string, "Always PersistentVolumeClaim."),
        Field("metadata", .templateMetadata, "Name, labels and annotations of the claim."),
        Field("spec", .kubernetes("PersistentVolumeClaimSpec"), "What the claim asks for."),
        Field("status", .kubernetes("PersistentVolumeClaimStatus"), "Ignored; written by the cluster."),
    ])
}
