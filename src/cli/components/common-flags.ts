/** The flags that all components of v1.34 have. The form is flag-table.ts's. */
export const commonFlagTable = `
# Metrics
allow-metric-labels stringToString ~ metrics
allow-metric-labels-manifest string ~ metrics
disabled-metrics strings ~ metrics
show-hidden-metrics-for-version string ~ metrics

# Logs
log-flush-frequency duration=5s ~ log
log-json-info-buffer-size quantity ~ log
log-json-split-stream bool ~ log
log-text-info-buffer-size quantity ~ log
log-text-split-stream bool ~ log
logging-format string=text ~ log
-v v int: how much to tell: from 4 on everything
vmodule string ~ log

# Global
-h help bool: print this
version bool: print the version
`

/** How the controller manager and the scheduler serve /healthz and /metrics, and to whom. */
export function servingFlagTable(port: number, toleratesLookupFailure: boolean): string {
  return `# Secure serving
bind-address ip=0.0.0.0: the address to serve /healthz and /metrics on
cert-dir string: where the certificate for it is made
disable-http2-serving bool ~ gc
http2-max-streams-per-connection int ~ gc
permit-address-sharing bool ~ gc
permit-port-sharing bool ~ gc
secure-port int=${port}: the port to serve them on; 0: none
tls-cert-file string: the certificate for it
tls-cipher-suites strings ~ tls
tls-min-version string ~ tls
tls-private-key-file string: its key
tls-sni-cert-key namedCertKey ~ tls

# Authentication
authentication-kubeconfig string ~ deleg
authentication-skip-lookup bool ~ deleg
authentication-token-webhook-cache-ttl duration=10s ~ deleg
authentication-tolerate-lookup-failure bool${toleratesLookupFailure ? '=true' : ''} ~ deleg
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
`
}
