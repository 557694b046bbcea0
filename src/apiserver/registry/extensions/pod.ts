/** Pods: binding, eviction, and the subresources that a kubelet answers. */
import type { Extension } from './extension.ts'
import { bindPod } from './pod-binding.ts'

export const podExtension: Extension = {
  subresources: { binding: bindPod },
}
