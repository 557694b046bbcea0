/**
 * The flags of kube-apiserver 1.34, as upstream names them. The form is flag-table.ts's: after a colon what a flag does, after a tilde why it does
 * nothing here.
 */
import { commonFlagTable } from './common-flags.ts'

export const apiServerFlagTable = `
# Generic
advertise-address ip: where clients in the cluster reach this server: the endpoints of the kubernetes Service
cors-allowed-origins strings ~ gc
emulated-version strings ~ emul
emulation-forward-compatible bool ~ emul
external-hostname string: the name by which this server is known outside: it is put into the certificate that is made
feature-gates mapStringBool: features to turn on or off: Name=true,Other=false
goaway-chance float ~ gc
livez-grace-period duration ~ gc
max-mutating-requests-inflight int=200: changing requests that may run at once; with priority and fairness, seats that are added to the reading ones
max-requests-inflight int=400: reading requests that may run at once; 0 for no limit
min-request-timeout int=1800: a watch without a timeout ends after once to twice this, in seconds
request-timeout duration=1m0s ~ gc
runtime-config-emulation-forward-compatible bool ~ emul
shutdown-delay-duration duration ~ gc
shutdown-send-retry-after bool ~ gc
shutdown-watch-termination-grace-period duration ~ gc
storage-initialization-timeout duration=1m0s ~ gc
strict-transport-security-directives strings ~ gc

# Etcd
delete-collection-workers int=1 ~ gc
enable-garbage-collector bool=true ~ own
encryption-provider-config string: a file that says which resources are encrypted in etcd, and with what keys
encryption-provider-config-automatic-reload bool ~ crypt
etcd-cafile string: the authority that signed the certificates of etcd
etcd-certfile string: the certificate to show to etcd
etcd-compaction-interval duration=5m0s: how often history is compacted; 0: never
etcd-count-metric-poll-period duration=1m0s ~ etcdm
etcd-db-metric-poll-interval duration=30s ~ etcdm
etcd-healthcheck-timeout duration=2s ~ etcdm
etcd-keyfile string: its key
etcd-prefix string=/registry: what all keys begin with
etcd-readycheck-timeout duration=2s ~ etcdm
etcd-servers strings: where etcd is, separated by commas: http://127.0.0.1:2379
etcd-servers-overrides strings ~ etcdm
lease-reuse-duration-seconds int=60 ~ etcdm
storage-backend string ~ own
storage-media-type string=application/vnd.kubernetes.protobuf ~ json
watch-cache bool=true ~ cache
watch-cache-sizes strings ~ cache

# Secure serving
bind-address ip=0.0.0.0: the address to listen on
cert-dir string=/var/run/kubernetes: where apiserver.crt and apiserver.key are, or are made
disable-http2-serving bool ~ gc
http2-max-streams-per-connection int ~ gc
permit-address-sharing bool ~ gc
permit-port-sharing bool ~ gc
secure-port int=6443: the port to listen on
tls-cert-file string: the certificate of this server, in place of the one in --cert-dir
tls-cipher-suites strings ~ tls
tls-min-version string ~ tls
tls-private-key-file string: its key
tls-sni-cert-key namedCertKey ~ tls

# Auditing
audit-log-batch-buffer-size int=10000 ~ audit
audit-log-batch-max-size int=1 ~ audit
audit-log-batch-max-wait duration ~ audit
audit-log-batch-throttle-burst int ~ audit
audit-log-batch-throttle-enable bool ~ audit
audit-log-batch-throttle-qps float ~ audit
audit-log-compress bool ~ audit
audit-log-format string=json ~ audit
audit-log-maxage int ~ audit
audit-log-maxbackup int ~ audit
audit-log-maxsize int ~ audit
audit-log-mode string=blocking ~ audit
audit-log-path string ~ audit
audit-log-truncate-enabled bool ~ audit
audit-log-truncate-max-batch-size int=10485760 ~ audit
audit-log-truncate-max-event-size int=102400 ~ audit
audit-log-version string=audit.k8s.io/v1 ~ audit
audit-policy-file string ~ audit
audit-webhook-batch-buffer-size int=10000 ~ audit
audit-webhook-batch-max-size int=400 ~ audit
audit-webhook-batch-max-wait duration=30s ~ audit
audit-webhook-batch-throttle-burst int=15 ~ audit
audit-webhook-batch-throttle-enable bool=true ~ audit
audit-webhook-batch-throttle-qps float=10 ~ audit
audit-webhook-config-file string ~ audit
audit-webhook-initial-backoff duration=10s ~ audit
audit-webhook-mode string=batch ~ audit
audit-webhook-truncate-enabled bool ~ audit
audit-webhook-truncate-max-batch-size int=10485760 ~ audit
audit-webhook-truncate-max-event-size int=102400 ~ audit
audit-webhook-version string=audit.k8s.io/v1 ~ audit

# Features
contention-profiling bool ~ profile
debug-socket-path string ~ profile
enable-priority-and-fairness bool=true: whether requests wait and run by FlowSchemas and priority levels
profiling bool=true ~ profile

# Authentication
anonymous-auth bool=true: whether requests without credentials are let in, as system:anonymous
api-audiences strings: whom service account tokens must be meant for; by default the issuer
authentication-config string ~ hookn
authentication-token-webhook-cache-ttl duration=2m0s ~ hookn
authentication-token-webhook-config-file string ~ hookn
authentication-token-webhook-version string=v1beta1 ~ hookn
client-ca-file string: whose client certificates are believed
enable-bootstrap-token-auth bool ~ own
oidc-ca-file string ~ oidc
oidc-client-id string ~ oidc
oidc-groups-claim string ~ oidc
oidc-groups-prefix string ~ oidc
oidc-issuer-url string ~ oidc
oidc-required-claim mapStringString ~ oidc
oidc-signing-algs strings=RS256 ~ oidc
oidc-username-claim string=sub ~ oidc
oidc-username-prefix string ~ oidc
requestheader-allowed-names strings ~ agg
requestheader-client-ca-file string ~ agg
requestheader-extra-headers-prefix strings ~ agg
requestheader-group-headers strings ~ agg
requestheader-uid-headers strings ~ agg
requestheader-username-headers strings ~ agg
service-account-extend-token-expiration bool=true ~ own
service-account-issuer stringArray: who service account tokens say they are from
service-account-jwks-uri string ~ own
service-account-key-file stringArray: keys that service account tokens are checked with; may be given several times
service-account-lookup bool=true ~ own
service-account-max-token-expiration duration ~ own
token-auth-file string: a file of lines token,user,uid,"group1,group2"

# Authorization
authorization-config string ~ hookz
authorization-mode strings: who decides, in order: AlwaysAllow, AlwaysDeny, Node, RBAC
authorization-policy-file string ~ hookz
authorization-webhook-cache-authorized-ttl duration=5m0s ~ hookz
authorization-webhook-cache-unauthorized-ttl duration=30s ~ hookz
authorization-webhook-config-file string ~ hookz
authorization-webhook-version string=v1beta1 ~ hookz

# API enablement
runtime-config mapStringString: API versions to turn on or off: api/beta=true,networking.k8s.io/v1beta1=true

# Egress selector
egress-selector-config-file string ~ own

# Admission
admission-control strings ~ none
admission-control-config-file string ~ own
default-not-ready-toleration-seconds int=300: how long Pods stay on a node that is not ready
default-unreachable-toleration-seconds int=300: how long Pods stay on a node that is not heard of
disable-admission-plugins strings: admission plugins to turn off
enable-admission-plugins strings: admission plugins to turn on besides the usual ones

# Traces
tracing-config-file string ~ trace

# Misc
aggregator-reject-forwarding-redirect bool=true ~ own
allow-privileged bool ~ priv
coordinated-leadership-lease-duration duration=15s ~ coord
coordinated-leadership-renew-deadline duration=10s ~ coord
coordinated-leadership-retry-period duration=2s ~ coord
enable-aggregator-routing bool ~ agg
enable-logs-handler bool ~ own
endpoint-reconciler-type string=lease ~ own
event-ttl duration=1h0m0s: how long events are kept
kubelet-certificate-authority string ~ kubelet
kubelet-client-certificate string ~ kubelet
kubelet-client-key string ~ kubelet
kubelet-preferred-address-types strings=Hostname,InternalDNS,InternalIP,ExternalDNS,ExternalIP ~ kubelet
kubelet-timeout duration=5s ~ kubelet
kubernetes-service-node-port int ~ own
max-connection-bytes-per-sec int ~ gc
peer-advertise-ip string ~ agg
peer-advertise-port string ~ agg
peer-ca-file string ~ agg
proxy-client-cert-file string ~ agg
proxy-client-key-file string ~ agg
service-account-signing-endpoint string ~ own
service-account-signing-key-file string: the key that service account tokens are signed with
service-cluster-ip-range string: where addresses of Services are taken from; one range of each family
service-node-port-range portRange=30000-32767: where node ports are taken from

${commonFlagTable}
`
