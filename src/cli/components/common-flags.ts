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
