/**
 * The flags of kube-scheduler 1.34, as upstream names them. The form is flag-table.ts's: after a colon what a flag does, after a tilde why it does
 * nothing here.
 */
import { commonFlagTable } from './common-flags.ts'

export const schedulerFlagTable = `
# Misc
config string: a KubeSchedulerConfiguration: its clientConnection and leaderElection are heeded
master string: the API server, in place of the one in the kubeconfig
write-config-to string ~ own

# Secure serving
bind-address ip=0.0.0.0: the address to serve /healthz and /metrics on
cert-dir string: where the certificate for it is made
disable-http2-serving bool ~ gc
http2-max-streams-per-connection int ~ gc
permit-address-sharing bool ~ gc
permit-port-sharing bool ~ gc
secure-port int=10259: the port to serve them on; 0: none
tls-cert-file string: the certificate for it
tls-cipher-suites strings ~ tls
tls-min-version string ~ tls
tls-private-key-file string: its key
tls-sni-cert-key namedCertKey ~ tls

# Authentication
authentication-kubeconfig string ~ deleg
authentication-skip-lookup bool ~ deleg
authentication-token-webhook-cache-ttl duration=10s ~ deleg
authentication-tolerate-lookup-failure bool=true ~ deleg
client-ca-file string: whose client certificates are believed there
requestheader-allowed-names strings ~ deleg
requestheader-client-ca-file string ~ deleg
requestheader-extra-headers-prefix strings=x-remote-extra- ~ deleg
requestheader-group-headers strings=x-remote-group ~ deleg
requestheader-uid-headers strings ~ deleg
requestheader-username-headers strings=x-remote-user ~ deleg

# Authorization
authorization-always-allow-paths strings=/healthz,/readyz,/livez ~ deleg
authorization-kubeconfig string ~ deleg
authorization-webhook-cache-authorized-ttl duration=10s ~ deleg
authorization-webhook-cache-unauthorized-ttl duration=10s ~ deleg

# Deprecated
contention-profiling bool=true ~ profile
kube-api-burst int32=100 ~ client
kube-api-content-type string=application/vnd.kubernetes.protobuf ~ client
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
