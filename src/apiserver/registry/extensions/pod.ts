/**
 * Pods: binding and eviction; and the subresources that a kubelet answers, which have nobody to answer them when no
 * kubelet has an address.
 */

import type { Extension } from '../../server-parts.ts'
import { notConnected } from './not-connected.ts'
import { bindPod } from './pod-binding.ts'
import { evictPod } from './pod-eviction.ts'

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
