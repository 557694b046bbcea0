/**
 * The flags of kube-controller-manager 1.34, as upstream names them. The form is flag-table.ts's: after a colon what a flag does, after a tilde why it does
 * nothing here.
 */
import { commonFlagTable, servingFlagTable } from './common-flags.ts'

export const controllerManagerFlagTable = `
# Debugging
contention-profiling bool ~ profile
profiling bool=true ~ profile

# Leader-migration
enable-leader-migration bool ~ coord
leader-migration-config string ~ coord

# Generic
allocate-node-cidrs bool: whether nodes get such ranges
cidr-allocator-type string=RangeAllocator ~ ctl
cloud-config string ~ cloud
cloud-provider string ~ cloud
cluster-cidr string: where ranges for the Pods of nodes are cut out of
cluster-name string=kubernetes ~ ctl
configure-cloud-routes bool=true ~ cloud
controller-start-interval duration ~ client
controllers strings=*: which controllers run: * for the usual ones, name for one more, -name for one less
emulated-version strings ~ emul
external-cloud-volume-plugin string ~ cloud
feature-gates mapStringBool: features to turn on or off: Name=true,Other=false
kube-api-burst int32=30 ~ client
kube-api-content-type string=application/vnd.kubernetes.protobuf ~ json
kube-api-qps float=20 ~ client
leader-elect bool=true: wait until the Lease says that it is this one’s turn
leader-elect-lease-duration duration=15s: how long others wait for a leader that is silent
leader-elect-renew-deadline duration=10s: how long a leader tries to renew before it gives up
leader-elect-resource-lock string=leases ~ coord
leader-elect-resource-name string=kube-controller-manager: the name of the Lease
leader-elect-resource-namespace string=kube-system: its namespace
leader-elect-retry-period duration=2s: how often everybody tries
min-resync-period duration=12h0m0s ~ client
node-monitor-period duration=5s: how often nodes are looked at
route-reconciliation-period duration=10s ~ cloud
use-service-account-credentials bool: every controller acts under a service account of its own

# Service-lb-controller
concurrent-service-syncs int32=1 ~ conc

${servingFlagTable(10257, false)}
# Persistentvolume-attach-detach-controller
attach-detach-reconcile-sync-period duration=1m0s ~ volume
disable-attach-detach-reconcile-sync bool ~ volume
disable-force-detach-on-timeout bool ~ ctl

# Certificatesigningrequest-signing-controller
cluster-signing-cert-file string: the authority that signs what CertificateSigningRequests ask for
cluster-signing-duration duration=8760h0m0s ~ ctl
cluster-signing-key-file string: its key
cluster-signing-kube-apiserver-client-cert-file string ~ ctl
cluster-signing-kube-apiserver-client-key-file string ~ ctl
cluster-signing-kubelet-client-cert-file string ~ ctl
cluster-signing-kubelet-client-key-file string ~ ctl
cluster-signing-kubelet-serving-cert-file string ~ ctl
cluster-signing-kubelet-serving-key-file string ~ ctl
cluster-signing-legacy-unknown-cert-file string ~ ctl
cluster-signing-legacy-unknown-key-file string ~ ctl

# Deployment-controller
concurrent-deployment-syncs int32=5 ~ conc

# Statefulset-controller
concurrent-statefulset-syncs int32=5 ~ conc

# Daemonset-controller
concurrent-daemonset-syncs int32=2 ~ conc

# Endpoints-controller
concurrent-endpoint-syncs int32=5 ~ conc
endpoint-updates-batch-period duration ~ ctl

# Endpointslice-controller
concurrent-service-endpoint-syncs int32=5 ~ conc
endpointslice-updates-batch-period duration ~ ctl
max-endpoints-per-slice int32=100 ~ ctl

# Endpointslice-mirroring-controller
mirroring-concurrent-service-endpoint-syncs int32=5 ~ ctl
mirroring-endpointslice-updates-batch-period duration ~ ctl
mirroring-max-endpoints-per-subset int32=1000 ~ ctl

# Ephemeral-volume-controller
concurrent-ephemeralvolume-syncs int32=5 ~ conc

# Garbage-collector-controller
concurrent-gc-syncs int32=20 ~ conc
enable-garbage-collector bool=true ~ ctl

# Horizontal-pod-autoscaler-controller
concurrent-horizontal-pod-autoscaler-syncs int32=5 ~ conc
horizontal-pod-autoscaler-cpu-initialization-period duration=5m0s ~ ctl
horizontal-pod-autoscaler-downscale-stabilization duration=5m0s ~ ctl
horizontal-pod-autoscaler-initial-readiness-delay duration=30s ~ ctl
horizontal-pod-autoscaler-sync-period duration=15s ~ ctl
horizontal-pod-autoscaler-tolerance float=0.1 ~ ctl

# Job-controller
concurrent-job-syncs int32=5 ~ conc

# Cronjob-controller
concurrent-cron-job-syncs int32=5 ~ conc

# Legacy-serviceaccount-token-cleaner-controller
legacy-service-account-token-clean-up-period duration=8760h0m0s ~ ctl

# Namespace-controller
concurrent-namespace-syncs int32=10 ~ conc
namespace-sync-period duration=5m0s ~ ctl

# Node-ipam-controller
node-cidr-mask-size int32 ~ ctl
node-cidr-mask-size-ipv4 int32 ~ ctl
node-cidr-mask-size-ipv6 int32 ~ ctl
service-cluster-ip-range string ~ ctl

# Node-lifecycle-controller
large-cluster-size-threshold int32=50 ~ ctl
node-eviction-rate float=0.1 ~ ctl
node-monitor-grace-period duration=50s: how long a silent node counts as alive
node-startup-grace-period duration=1m0s: how long a node may take to say its first word
secondary-node-eviction-rate float=0.01 ~ ctl
unhealthy-zone-threshold float=0.55 ~ ctl

# Persistentvolume-binder-controller
enable-dynamic-provisioning bool=true ~ volume
enable-hostpath-provisioner bool ~ volume
flex-volume-plugin-dir string=/usr/libexec/kubernetes/kubelet-plugins/volume/exec/ ~ volume
pv-recycler-increment-timeout-nfs int32=30 ~ volume
pv-recycler-minimum-timeout-hostpath int32=60 ~ volume
pv-recycler-minimum-timeout-nfs int32=300 ~ volume
pv-recycler-pod-template-filepath-hostpath string ~ volume
pv-recycler-pod-template-filepath-nfs string ~ volume
pv-recycler-timeout-increment-hostpath int32=30 ~ volume
pvclaimbinder-sync-period duration=15s ~ volume

# Pod-garbage-collector-controller
terminated-pod-gc-threshold int32=12500: how many Pods that have ended are kept

# Replicaset-controller
concurrent-replicaset-syncs int32=5 ~ conc

# Replicationcontroller-controller
concurrent-rc-syncs int32=5 ~ conc

# Resourcequota-controller
concurrent-resource-quota-syncs int32=5 ~ conc
resource-quota-sync-period duration=5m0s ~ ctl

# Serviceaccount-controller
concurrent-serviceaccount-token-syncs int32=5 ~ conc
root-ca-file string: the authority that is published into every namespace
service-account-private-key-file string: the key that token Secrets are signed with

# Ttl-after-finished-controller
concurrent-ttl-after-finished-syncs int32=5 ~ conc

# Validatingadmissionpolicy-status-controller
concurrent-validating-admission-policy-status-syncs int32=5 ~ conc

# Misc
kubeconfig string: the kubeconfig file with the API server and the credentials for it
master string: the API server, in place of the one in the kubeconfig

${commonFlagTable}
`
