/** What Kubernetes calls the work queues of controllers in metrics, where our loops have names of their own. */
const names: Readonly<Record<string, string>> = {
  'bootstrap-signer-controller': 'bootstrap_signer_queue',
  'certificatesigningrequest-approving-controller': 'certificate',
  'certificatesigningrequest-signing-controller': 'certificate',
  'clusterrole-aggregation-controller': 'ClusterRoleAggregator',
  'endpoints-controller': 'endpoint',
  'endpointslice-controller': 'endpoint_slice',
  'endpointslice-mirroring-controller': 'endpoint_slice_mirroring',
  'ephemeral-volume-controller': 'ephemeral_volume',
  'garbage-collector-controller': 'garbage_collector_attempt_to_delete',
  'garbage-collector-controller (orphaning)': 'garbage_collector_attempt_to_orphan',
  'horizontal-pod-autoscaler-controller': 'horizontalpodautoscaler',
  'job orphans': 'job_orphan_pod',
  'namespace-controller': 'namespace',
  'node-evictions': 'node_lifecycle_controller_pods',
  'node-taints': 'node_lifecycle_controller',
  'persistentvolume-binder-controller': 'claims',
  'persistentvolume-protection-controller': 'pvprotection',
  'persistentvolumeclaim-protection-controller': 'pvcprotection',
  'replicaset-controller': 'replicaset',
  'replicationcontroller-controller': 'replicationmanager',
  'resourcequota-controller': 'resourcequota_primary',
  'root-ca-publisher': 'root_ca_cert_publisher',
  'service-cidr-controller': 'ipaddresses',
  'serviceaccount-token-controller': 'serviceaccount_tokens_service',
  'stale disruptions': 'stale_pod_disruption',
  'taint-eviction': 'noexec_taint_pod',
  'token-cleaner-controller': 'token_cleaner',
  'ttl-after-finished': 'ttl_jobs_to_delete',
  'ttl-controller': 'ttlcontroller',
  'volumeattributesclass-protection-controller': 'vacprotection',
}

export function queueNameOf(loop: string): string {
  return names[loop] ?? loop
}
