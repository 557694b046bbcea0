/** DefaultTolerationSeconds: Pods stay five minutes on a node that is not ready or out of reach, unless they say otherwise. */
import type { AdmissionPlugin } from '../../server-parts.ts'
import { is } from '../plugin.ts'

interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly effect?: string
  readonly tolerationSeconds?: number
}

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const seconds = 300

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (attributes) =>
    (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && attributes.subresource === '' && is(attributes, '', 'pods'),
  admit: ({ object }) => {
    const { spec } = object as unknown as { spec: { tolerations?: Toleration[] } }
    const tolerations = spec.tolerations ?? []
    const isTolerated = (wanted: string): boolean =>
      tolerations.some(({ key = '', effect = '' }) => (key === wanted || key === '') && (effect === 'NoExecute' || effect === ''))
    const missing = keys.filter((key) => !isTolerated(key))
    if (missing.length === 0) return
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds }))
    spec.tolerations = [...tolerations, ...added]
  },
}
