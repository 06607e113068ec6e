/// What the fields of containers, their environment, probes and security settings mean, in our words.
///
/// `*` holds the fields that mean the same in every type; a type's own entry wins.
let containerDescriptions = """
    *
      fieldRef: A field of the pod.
      resourceFieldRef: A resource limit or request of a container.
      optional: Whether it may be missing. Otherwise the pod waits until it exists.
      matchExpressions: Requirements that must all hold.
      matchLabels: Labels that must all be present with these values.
      matchLabelKeys: Label keys whose values are taken from the incoming pod and added to labelSelector.
      labelSelector: Which pods count, by their labels.
      topologyKey: Node label that divides the nodes into domains, such as topology.kubernetes.io/zone.
      requests: Amount that is set aside, by resource name.
      limits: Highest amount that may be used, by resource name.
      appArmorProfile: AppArmor profile; the node must support AppArmor.
      runAsGroup: Group id of the process.
      runAsNonRoot: Refuse to start a process that would run as user 0.
      runAsUser: User id of the process. Default is the image's user.
      seLinuxOptions: SELinux context. Default is one chosen by the container runtime.
      seccompProfile: Filter of system calls.
      windowsOptions: Settings that only Windows containers have.
      localhostProfile: Name of a profile on the node; only with type Localhost.
      lastTransitionTime: When the status last changed.
      message: For people, why it is so.
      reason: For programs, one CamelCase word on why it is so.
      maxSurge: How many pods may exist above the wanted number during an update, as a number or a percentage.
      maxUnavailable: How many pods may be missing during an update, as a number or a percentage.
    EnvVar
      name: Name of the variable.
      value: Value. $(NAME) is replaced by an earlier variable; $$ writes a dollar sign.
      valueFrom: Where the value comes from, instead of value.
    EnvVarSource
      configMapKeyRef: A key of a ConfigMap in the pod's namespace.
      fieldRef: A field of the pod, such as metadata.name or status.podIP.
      fileKeyRef: A key of an env file in a volume of the pod.
      resourceFieldRef: A limit or request of a container, such as limits.cpu.
      secretKeyRef: A key of a Secret in the pod's namespace.
    ConfigMapKeySelector
      key: Key whose value is used.
      name: Name of the ConfigMap.
    SecretKeySelector
      key: Key whose value is used.
      name: Name of the Secret.
    FileKeySelector
      key: Name of the variable in the file.
      path: Path of the file in the volume; relative, without '..'.
      volumeName: Name of the volume that holds the file.
      optional: Whether file and key may be missing.
    ObjectFieldSelector
      apiVersion: API version in which fieldPath is written. Default v1.
      fieldPath: Path of the field, such as metadata.namespace.
    ResourceFieldSelector
      containerName: Container whose resource is meant; needed in volumes.
      divisor: Unit in which the value is given. Default 1.
      resource: Which resource, such as limits.memory.
    EnvFromSource
      configMapRef: ConfigMap whose keys become variables.
      prefix: Text put before every variable's name.
      secretRef: Secret whose keys become variables.
    ConfigMapEnvSource
      name: Name of the ConfigMap.
    SecretEnvSource
      name: Name of the Secret.
    ResourceRequirements
      claims: Claims of spec.resourceClaims that this container uses (dynamic resource allocation).
      limits: Highest amount the container may use, such as cpu 500m or memory 256Mi.
      requests: Amount the scheduler sets aside for the container. Default is the limit, when there is one.
    ResourceClaim
      name: Name of an entry of the pod's resourceClaims.
      request: One request of that claim. Default is all of it.
    SecurityContext
      allowPrivilegeEscalation: Whether a process may gain more rights than its parent, as setuid binaries do.
      capabilities: Linux capabilities to add to or drop from the runtime's default set.
      privileged: Run with the rights of root on the node.
      procMount: How /proc is mounted: Default or Unmasked.
      readOnlyRootFilesystem: Mount the container's root file system read-only.
      runAsGroup: Group id of the process. Wins over the pod's.
      runAsNonRoot: Refuse to start a process that would run as user 0. Wins over the pod's.
      runAsUser: User id of the process. Wins over the pod's; default is the image's user.
    PodSecurityContext
      fsGroup: Group that owns the volumes which support it; every process is a member.
      fsGroupChangePolicy: When a volume's ownership is changed: Always or OnRootMismatch.
      seLinuxChangePolicy: How volumes get their SELinux label: MountOption or Recursive.
      supplementalGroups: Further groups of the first process of every container.
      supplementalGroupsPolicy: Whether groups of the image are added: Merge or Strict.
      sysctls: Kernel settings of the pod's namespaces.
    Sysctl
      name: Name of the kernel setting.
      value: Its value.
    AppArmorProfile
      type: Localhost, RuntimeDefault or Unconfined.
    SeccompProfile
      localhostProfile: File of the profile below the kubelet's seccomp folder; only with type Localhost.
      type: Localhost, RuntimeDefault or Unconfined.
    Capabilities
      add: Capabilities to add, such as NET_BIND_SERVICE.
      drop: Capabilities to drop; ALL drops every one.
    SELinuxOptions
      level: SELinux level.
      role: SELinux role.
      type: SELinux type.
      user: SELinux user.
    WindowsSecurityContextOptions
      gmsaCredentialSpec: Text of the group managed service account credential spec.
      gmsaCredentialSpecName: Name of that credential spec.
      hostProcess: Run as a host process container; all containers of the pod must agree.
      runAsUserName: Windows user that runs the process.
    Container
      args: Arguments of the entrypoint. Default is the image's.
      command: Entrypoint, not run in a shell. Default is the image's.
      env: Environment variables, in order.
      envFrom: ConfigMaps and Secrets whose keys all become environment variables.
      image: Image of the container.
      imagePullPolicy: Always, IfNotPresent or Never. Default is Always for the tag latest, else IfNotPresent.
      lifecycle: What runs after the start and before the stop.
      livenessProbe: Check that restarts the container when it fails.
      name: Name, unique in the pod.
      ports: Ports that the container listens on.
      readinessProbe: Check that takes the pod out of its Services while it fails.
      resizePolicy: Whether the container restarts when its resources change.
      resources: Compute resources of the container.
      restartPolicy: When this container restarts; Always makes an init container a sidecar.
      restartPolicyRules: Rules on exit codes that come before restartPolicy.
      securityContext: Rights of the container; wins over the pod's.
      startupProbe: Check that must succeed once before the other probes begin.
      stdin: Keep standard input open.
      stdinOnce: Close standard input after the first client leaves.
      terminationMessagePath: File whose text becomes the termination message. Default /dev/termination-log.
      terminationMessagePolicy: File, or FallbackToLogsOnError.
      tty: Give the process a terminal; needs stdin.
      volumeDevices: Raw block volumes of the container.
      volumeMounts: Volumes of the pod that the container sees as folders.
      workingDir: Working folder. Default is the image's.
    ContainerPort
      containerPort: Port in the container, 1 to 65535.
      hostIP: Address of the node to which hostPort is bound.
      hostPort: Port of the node. Rarely needed.
      name: Name of the port, used by Services.
      protocol: TCP, UDP or SCTP.
    ContainerResizePolicy
      resourceName: cpu or memory.
      restartPolicy: NotRequired or RestartContainer.
    ContainerRestartRule
      action: What to do when the rule matches: Restart.
      exitCodes: Exit codes that the rule matches.
    ContainerRestartRuleOnExitCodes
      operator: In or NotIn.
      values: Exit codes.
    Lifecycle
      postStart: Runs right after the start; the container is killed when it fails.
      preStop: Runs before the container is stopped; the grace period runs meanwhile.
      stopSignal: Signal that stops the container, such as SIGTERM.
    LifecycleHandler
      exec: Runs a command in the container.
      httpGet: Sends an HTTP GET request.
      sleep: Waits.
      tcpSocket: Opens a TCP connection. Kept for compatibility only.
    ExecAction
      command: Command and its arguments; not run in a shell.
    HTTPGetAction
      host: Host to ask. Default is the pod's address.
      httpHeaders: Headers of the request.
      path: Path of the request.
      port: Number or name of the port.
      scheme: HTTP or HTTPS. Default HTTP.
    HTTPHeader
      name: Name of the header.
      value: Its value.
    SleepAction
      seconds: How many seconds to wait.
    TCPSocketAction
      host: Host to reach. Default is the pod's address.
      port: Number or name of the port.
    GRPCAction
      port: Port of the gRPC health service.
      service: Service name in the health request. Default is none.
    Probe
      exec: Runs a command; exit code 0 is success.
      failureThreshold: Failures in a row that count as failed. Default 3.
      grpc: Asks a gRPC health service.
      httpGet: Sends an HTTP GET request; 200 to 399 is success.
      initialDelaySeconds: Seconds after the start before the first check.
      periodSeconds: Seconds between checks. Default 10.
      successThreshold: Successes in a row that count as succeeded. Default 1.
      tcpSocket: Opens a TCP connection.
      terminationGracePeriodSeconds: Seconds between the failure and a forced stop.
      timeoutSeconds: Seconds after which a check fails. Default 1.
    VolumeDevice
      devicePath: Path in the container at which the device appears.
      name: Name of a PersistentVolumeClaim of the pod.
    VolumeMount
      mountPath: Path in the container; it must not hold ':'.
      mountPropagation: How mounts travel to and from the node: None, HostToContainer or Bidirectional.
      name: Name of the volume.
      readOnly: Mount read-only.
      recursiveReadOnly: Make mounts below it read-only too: Disabled, IfPossible or Enabled.
      subPath: Path inside the volume to mount. Default is its root.
      subPathExpr: Like subPath, with $(NAME) replaced by environment variables.
    """
