/**
 * NodeResourcesBalancedAllocation: prefers nodes on which cpu and memory would be used to the same degree, so that neither is left over
 * without the other. 100 minus the standard deviation of the two shares, in percent.
 */
import { maxNodeScore, type Plugin } from '../framework.ts'

export function balancedAllocation(): Plugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore({ requests }) {
      const { milliCpu, memory } = requests
      if (milliCpu === 0 && memory === 0) return undefined
      return {
        score(node) {
          if (node.allocatableMilliCpu === 0 || node.allocatableMemory === 0) return maxNodeScore
          const cpuShare = Math.min((node.requestedMilliCpu + milliCpu) / node.allocatableMilliCpu, 1)
          const memoryShare = Math.min((node.requestedMemory + memory) / node.allocatableMemory, 1)
          return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * maxNodeScore)
        },
      }
    },
  }
}
