/** NodePorts: two Pods cannot hold the same port of a node; one that holds it on every address holds it on each. */
import type { Pod } from '../../api/core/pod.ts'
import type { Plugin, Rejection } from '../framework.ts'
import { NodeInfo } from '../node-info.ts'
import { PodInfo } from '../pod-info.ts'
import { isPlaced } from '../pod-place.ts'
import { remembered } from '../remembered.ts'

const name = 'NodePorts'
const taken: Rejection = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't have free ports for the requested pod ports"] }

export function nodePorts(): Plugin {
  const portsOf = remembered((pod: Pod) => {
    const holder = new NodeInfo('')
    holder.addPod(new PodInfo(pod))
    return holder
  })
  return {
    name,
    events: [
      {
        resource: 'Pod',
        actions: ['Delete'],
        hint({ hostPorts }, event) {
          if (!isPlaced(event.old as Pod)) return false
          const holder = portsOf(event.old as Pod)
          return hostPorts.some((port) => holder.isPortTaken(port))
        },
      },
      { resource: 'Node', actions: ['Add'] },
    ],
    preFilter({ hostPorts }) {
      if (hostPorts.length === 0) return undefined
      return {
        filter(node) {
          for (let i = 0; i < hostPorts.length; i++) if (node.isPortTaken(hostPorts[i] as (typeof hostPorts)[number])) return taken
          return undefined
        },
      }
    },
  }
}
