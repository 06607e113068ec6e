/// What the Kubernetes API document says about the types that our resources embed: names, types, required fields and
/// how lists and maps merge. Written by `CRDGenerator extract-facts`; not to be edited by hand.
///
/// A type stands at the start of a line, its fields below it. `!` marks a required field, `[T]` a list, `{T}` a map;
/// after the type stands how server-side apply merges it.
///
/// Source: the OpenAPI v2 document of Kubernetes 1.36.
let kubernetesFacts = """
    AWSElasticBlockStoreVolumeSource
      fsType string
      partition int32
      readOnly boolean
      volumeID! string
    Affinity
      nodeAffinity NodeAffinity
      podAffinity PodAffinity
      podAntiAffinity PodAntiAffinity
    AppArmorProfile
      localhostProfile string
      type! string
    AzureDiskVolumeSource
      cachingMode string
      diskName! string
      diskURI! string
      fsType string
      kind string
      readOnly boolean
    AzureFileVolumeSource
      readOnly boolean
      secretName! string
      shareName! string
    CSIVolumeSource
      driver! string
      fsType string
      nodePublishSecretRef LocalObjectReference
      readOnly boolean
      volumeAttributes {string}
    Capabilities
      add [string] atomic
      drop [string] atomic
    CephFSVolumeSource
      monitors! [string] atomic
      path string
      readOnly boolean
      secretFile string
      secretRef LocalObjectReference
      user string
    CinderVolumeSource
      fsType string
      readOnly boolean
      secretRef LocalObjectReference
      volumeID! string
    ClientIPConfig
      timeoutSeconds int32
    ClusterTrustBundleProjection
      labelSelector LabelSelector
      name string
      optional boolean
      path! string
      signerName string
    Condition
      lastTransitionTime! time
      message! string
      observedGeneration int64
      reason! string
      status! string
      type! string
    ConfigMapEnvSource
      name string
      optional boolean
    ConfigMapKeySelector atomic
      key! string
      name string
      optional boolean
    ConfigMapProjection
      items [KeyToPath] atomic
      name string
      optional boolean
    ConfigMapVolumeSource
      defaultMode int32
      items [KeyToPath] atomic
      name string
      optional boolean
    Container
      args [string] atomic
      command [string] atomic
      env [EnvVar] map(name)
      envFrom [EnvFromSource] atomic
      image string
      imagePullPolicy string
      lifecycle Lifecycle
      livenessProbe Probe
      name! string
      ports [ContainerPort] map(containerPort,protocol)
      readinessProbe Probe
      resizePolicy [ContainerResizePolicy] atomic
      resources ResourceRequirements
      restartPolicy string
      restartPolicyRules [ContainerRestartRule] atomic
      securityContext SecurityContext
      startupProbe Probe
      stdin boolean
      stdinOnce boolean
      terminationMessagePath string
      terminationMessagePolicy string
      tty boolean
      volumeDevices [VolumeDevice] map(devicePath)
      volumeMounts [VolumeMount] map(mountPath)
      workingDir string
    ContainerPort
      containerPort! int32
      hostIP string
      hostPort int32
      name string
      protocol string
    ContainerResizePolicy
      resourceName! string
      restartPolicy! string
    ContainerRestartRule
      action! string
      exitCodes ContainerRestartRuleOnExitCodes
    ContainerRestartRuleOnExitCodes
      operator! string
      values [int32] set
    DaemonSetUpdateStrategy
      rollingUpdate RollingUpdateDaemonSet
      type string
    DeploymentStrategy
      rollingUpdate RollingUpdateDeployment
      type string
    DownwardAPIProjection
      items [DownwardAPIVolumeFile] atomic
    DownwardAPIVolumeFile
      fieldRef ObjectFieldSelector
      mode int32
      path! string
      resourceFieldRef ResourceFieldSelector
    DownwardAPIVolumeSource
      defaultMode int32
      items [DownwardAPIVolumeFile] atomic
    EmptyDirVolumeSource
      medium string
      sizeLimit quantity
    EnvFromSource
      configMapRef ConfigMapEnvSource
      prefix string
      secretRef SecretEnvSource
    EnvVar
      name! string
      value string
      valueFrom EnvVarSource
    EnvVarSource
      configMapKeyRef ConfigMapKeySelector
      fieldRef ObjectFieldSelector
      fileKeyRef FileKeySelector
      resourceFieldRef ResourceFieldSelector
      secretKeyRef SecretKeySelector
    EphemeralVolumeSource
      volumeClaimTemplate PersistentVolumeClaimTemplate
    ExecAction
      command [string] atomic
    FCVolumeSource
      fsType string
      lun int32
      readOnly boolean
      targetWWNs [string] atomic
      wwids [string] atomic
    FileKeySelector atomic
      key! string
      optional boolean
      path! string
      volumeName! string
    FlexVolumeSource
      driver! string
      fsType string
      options {string}
      readOnly boolean
      secretRef LocalObjectReference
    FlockerVolumeSource
      datasetName string
      datasetUUID string
    GCEPersistentDiskVolumeSource
      fsType string
      partition int32
      pdName! string
      readOnly boolean
    GRPCAction
      port! int32
      service string
    GitRepoVolumeSource
      directory string
      repository! string
      revision string
    GlusterfsVolumeSource
      endpoints! string
      path! string
      readOnly boolean
    HPAScalingPolicy
      periodSeconds! int32
      type! string
      value! int32
    HPAScalingRules
      policies [HPAScalingPolicy] atomic
      selectPolicy string
      stabilizationWindowSeconds int32
      tolerance quantity
    HTTPGetAction
      host string
      httpHeaders [HTTPHeader] atomic
      path string
      port! int-or-string
      scheme string
    HTTPHeader
      name! string
      value! string
    HorizontalPodAutoscalerBehavior
      scaleDown HPAScalingRules
      scaleUp HPAScalingRules
    HostAlias
      hostnames [string] atomic
      ip! string
    HostPathVolumeSource
      path! string
      type string
    ISCSIVolumeSource
      chapAuthDiscovery boolean
      chapAuthSession boolean
      fsType string
      initiatorName string
      iqn! string
      iscsiInterface string
      lun! int32
      portals [string] atomic
      readOnly boolean
      secretRef LocalObjectReference
      targetPortal! string
    ImageVolumeSource
      pullPolicy string
      reference string
    IngressTLS
      hosts [string] atomic
      secretName string
    KeyToPath
      key! string
      mode int32
      path! string
    LabelSelector atomic
      matchExpressions [LabelSelectorRequirement] atomic
      matchLabels {string}
    LabelSelectorRequirement
      key! string
      operator! string
      values [string] atomic
    Lifecycle
      postStart LifecycleHandler
      preStop LifecycleHandler
      stopSignal string
    LifecycleHandler
      exec ExecAction
      httpGet HTTPGetAction
      sleep SleepAction
      tcpSocket TCPSocketAction
    LocalObjectReference atomic
      name string
    MetricIdentifier
      name! string
      selector LabelSelector
    MetricTarget
      averageUtilization int32
      averageValue quantity
      type! string
      value quantity
    ModifyVolumeStatus
      status! string
      targetVolumeAttributesClassName string
    NFSVolumeSource
      path! string
      readOnly boolean
      server! string
    NodeAffinity
      preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm] atomic
      requiredDuringSchedulingIgnoredDuringExecution NodeSelector
    NodeSelector atomic
      nodeSelectorTerms! [NodeSelectorTerm] atomic
    NodeSelectorRequirement
      key! string
      operator! string
      values [string] atomic
    NodeSelectorTerm atomic
      matchExpressions [NodeSelectorRequirement] atomic
      matchFields [NodeSelectorRequirement] atomic
    ObjectFieldSelector atomic
      apiVersion string
      fieldPath! string
    PersistentVolumeClaimCondition
      lastProbeTime time
      lastTransitionTime time
      message string
      reason string
      status! string
      type! string
    PersistentVolumeClaimSpec
      accessModes [string] atomic
      dataSource TypedLocalObjectReference
      dataSourceRef TypedObjectReference
      resources VolumeResourceRequirements
      selector LabelSelector
      storageClassName string
      volumeAttributesClassName string
      volumeMode string
      volumeName string
    PersistentVolumeClaimStatus
      accessModes [string] atomic
      allocatedResourceStatuses {string} granular
      allocatedResources {quantity}
      capacity {quantity}
      conditions [PersistentVolumeClaimCondition] map(type)
      currentVolumeAttributesClassName string
      modifyVolumeStatus ModifyVolumeStatus
      phase string
    PersistentVolumeClaimTemplate
      metadata metadata
      spec! PersistentVolumeClaimSpec
    PersistentVolumeClaimVolumeSource
      claimName! string
      readOnly boolean
    PhotonPersistentDiskVolumeSource
      fsType string
      pdID! string
    PodAffinity
      preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm] atomic
      requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm] atomic
    PodAffinityTerm
      labelSelector LabelSelector
      matchLabelKeys [string] atomic
      mismatchLabelKeys [string] atomic
      namespaceSelector LabelSelector
      namespaces [string] atomic
      topologyKey! string
    PodAntiAffinity
      preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm] atomic
      requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm] atomic
    PodCertificateProjection
      certificateChainPath string
      credentialBundlePath string
      keyPath string
      keyType! string
      maxExpirationSeconds int32
      signerName! string
      userAnnotations {string}
    PodDNSConfig
      nameservers [string] atomic
      options [PodDNSConfigOption] atomic
      searches [string] atomic
    PodDNSConfigOption
      name string
      value string
    PodSecurityContext
      appArmorProfile AppArmorProfile
      fsGroup int64
      fsGroupChangePolicy string
      runAsGroup int64
      runAsNonRoot boolean
      runAsUser int64
      seLinuxChangePolicy string
      seLinuxOptions SELinuxOptions
      seccompProfile SeccompProfile
      supplementalGroups [int64] atomic
      supplementalGroupsPolicy string
      sysctls [Sysctl] atomic
      windowsOptions WindowsSecurityContextOptions
    PodsMetricSource
      metric! MetricIdentifier
      target! MetricTarget
    PortworxVolumeSource
      fsType string
      readOnly boolean
      volumeID! string
    PreferredSchedulingTerm
      preference! NodeSelectorTerm
      weight! int32
    Probe
      exec ExecAction
      failureThreshold int32
      grpc GRPCAction
      httpGet HTTPGetAction
      initialDelaySeconds int32
      periodSeconds int32
      successThreshold int32
      tcpSocket TCPSocketAction
      terminationGracePeriodSeconds int64
      timeoutSeconds int32
    ProjectedVolumeSource
      defaultMode int32
      sources [VolumeProjection] atomic
    QuobyteVolumeSource
      group string
      readOnly boolean
      registry! string
      tenant string
      user string
      volume! string
    RBDVolumeSource
      fsType string
      image! string
      keyring string
      monitors! [string] atomic
      pool string
      readOnly boolean
      secretRef LocalObjectReference
      user string
    ResourceClaim
      name! string
      request string
    ResourceFieldSelector atomic
      containerName string
      divisor quantity
      resource! string
    ResourceRequirements
      claims [ResourceClaim] map(name)
      limits {quantity}
      requests {quantity}
    RollingUpdateDaemonSet
      maxSurge int-or-string
      maxUnavailable int-or-string
    RollingUpdateDeployment
      maxSurge int-or-string
      maxUnavailable int-or-string
    SELinuxOptions
      level string
      role string
      type string
      user string
    ScaleIOVolumeSource
      fsType string
      gateway! string
      protectionDomain string
      readOnly boolean
      secretRef! LocalObjectReference
      sslEnabled boolean
      storageMode string
      storagePool string
      system! string
      volumeName string
    SeccompProfile
      localhostProfile string
      type! string
    SecretEnvSource
      name string
      optional boolean
    SecretKeySelector atomic
      key! string
      name string
      optional boolean
    SecretProjection
      items [KeyToPath] atomic
      name string
      optional boolean
    SecretVolumeSource
      defaultMode int32
      items [KeyToPath] atomic
      optional boolean
      secretName string
    SecurityContext
      allowPrivilegeEscalation boolean
      appArmorProfile AppArmorProfile
      capabilities Capabilities
      privileged boolean
      procMount string
      readOnlyRootFilesystem boolean
      runAsGroup int64
      runAsNonRoot boolean
      runAsUser int64
      seLinuxOptions SELinuxOptions
      seccompProfile SeccompProfile
      windowsOptions WindowsSecurityContextOptions
    ServiceAccountTokenProjection
      audience string
      expirationSeconds int64
      path! string
    ServicePort
      appProtocol string
      name string
      nodePort int32
      port! int32
      protocol string
      targetPort int-or-string
    SessionAffinityConfig
      clientIP ClientIPConfig
    SleepAction
      seconds! int64
    StatefulSetPersistentVolumeClaimRetentionPolicy
      whenDeleted string
      whenScaled string
    StorageOSVolumeSource
      fsType string
      readOnly boolean
      secretRef LocalObjectReference
      volumeName string
      volumeNamespace string
    Sysctl
      name! string
      value! string
    TCPSocketAction
      host string
      port! int-or-string
    Toleration
      effect string
      key string
      operator string
      tolerationSeconds int64
      value string
    TopologySpreadConstraint
      labelSelector LabelSelector
      matchLabelKeys [string] atomic
      maxSkew! int32
      minDomains int32
      nodeAffinityPolicy string
      nodeTaintsPolicy string
      topologyKey! string
      whenUnsatisfiable! string
    TypedLocalObjectReference atomic
      apiGroup string
      kind! string
      name! string
    TypedObjectReference
      apiGroup string
      kind! string
      name! string
      namespace string
    Volume
      awsElasticBlockStore AWSElasticBlockStoreVolumeSource
      azureDisk AzureDiskVolumeSource
      azureFile AzureFileVolumeSource
      cephfs CephFSVolumeSource
      cinder CinderVolumeSource
      configMap ConfigMapVolumeSource
      csi CSIVolumeSource
      downwardAPI DownwardAPIVolumeSource
      emptyDir EmptyDirVolumeSource
      ephemeral EphemeralVolumeSource
      fc FCVolumeSource
      flexVolume FlexVolumeSource
      flocker FlockerVolumeSource
      gcePersistentDisk GCEPersistentDiskVolumeSource
      gitRepo GitRepoVolumeSource
      glusterfs GlusterfsVolumeSource
      hostPath HostPathVolumeSource
      image ImageVolumeSource
      iscsi ISCSIVolumeSource
      name! string
      nfs NFSVolumeSource
      persistentVolumeClaim PersistentVolumeClaimVolumeSource
      photonPersistentDisk PhotonPersistentDiskVolumeSource
      portworxVolume PortworxVolumeSource
      projected ProjectedVolumeSource
      quobyte QuobyteVolumeSource
      rbd RBDVolumeSource
      scaleIO ScaleIOVolumeSource
      secret SecretVolumeSource
      storageos StorageOSVolumeSource
      vsphereVolume VsphereVirtualDiskVolumeSource
    VolumeDevice
      devicePath! string
      name! string
    VolumeMount
      mountPath! string
      mountPropagation string
      name! string
      readOnly boolean
      recursiveReadOnly string
      subPath string
      subPathExpr string
    VolumeProjection
      clusterTrustBundle ClusterTrustBundleProjection
      configMap ConfigMapProjection
      downwardAPI DownwardAPIProjection
      podCertificate PodCertificateProjection
      secret SecretProjection
      serviceAccountToken ServiceAccountTokenProjection
    VolumeResourceRequirements
      limits {quantity}
      requests {quantity}
    VsphereVirtualDiskVolumeSource
      fsType string
      storagePolicyID string
      storagePolicyName string
      volumePath! string
    WeightedPodAffinityTerm
      podAffinityTerm! PodAffinityTerm
      weight! int32
    WindowsSecurityContextOptions
      gmsaCredentialSpec string
      gmsaCredentialSpecName string
      hostProcess boolean
      runAsUserName string
    """
