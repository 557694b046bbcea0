/**
 * More Go structs as facts for go-form.ts, besides those of Pods: volumes and their attachments, drivers of a node, claims to devices, parents of
 * addresses.
 */
export const otherGoStructs: Readonly<Record<string, string>> = {
  AzureFilePersistentVolumeSource: 'SecretName=secretName:s ShareName=shareName:s ReadOnly=readOnly:b SecretNamespace=secretNamespace:*s',
  CELDeviceSelector: 'Expression=expression:s',
  CSINodeDriver: 'Name=name:s NodeID=nodeID:s TopologyKeys=topologyKeys:[]s Allocatable=allocatable:*VolumeNodeResources',
  CSIPersistentVolumeSource:
    'Driver=driver:s VolumeHandle=volumeHandle:s ReadOnly=readOnly:b FSType=fsType:s VolumeAttributes=volumeAttributes:maps ControllerPublishSecretRef=controllerPublishSecretRef:*SecretReference NodeStageSecretRef=nodeStageSecretRef:*SecretReference NodePublishSecretRef=nodePublishSecretRef:*SecretReference ControllerExpandSecretRef=controllerExpandSecretRef:*SecretReference NodeExpandSecretRef=nodeExpandSecretRef:*SecretReference',
  CapacityRequirements: 'Requests=requests:mapq',
  CephFSPersistentVolumeSource:
    'Monitors=monitors:[]s Path=path:s User=user:s SecretFile=secretFile:s SecretRef=secretRef:*SecretReference ReadOnly=readOnly:b',
  CertificateSigningRequestCondition:
    'Type=type:s Status=status:s Reason=reason:s Message=message:s LastUpdateTime=lastUpdateTime:*json LastTransitionTime=lastTransitionTime:*json',
  CinderPersistentVolumeSource: 'VolumeID=volumeID:s FSType=fsType:s ReadOnly=readOnly:b SecretRef=secretRef:*SecretReference',
  DeviceClaim: 'Requests=requests:[]DeviceRequest Constraints=constraints:[]DeviceConstraint Config=config:[]DeviceClaimConfiguration',
  DeviceClaimConfiguration: 'Requests=requests:[]s Opaque=opaque:*OpaqueDeviceConfiguration',
  DeviceConstraint: 'Requests=requests:[]s MatchAttribute=matchAttribute:*s DistinctAttribute=distinctAttribute:*s',
  DeviceRequest: 'Name=name:s Exactly=exactly:*ExactDeviceRequest FirstAvailable=firstAvailable:[]DeviceSubRequest',
  DeviceSelector: 'CEL=cel:*CELDeviceSelector',
  DeviceSubRequest:
    'Name=name:s DeviceClassName=deviceClassName:s Selectors=selectors:[]DeviceSelector AllocationMode=allocationMode:s Count=count:n Tolerations=tolerations:[]DeviceToleration Capacity=capacity:*CapacityRequirements',
  DeviceToleration: 'Key=key:s Operator=operator:s Value=value:s Effect=effect:s TolerationSeconds=tolerationSeconds:*n',
  ExactDeviceRequest:
    'DeviceClassName=deviceClassName:s Selectors=selectors:[]DeviceSelector AllocationMode=allocationMode:s Count=count:n AdminAccess=adminAccess:*b Tolerations=tolerations:[]DeviceToleration Capacity=capacity:*CapacityRequirements',
  FlexPersistentVolumeSource:
    'Driver=driver:s FSType=fsType:s SecretRef=secretRef:*SecretReference ReadOnly=readOnly:b Options=options:maps',
  GlusterfsPersistentVolumeSource: 'EndpointsName=endpoints:s Path=path:s ReadOnly=readOnly:b EndpointsNamespace=endpointsNamespace:*s',
  ISCSIPersistentVolumeSource:
    'TargetPortal=targetPortal:s IQN=iqn:s Lun=lun:n ISCSIInterface=iscsiInterface:s FSType=fsType:s ReadOnly=readOnly:b Portals=portals:[]s DiscoveryCHAPAuth=chapAuthDiscovery:b SessionCHAPAuth=chapAuthSession:b SecretRef=secretRef:*SecretReference InitiatorName=initiatorName:*s',
  LocalVolumeSource: 'Path=path:s FSType=fsType:*s',
  ObjectReference:
    'Kind=kind:s Namespace=namespace:s Name=name:s UID=uid:s APIVersion=apiVersion:s ResourceVersion=resourceVersion:s FieldPath=fieldPath:s',
  OpaqueDeviceConfiguration: 'Driver=driver:s Parameters=parameters:json',
  ParentReference: 'Group=group:s Resource=resource:s Namespace=namespace:s Name=name:s',
  PersistentVolumeSpec:
    'Capacity=capacity:mapq GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource HostPath=hostPath:*HostPathVolumeSource Glusterfs=glusterfs:*GlusterfsPersistentVolumeSource NFS=nfs:*NFSVolumeSource RBD=rbd:*RBDPersistentVolumeSource Quobyte=quobyte:*QuobyteVolumeSource ISCSI=iscsi:*ISCSIPersistentVolumeSource FlexVolume=flexVolume:*FlexPersistentVolumeSource Cinder=cinder:*CinderPersistentVolumeSource CephFS=cephfs:*CephFSPersistentVolumeSource FC=fc:*FCVolumeSource Flocker=flocker:*FlockerVolumeSource AzureFile=azureFile:*AzureFilePersistentVolumeSource VsphereVolume=vsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk=azureDisk:*AzureDiskVolumeSource PhotonPersistentDisk=photonPersistentDisk:*PhotonPersistentDiskVolumeSource PortworxVolume=portworxVolume:*PortworxVolumeSource ScaleIO=scaleIO:*ScaleIOPersistentVolumeSource Local=local:*LocalVolumeSource StorageOS=storageos:*StorageOSPersistentVolumeSource CSI=csi:*CSIPersistentVolumeSource AccessModes=accessModes:[]s ClaimRef=claimRef:*ObjectReference PersistentVolumeReclaimPolicy=persistentVolumeReclaimPolicy:s StorageClassName=storageClassName:s MountOptions=mountOptions:[]s VolumeMode=volumeMode:*s NodeAffinity=nodeAffinity:*VolumeNodeAffinity VolumeAttributesClassName=volumeAttributesClassName:*s',
  PodCertificateRequestSpec:
    'SignerName=signerName:s PodName=podName:s PodUID=podUID:s ServiceAccountName=serviceAccountName:s ServiceAccountUID=serviceAccountUID:s NodeName=nodeName:s NodeUID=nodeUID:s MaxExpirationSeconds=maxExpirationSeconds:*n PKIXPublicKey=pkixPublicKey:s ProofOfPossession=proofOfPossession:s',
  RBDPersistentVolumeSource:
    'CephMonitors=monitors:[]s RBDImage=image:s FSType=fsType:s RBDPool=pool:s RadosUser=user:s Keyring=keyring:s SecretRef=secretRef:*SecretReference ReadOnly=readOnly:b',
  ResourceClaimSpec: 'Devices=devices:DeviceClaim',
  ScaleIOPersistentVolumeSource:
    'Gateway=gateway:s System=system:s SecretRef=secretRef:*SecretReference SSLEnabled=sslEnabled:b ProtectionDomain=protectionDomain:s StoragePool=storagePool:s StorageMode=storageMode:s VolumeName=volumeName:s FSType=fsType:s ReadOnly=readOnly:b',
  SecretReference: 'Name=name:s Namespace=namespace:s',
  StorageOSPersistentVolumeSource:
    'VolumeName=volumeName:s VolumeNamespace=volumeNamespace:s FSType=fsType:s ReadOnly=readOnly:b SecretRef=secretRef:*ObjectReference',
  VolumeAttachmentSource: 'PersistentVolumeName=persistentVolumeName:*s InlineVolumeSpec=inlineVolumeSpec:*PersistentVolumeSpec',
  VolumeAttachmentSpec: 'Attacher=attacher:s Source=source:VolumeAttachmentSource NodeName=nodeName:s',
  VolumeNodeAffinity: 'Required=required:*NodeSelector',
  VolumeNodeResources: 'Count=count:*n',
  AllocationResult:
    'Devices=devices:DeviceAllocationResult NodeSelector=nodeSelector:*NodeSelector AllocationTimestamp=allocationTimestamp:*json',
  DeviceAllocationConfiguration: 'Source=source:s Requests=requests:[]s Opaque=opaque:*OpaqueDeviceConfiguration',
  DeviceAllocationResult: 'Results=results:[]DeviceRequestAllocationResult Config=config:[]DeviceAllocationConfiguration',
  DeviceAttribute: 'IntValue=int:*n BoolValue=bool:*b StringValue=string:*s VersionValue=version:*s',
  DeviceRequestAllocationResult:
    'Request=request:s Driver=driver:s Pool=pool:s Device=device:s AdminAccess=adminAccess:*b Tolerations=tolerations:[]DeviceToleration BindingConditions=bindingConditions:[]s BindingFailureConditions=bindingFailureConditions:[]s ShareID=shareID:*s ConsumedCapacity=consumedCapacity:mapq',
  PodFailurePolicy: 'Rules=rules:[]PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement: 'ContainerName=containerName:*s Operator=operator:s Values=values:[]n',
  PodFailurePolicyOnPodConditionsPattern: 'Type=type:s Status=status:s',
  PodFailurePolicyRule:
    'Action=action:s OnExitCodes=onExitCodes:*PodFailurePolicyOnExitCodesRequirement OnPodConditions=onPodConditions:[]PodFailurePolicyOnPodConditionsPattern',
  SuccessPolicy: 'Rules=rules:[]SuccessPolicyRule',
  SuccessPolicyRule: 'SucceededIndexes=succeededIndexes:*s SucceededCount=succeededCount:*n',
  PersistentVolumeSource:
    'GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource HostPath=hostPath:*HostPathVolumeSource Glusterfs=glusterfs:*GlusterfsPersistentVolumeSource NFS=nfs:*NFSVolumeSource RBD=rbd:*RBDPersistentVolumeSource Quobyte=quobyte:*QuobyteVolumeSource ISCSI=iscsi:*ISCSIPersistentVolumeSource FlexVolume=flexVolume:*FlexPersistentVolumeSource Cinder=cinder:*CinderPersistentVolumeSource CephFS=cephfs:*CephFSPersistentVolumeSource FC=fc:*FCVolumeSource Flocker=flocker:*FlockerVolumeSource AzureFile=azureFile:*AzureFilePersistentVolumeSource VsphereVolume=vsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk=azureDisk:*AzureDiskVolumeSource PhotonPersistentDisk=photonPersistentDisk:*PhotonPersistentDiskVolumeSource PortworxVolume=portworxVolume:*PortworxVolumeSource ScaleIO=scaleIO:*ScaleIOPersistentVolumeSource Local=local:*LocalVolumeSource StorageOS=storageos:*StorageOSPersistentVolumeSource CSI=csi:*CSIPersistentVolumeSource',
}
