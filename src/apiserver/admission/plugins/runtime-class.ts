/** RuntimeClass: a Pod that names one gets its overhead and goes where it can run; one that is missing refuses the Pod. */

import type { Toleration } from '../../../api/core/pod-spec/affinity.ts'
import { RuntimeClass } from '../../../api/node/runtime-class.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { semanticallyEqual } from '../../../apimachinery/validate-metadata.ts'
import { lookUp } from '../../registry/look-up.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

interface PodSpecParts {
  runtimeClassName?: string | null
  overhead?: Readonly<Record<string, string>>
  nodeSelector?: Readonly<Record<string, string>>
  tolerations?: readonly Toleration[]
}
interface ClassParts {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> } | null
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly tolerations?: readonly Toleration[] | null
  } | null
}

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: (attributes) => attributes.operation === 'CREATE' && attributes.subresource === '' && is(attributes, '', 'pods'),
  admit: async (attributes) => {
    const { spec } = attributes.object as unknown as { spec: PodSpecParts }
    const found = await classOf(attributes, spec)
    if (found?.overhead) {
      if (Object.keys(spec.overhead ?? {}).length > 0 && !semanticallyEqual(found.overhead.podFixed, spec.overhead)) {
        throw denied(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
      }
      spec.overhead = found.overhead.podFixed ?? {}
    }
    if (found?.scheduling) setScheduling(attributes, spec, found.scheduling)
  },
  validate: async (attributes) => {
    const { spec } = attributes.object as unknown as { spec: PodSpecParts }
    const found = await classOf(attributes, spec)
    if (!found?.overhead) {
      if (spec.overhead === undefined) return
      throw denied(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    }
    if (!semanticallyEqual(found.overhead.podFixed ?? {}, spec.overhead ?? {}))
      throw denied(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  },
}

async function classOf(attributes: Attributes, { runtimeClassName }: PodSpecParts): Promise<ClassParts | undefined> {
  if (runtimeClassName === undefined || runtimeClassName === null) return undefined
  const found = await lookUp<KubeObject & ClassParts>(attributes.server, RuntimeClass, '', runtimeClassName)
  if (found === undefined) throw denied(attributes, `pod rejected: RuntimeClass "${runtimeClassName}" not found`)
  return found
}

function setScheduling(
  attributes: Attributes,
  spec: PodSpecParts,
  { nodeSelector = {}, tolerations }: NonNullable<ClassParts['scheduling']>,
): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key]
    if (own === undefined || own === value) continue
    throw denied(attributes, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
  }
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector }
  if ((tolerations ?? []).length > 0) spec.tolerations = merged([...(spec.tolerations ?? []), ...(tolerations ?? [])])
}

/** Of two tolerations of which one says it all only that one stays; of equals the first. */
function merged(all: readonly Toleration[]): readonly Toleration[] {
  const kept: Toleration[] = []
  for (const [i, one] of all.entries()) {
    if (kept.some((other) => includes(other, one))) continue
    if (all.slice(i + 1).some((other) => !semanticallyEqual(one, other) && includes(other, one))) continue
    kept.push(one)
  }
  return kept
}

function includes(whole: Toleration, part: Toleration): boolean {
  if (semanticallyEqual(whole, part)) return true
  const { key = '', operator = '', effect = '', tolerationSeconds } = whole
  if ((part.key ?? '') !== key && (key !== '' || operator !== 'Exists')) return false
  if (effect !== '' && (part.effect ?? '') !== effect) return false
  if (effect === 'NoExecute' && tolerationSeconds !== undefined && tolerationSeconds !== null) {
    if ((part.tolerationSeconds ?? Number.POSITIVE_INFINITY) > tolerationSeconds) return false
  }
  return operator === 'Exists' || (part.operator === 'Equal' && (part.value ?? '') === (whole.value ?? ''))
}
