/**
 * The feature gates of Kubernetes v1.34's API server, with their stages and whether they are on. Facts; what a gate does is where it is asked for.
 * To read one: `isOn` of `FeatureGates` (apimachinery/feature-gates.ts).
 */
import type { GateFacts } from '../apimachinery/feature-gates.ts'

function gates(facts: GateFacts, names: string): [string, GateFacts][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, facts])
}

export const knownGates: ReadonlyMap<string, GateFacts> = new Map([
  ...gates(
    { stage: 'alpha', isOn: false, isLocked: false },
    `
    APIServingWithRoutine AllAlpha AllowUnsafeMalformedObjectDeletion CBORServingAndStorage CPUManagerPolicyAlphaOptions CSIVolumeHealth
    ClearingNominatedNodeNameAfterBinding ClientsAllowCBOR ClientsPreferCBOR CloudControllerManagerWebhook ComponentFlagz
    ComponentStatusz ContainerRestartRules ContainerStopSignals CrossNamespaceVolumeDataSource CustomCPUCFSQuotaPeriod
    DRAConsumableCapacity DRADeviceBindingConditions DRADeviceTaints DRAExtendedResource DRAPartitionableDevices
    DeploymentReplicaSetTerminatingReplicas EnvFiles EventedPLEG HPAConfigurableTolerance HPAScaleToZero HostnameOverride
    InPlacePodVerticalScalingExclusiveCPUs InPlacePodVerticalScalingExclusiveMemory InTreePluginPortworxUnregister
    InformerResourceVersion KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages KubeletInUserNamespace LoggingAlphaOptions
    MaxUnavailableStatefulSet MemoryQoS NominatedNodeNameForExpectation PodAndContainerStatsFromCRI PodCertificateRequest
    PodLogsQuerySplitStreams PodTopologyLabelsAdmission QOSReserved ReduceDefaultCrashLoopBackOffDecay RelaxedServiceNameValidation
    ResourceHealthStatus RuntimeClassInImageCriApi StorageCapacityScoring StorageVersionAPI StorageVersionMigrator
    StrictIPCIDRValidation TopologyManagerPolicyAlphaOptions UnknownVersionInteroperabilityProxy UserNamespacesPodSecurityStandards
    WindowsCPUAndMemoryAffinity
  `,
  ),
  ...gates(
    { stage: 'beta', isOn: true, isLocked: false },
    `
    APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth CPUManagerPolicyBetaOptions ContainerCheckpoint
    ContextualLogging DRAAdminAccess DRAPrioritizedList DRAResourceClaimDeviceStatus DRASchedulerFilterTimeout DeclarativeValidation
    DetectCacheInconsistency DisableCPUQuotaWithExclusiveCPUs ExternalServiceAccountTokenSigner GracefulNodeShutdown
    GracefulNodeShutdownBasedOnPodPriority ImageMaximumGCAge InOrderInformers InPlacePodVerticalScaling JobManagedBy
    KubeletFineGrainedAuthz KubeletPSI KubeletPodResourcesDynamicResources KubeletPodResourcesGet KubeletSeparateDiskGC
    KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot LoggingBetaOptions MatchLabelKeysInPodTopologySpread
    MatchLabelKeysInPodTopologySpreadSelectorMerge OpenAPIEnums PodDeletionCost PodLevelResources PodObservedGenerationTracking
    PodReadyToStartContainersCondition PortForwardWebsockets PreferSameTrafficDistribution PreventStaticPodAPIReferences ProcMountType
    ReloadKubeletServerCertificateFile RemoteRequestHeaderUID RotateKubeletServerCertificate SELinuxChangePolicy
    SELinuxMountReadWriteOncePod SchedulerAsyncPreemption SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction
    SizeBasedListCostEstimate StatefulSetSemanticRevisionComparison StorageVersionHash
    StructuredAuthenticationConfigurationEgressSelector SupplementalGroupsPolicy SystemdWatchdog TokenRequestServiceAccountUIDValidation
    TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests UnauthenticatedHTTP2DOSMitigation UserNamespacesSupport
    WatchList WindowsGracefulNodeShutdown
  `,
  ),
  ...gates(
    { stage: 'beta', isOn: false, isLocked: false },
    `
    AllBeta ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode CoordinatedLeaderElection
    DeclarativeValidationTakeover ImageVolume LocalStorageCapacityIsolationFSQuotaMonitoring MutableCSINodeAllocatableCount
    MutatingAdmissionPolicy NodeLogQuery SELinuxMount SchedulerAsyncAPICalls WatchCacheInitializationPostStartHook WatchListClient
  `,
  ),
  ...gates(
    { stage: 'stable', isOn: true, isLocked: false },
    `
    DisableAllocatorDualWrite DynamicResourceAllocation ExecProbeTimeout TopologyManagerPolicyOptions VolumeAttributesClass
  `,
  ),
  ...gates(
    { stage: 'stable', isOn: true, isLocked: true },
    `
    APIServerTracing AnonymousAuthConfigurableEndpoints AnyVolumeDataSource AuthorizeNodeWithSelectors AuthorizeWithSelectors
    BtreeWatchCache CPUManagerPolicyOptions CRDValidationRatcheting CSIMigrationPortworx ComponentSLIs ConsistentListFromCache
    CronJobsScheduledAnnotation CustomResourceFieldSelectors HonorPVReclaimPolicy JobBackoffLimitPerIndex JobPodReplacementPolicy
    JobSuccessPolicy KubeletCgroupDriverFromCRI KubeletTracing LoadBalancerIPMode LogarithmicScaleDown MatchLabelKeysInPodAffinity
    MemoryManager MultiCIDRServiceAllocator NFTablesProxyMode NodeInclusionPolicyInPodTopologySpread NodeSwap OrderedNamespaceDeletion
    PodIndexLabel PodLifecycleSleepAction PodLifecycleSleepActionAllowZero PodSchedulingReadiness ProbeHostPodSecurityStandards
    RecoverVolumeExpansionFailure RecursiveReadOnlyMounts RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation
    ResilientWatchCacheInitialization RetryGenerateName SchedulerQueueingHints SeparateTaintEvictionController ServiceAccountTokenJTI
    ServiceAccountTokenNodeBinding ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo ServiceTrafficDistribution
    SidecarContainers SizeMemoryBackedVolumes StatefulSetAutoDeletePVC StreamingCollectionEncodingToJSON
    StreamingCollectionEncodingToProtobuf StrictCostEnforcementForVAP StrictCostEnforcementForWebhooks
    StructuredAuthenticationConfiguration StructuredAuthorizationConfiguration TopologyAwareHints WinDSR WinOverlay
  `,
  ),
  ...gates(
    { stage: 'deprecated', isOn: true, isLocked: false },
    `
    AggregatedDiscoveryRemoveBetaType DisableNodeKubeProxyVersion KubeletPodResourcesListUseActivePods StorageNamespaceIndex
  `,
  ),
  ...gates(
    { stage: 'deprecated', isOn: false, isLocked: false },
    `
    AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests AllowOverwriteTerminationGracePeriodSeconds GitRepoVolumeDriver
    InPlacePodVerticalScalingAllocatedStatus KMSv1 KubeletRegistrationGetOnExistsOnly SeparateCacheWatchRPC WindowsHostNetwork
  `,
  ),
  ...gates(
    { stage: 'deprecated', isOn: false, isLocked: true },
    `
    AllowServiceLBStatusOnNonLB WatchFromStorageWithoutResourceVersion
  `,
  ),
])
