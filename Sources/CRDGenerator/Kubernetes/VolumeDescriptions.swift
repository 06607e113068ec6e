/// What the fields of volumes and volume claims mean, in our words. The layout is that of `containerDescriptions`.
let volumeDescriptions = """
    *
      fsType: File system of the volume, such as ext4.
      readOnly: Mount read-only. Default false.
      secretRef: Secret with the credentials.
      defaultMode: Permission bits of files without their own; decimal in JSON. Default 0644.
      mode: Permission bits of this file; decimal in JSON.
      volumeID: Id of the volume at the provider.
      partition: Partition to mount. Default is the whole volume.
      monitors: Addresses of the Ceph monitors.
      accessModes: How it may be mounted, such as ReadWriteOnce.
    LocalObjectReference
      name: Name of the object, in the same namespace.
    KeyToPath
      key: Key to project.
      path: Relative path of the file; without '..'.
    Volume
      awsElasticBlockStore: Disk of AWS. Served by the CSI driver ebs.csi.aws.com today.
      azureDisk: Data disk of Azure. Served by the CSI driver disk.csi.azure.com today.
      azureFile: File share of Azure. Served by the CSI driver file.csi.azure.com today.
      cephfs: Ceph file system. No longer supported by Kubernetes.
      cinder: OpenStack volume. Served by the CSI driver cinder.csi.openstack.org today.
      configMap: Keys of a ConfigMap as files.
      csi: Ephemeral volume of a CSI driver.
      downwardAPI: Fields of the pod as files.
      emptyDir: Empty folder that lives as long as the pod.
      ephemeral: Volume whose claim is made with the pod and deleted with it.
      fc: Fibre Channel disk.
      flexVolume: Volume of an exec driver. Deprecated; use a CSI driver.
      flocker: Flocker dataset. No longer supported by Kubernetes.
      gcePersistentDisk: Disk of Google Cloud. Served by the CSI driver pd.csi.storage.gke.io today.
      gitRepo: Files of a git repository. Deprecated; use an init container.
      glusterfs: Gluster volume. No longer supported by Kubernetes.
      hostPath: File or folder of the node. Gives the pod access to the node.
      image: Content of an OCI image or artifact.
      iscsi: iSCSI disk.
      name: Name of the volume, unique in the pod.
      nfs: Share of an NFS server.
      persistentVolumeClaim: A PersistentVolumeClaim of the pod's namespace.
      photonPersistentDisk: Photon disk. No longer supported by Kubernetes.
      portworxVolume: Portworx volume. Served by the CSI driver pxd.portworx.com today.
      projected: Several sources in one folder.
      quobyte: Quobyte volume. No longer supported by Kubernetes.
      rbd: Ceph block device. No longer supported by Kubernetes.
      scaleIO: ScaleIO volume. No longer supported by Kubernetes.
      secret: Keys of a Secret as files.
      storageos: StorageOS volume. No longer supported by Kubernetes.
      vsphereVolume: vSphere disk. Served by the CSI driver csi.vsphere.vmware.com today.
    AzureDiskVolumeSource
      cachingMode: None, ReadOnly or ReadWrite.
      diskName: Name of the disk.
      diskURI: URI of the disk.
      kind: Shared, Dedicated or Managed.
    AzureFileVolumeSource
      secretName: Secret with the storage account's name and key.
      shareName: Name of the share.
    CephFSVolumeSource
      path: Root of the mount. Default /.
      secretFile: Path of the key ring.
      user: Ceph user. Default admin.
    ConfigMapVolumeSource
      items: Keys to project and where. Default is every key under its own name.
      name: Name of the ConfigMap.
    CSIVolumeSource
      driver: Name of the CSI driver.
      nodePublishSecretRef: Secret that the driver needs to publish the volume.
      volumeAttributes: Settings that the driver understands.
    DownwardAPIVolumeSource
      items: Files to write.
    DownwardAPIVolumeFile
      path: Relative path of the file; without '..'.
    EmptyDirVolumeSource
      medium: Where it is kept; Memory is a tmpfs. Default is the node's disk.
      sizeLimit: Largest size. Default is no limit.
    EphemeralVolumeSource
      volumeClaimTemplate: Claim that is made for the pod.
    PersistentVolumeClaimTemplate
      metadata: Labels and annotations of the claim.
      spec: What the claim asks for.
    PersistentVolumeClaimSpec
      accessModes: How the volume may be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
      dataSource: Snapshot or claim that fills the new volume.
      dataSourceRef: Like dataSource, for any kind and namespace.
      resources: Size of the volume.
      selector: Labels of the volumes that may be bound.
      storageClassName: StorageClass that makes the volume. Default is the cluster's.
      volumeAttributesClassName: Class of attributes that may change later.
      volumeMode: Filesystem (default) or Block.
      volumeName: Name of the PersistentVolume to bind.
    VolumeResourceRequirements
      limits: Largest size, by resource name.
      requests: Smallest size, such as storage 1Gi.
    TypedLocalObjectReference
      apiGroup: API group of the object. Default is core.
      kind: Kind of the object.
      name: Name of the object.
    TypedObjectReference
      apiGroup: API group of the object. Default is core.
      kind: Kind of the object.
      name: Name of the object.
      namespace: Namespace of the object; a ReferenceGrant must allow it.
    PersistentVolumeClaimStatus
      allocatedResourceStatuses: State of a resize, by resource name.
      allocatedResources: Capacity asked for during a resize, by resource name.
      capacity: Capacity of the bound volume.
      conditions: State of the claim.
      currentVolumeAttributesClassName: Class of attributes in force.
      modifyVolumeStatus: State of a change of attributes.
      phase: Pending, Bound or Lost.
    PersistentVolumeClaimCondition
      lastProbeTime: When it was last looked at.
      status: True, False or Unknown.
      type: What the condition is about.
    ModifyVolumeStatus
      status: Pending, InProgress or Infeasible.
      targetVolumeAttributesClassName: Class of attributes that is wanted.
    PersistentVolumeClaimVolumeSource
      claimName: Name of the claim.
    FCVolumeSource
      lun: Logical unit number.
      targetWWNs: World wide names of the targets.
      wwids: World wide ids; instead of targetWWNs and lun.
    FlexVolumeSource
      driver: Name of the driver.
      options: Settings that the driver understands.
    FlockerVolumeSource
      datasetName: Name of the dataset.
      datasetUUID: Id of the dataset.
    GCEPersistentDiskVolumeSource
      pdName: Name of the disk.
    GitRepoVolumeSource
      directory: Folder to clone into.
      repository: URL of the repository.
      revision: Commit to check out.
    GlusterfsVolumeSource
      endpoints: Endpoints object of the servers.
      path: Name of the Gluster volume.
    HostPathVolumeSource
      path: Path on the node.
      type: What the path must be, such as Directory or Socket. Default is no check.
    ImageVolumeSource
      pullPolicy: Always, IfNotPresent or Never.
      reference: Image or artifact.
    ISCSIVolumeSource
      chapAuthDiscovery: Authenticate discovery with CHAP.
      chapAuthSession: Authenticate the session with CHAP.
      initiatorName: Name of the initiator.
      iqn: Qualified name of the target.
      iscsiInterface: Interface to use.
      lun: Logical unit number.
      portals: Further portals of the target.
      targetPortal: Portal of the target, address and port.
    NFSVolumeSource
      path: Exported path.
      server: Host name or address of the server.
    PhotonPersistentDiskVolumeSource
      pdID: Id of the disk.
    ProjectedVolumeSource
      sources: What to project.
    VolumeProjection
      clusterTrustBundle: Certificates of ClusterTrustBundle objects in one file.
      configMap: Keys of a ConfigMap.
      downwardAPI: Fields of the pod.
      podCertificate: Certificate and key made for the pod.
      secret: Keys of a Secret.
      serviceAccountToken: Token of the pod's ServiceAccount.
    ClusterTrustBundleProjection
      labelSelector: Bundles of signerName to take, by label.
      name: One bundle; instead of signerName.
      path: Relative path of the file.
      signerName: Take all bundles of this signer.
    ConfigMapProjection
      items: Keys to project and where. Default is all.
      name: Name of the ConfigMap.
    DownwardAPIProjection
      items: Files to write.
    SecretProjection
      items: Keys to project and where. Default is all.
      name: Name of the Secret.
    PodCertificateProjection
      certificateChainPath: File for the certificate chain.
      credentialBundlePath: File for key and chain together.
      keyPath: File for the key.
      keyType: Kind of key, such as ECDSAP256 or ED25519.
      maxExpirationSeconds: Longest life of the certificate.
      signerName: Signer that issues it.
      userAnnotations: Hints for the signer.
    ServiceAccountTokenProjection
      audience: Who must accept the token. Default is the API server.
      expirationSeconds: Life of the token. Default 3600.
      path: Relative path of the file.
    QuobyteVolumeSource
      group: Group that mounts it.
      registry: Registry services, host:port with commas.
      tenant: Tenant that owns it.
      user: User that mounts it.
      volume: Name of the volume.
    RBDVolumeSource
      image: Name of the image.
      keyring: Path of the key ring.
      pool: Pool of the image.
      user: Ceph user.
    ScaleIOVolumeSource
      gateway: Address of the gateway.
      protectionDomain: Protection domain.
      sslEnabled: Speak TLS with the gateway.
      storageMode: ThickProvisioned or ThinProvisioned.
      storagePool: Storage pool.
      system: Name of the storage system.
      volumeName: Name of the volume.
    SecretVolumeSource
      items: Keys to project and where. Default is every key under its own name.
      secretName: Name of the Secret.
    StorageOSVolumeSource
      volumeName: Name of the volume.
      volumeNamespace: Namespace of the volume.
    VsphereVirtualDiskVolumeSource
      storagePolicyID: Id of the storage policy.
      storagePolicyName: Name of the storage policy.
      volumePath: Path of the disk.
    """
