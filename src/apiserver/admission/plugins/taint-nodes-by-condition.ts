/** TaintNodesByCondition: a new Node takes no Pods until the node lifecycle controller has seen it ready. */
import type { AdmissionPlugin } from '../../server-parts.ts'
import { is } from '../plugin.ts'

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

interface Taint {
  readonly key: string
  readonly effect: string
}

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: (attributes) => attributes.operation === 'CREATE' && attributes.subresource === '' && is(attributes, '', 'nodes'),
  admit: ({ object }) => {
    const node = object as unknown as { spec?: { taints?: Taint[] } }
    node.spec ??= {}
    const taints = node.spec.taints ?? []
    if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return
    node.spec.taints = [...taints, { ...notReady }]
  },
}
