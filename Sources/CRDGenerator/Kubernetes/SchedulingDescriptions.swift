/// What the fields of scheduling, networking, scaling and update strategies mean, in our words. The layout is that of
/// `containerDescriptions`.
let schedulingDescriptions = """
    *
      values: Values to compare with; none for Exists and DoesNotExist.
    Affinity
      nodeAffinity: Which nodes are wanted.
      podAffinity: Near which other pods to run.
      podAntiAffinity: Away from which other pods to run.
    NodeAffinity
      preferredDuringSchedulingIgnoredDuringExecution: Wishes; the node with the highest sum of weights wins.
      requiredDuringSchedulingIgnoredDuringExecution: What a node must fulfil.
    NodeSelector
      nodeSelectorTerms: Terms of which one must match.
    NodeSelectorTerm
      matchExpressions: Requirements on the node's labels; all must hold.
      matchFields: Requirements on the node's fields, such as metadata.name; all must hold.
    NodeSelectorRequirement
      key: Label or field.
      operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
    PreferredSchedulingTerm
      preference: What a node should fulfil.
      weight: Weight, 1 to 100.
    PodAffinity
      preferredDuringSchedulingIgnoredDuringExecution: Wishes; the node with the highest sum of weights wins.
      requiredDuringSchedulingIgnoredDuringExecution: What must hold for a node to be chosen.
    PodAntiAffinity
      preferredDuringSchedulingIgnoredDuringExecution: Wishes; the node with the lowest sum of weights wins.
      requiredDuringSchedulingIgnoredDuringExecution: What must hold for a node to be chosen.
    WeightedPodAffinityTerm
      podAffinityTerm: The pods that are meant.
      weight: Weight, 1 to 100.
    PodAffinityTerm
      mismatchLabelKeys: Label keys whose values must differ from the incoming pod's.
      namespaceSelector: Namespaces of those pods, by label. An empty selector means all.
      namespaces: Namespaces of those pods, by name. Default is the pod's own.
    LabelSelectorRequirement
      key: Label key.
      operator: In, NotIn, Exists or DoesNotExist.
    Toleration
      effect: NoSchedule, PreferNoSchedule or NoExecute. Empty means every effect.
      key: Key of the taint. Empty with Exists means every taint.
      operator: Equal (default), Exists, Gt or Lt.
      tolerationSeconds: How long a NoExecute taint is tolerated. Default is for ever.
      value: Value of the taint; none with Exists.
    TopologySpreadConstraint
      maxSkew: Largest difference between domains in the number of pods.
      minDomains: Fewest domains that must exist.
      nodeAffinityPolicy: Whether the pod's node selector limits the nodes counted: Honor or Ignore.
      nodeTaintsPolicy: Whether tainted nodes are left out: Honor or Ignore.
      whenUnsatisfiable: DoNotSchedule or ScheduleAnyway.
    HostAlias
      hostnames: Host names for the address.
      ip: Address.
    PodDNSConfig
      nameservers: DNS servers, added to those of dnsPolicy.
      options: Resolver options, added to those of dnsPolicy.
      searches: Search domains, added to those of dnsPolicy.
    PodDNSConfigOption
      name: Name of the option, such as ndots.
      value: Its value.
    ServicePort
      appProtocol: Application protocol, such as http or kubernetes.io/h2c.
      name: Name of the port, unique in the Service.
      nodePort: Port on every node, for types NodePort and LoadBalancer. Default is chosen by the cluster.
      port: Port of the Service.
      protocol: TCP, UDP or SCTP.
      targetPort: Number or name of the pod's port. Default is port.
    SessionAffinityConfig
      clientIP: Settings of affinity by client address.
    ClientIPConfig
      timeoutSeconds: How long a client stays with one pod, 1 to 86400. Default 10800.
    DaemonSetUpdateStrategy
      rollingUpdate: Pace of a rolling update.
      type: RollingUpdate (default) or OnDelete.
    DeploymentStrategy
      rollingUpdate: Pace of a rolling update.
      type: RollingUpdate (default) or Recreate.
    StatefulSetPersistentVolumeClaimRetentionPolicy
      whenDeleted: What becomes of the claims when the StatefulSet is deleted: Retain (default) or Delete.
      whenScaled: What becomes of the claims of pods that scaling removes: Retain (default) or Delete.
    IngressTLS
      hosts: Host names in the certificate.
      secretName: Secret with certificate and key.
    HorizontalPodAutoscalerBehavior
      scaleDown: How fast pods are removed. Default looks back 300 seconds.
      scaleUp: How fast pods are added. Default doubles or adds 4 pods in 15 seconds.
    HPAScalingRules
      policies: Steps that are allowed.
      selectPolicy: Which step counts: Max (default), Min or Disabled.
      stabilizationWindowSeconds: How far to look back for a steadier value, 0 to 3600.
      tolerance: Deviation from the target that changes nothing.
    HPAScalingPolicy
      periodSeconds: Time span of the step, 1 to 1800.
      type: Pods or Percent.
      value: Size of the step.
    PodsMetricSource
      metric: The metric.
      target: The value to keep.
    MetricIdentifier
      name: Name of the metric.
      selector: Labels of the series to take. Default is all.
    MetricTarget
      averageUtilization: Average over the pods, in percent of the request.
      averageValue: Average over the pods.
      type: Utilization, Value or AverageValue.
      value: Value of the metric.
    Condition
      lastTransitionTime: When status last changed.
      message: For people, why it is so.
      observedGeneration: metadata.generation for which it was found.
      reason: For programs, one word on why it is so.
      status: True, False or Unknown.
      type: What the condition is about, in CamelCase.
    """
