/**
 * The flags of kube-scheduler 1.34, as upstream names them. The form is flag-table.ts's: after a colon what a flag does, after a tilde why it does
 * nothing here.
 */
import { commonFlagTable, servingFlagTable } from './common-flags.ts'

export const schedulerFlagTable = `
# Misc
config string: a KubeSchedulerConfiguration: its clientConnection and leaderElection are heeded
master string: the API server, in place of the one in the kubeconfig
write-config-to string ~ own

${servingFlagTable(10259, true)}
# Deprecated
contention-profiling bool=true ~ profile
kube-api-burst int32=100 ~ client
kube-api-content-type string=application/vnd.kubernetes.protobuf ~ json
kube-api-qps float=50 ~ client
kubeconfig string: the kubeconfig file with the API server and the credentials for it
pod-max-in-unschedulable-pods-duration duration=5m0s ~ sched
profiling bool=true ~ profile

# Leader election
leader-elect bool=true: wait until the Lease says that it is this one’s turn
leader-elect-lease-duration duration=15s: how long others wait for a leader that is silent
leader-elect-renew-deadline duration=10s: how long a leader tries to renew before it gives up
leader-elect-resource-lock string=leases ~ coord
leader-elect-resource-name string=kube-scheduler: the name of the Lease
leader-elect-resource-namespace string=kube-system: its namespace
leader-elect-retry-period duration=2s: how often everybody tries

# Feature gate
emulated-version strings ~ emul
feature-gates mapStringBool: features to turn on or off: Name=true,Other=false

${commonFlagTable}
`
