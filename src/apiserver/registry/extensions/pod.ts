/**
 * Pods: binding and eviction; and the subresources that a kubelet answers, which have nobody to answer them when no
 * kubelet has an address.
 */

import { serviceUnavailable } from '../../../apimachinery/status-error.ts'
import type { Extension, SubresourceHandler } from '../../server-parts.ts'
import { bindPod } from './pod-binding.ts'
import { evictPod } from './pod-eviction.ts'

const notConnected =
  (what: string): SubresourceHandler =>
  ({ info }) => {
    throw serviceUnavailable(`${what} of pod ${info.namespace}/${info.name} is not available: its node runs no kubelet that could answer`)
  }

export const podExtension: Extension = {
  subresources: {
    binding: bindPod,
    eviction: evictPod,
    log: notConnected('the log'),
    exec: notConnected('exec'),
    attach: notConnected('attach'),
    portforward: notConnected('port-forward'),
    proxy: notConnected('the proxy'),
  },
}
