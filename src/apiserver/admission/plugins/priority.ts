/**
 * Priority: a Pod's class becomes a number and a preemption policy. Without a class the global default counts, if there is
 * one. Only one class may be that.
 */

import { PriorityClass } from '../../../api/scheduling/priority-class.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { prefixRange } from '../../../store/store.ts'
import { lookUp } from '../../registry/look-up.ts'
import type { AdmissionPlugin, Attributes, Server } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

interface PodSpecParts {
  priorityClassName?: string
  priority?: number | null
  preemptionPolicy?: string | null
}
interface ClassParts extends KubeObject {
  readonly value?: number
  readonly globalDefault?: boolean
  readonly preemptionPolicy?: string | null
}

export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: (attributes) =>
    attributes.subresource === '' &&
    (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') &&
    (is(attributes, '', 'pods') || is(attributes, 'scheduling.k8s.io', 'priorityclasses')),
  admit: async (attributes) => {
    if (!is(attributes, '', 'pods')) return
    const { spec } = attributes.object as unknown as { spec: PodSpecParts }
    if (attributes.operation === 'UPDATE') return keepPriority(spec, attributes.oldObject as unknown as { spec?: PodSpecParts })
    await setPriority(attributes, spec)
  },
  validate: async (attributes) => {
    if (!is(attributes, 'scheduling.k8s.io', 'priorityclasses')) return
    const wanted = attributes.object as unknown as ClassParts
    if (wanted.globalDefault !== true) return
    const current = await globalDefault(attributes.server)
    const isItself = attributes.operation === 'UPDATE' && current?.metadata.name === wanted.metadata.name
    if (current === undefined || isItself) return
    throw denied(attributes, `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`)
  },
}

/** A client that does not know these fields must not lose them. */
function keepPriority(spec: PodSpecParts, old: { readonly spec?: PodSpecParts }): void {
  if (spec.priority === undefined && old.spec?.priority !== undefined) spec.priority = old.spec.priority
  if (spec.preemptionPolicy === undefined && old.spec?.preemptionPolicy !== undefined) spec.preemptionPolicy = old.spec.preemptionPolicy
}

async function setPriority(attributes: Attributes, spec: PodSpecParts): Promise<void> {
  const { server } = attributes
  const name = spec.priorityClassName ?? ''
  const found = name === '' ? await globalDefault(server) : await classNamed(server, name)
  if (name !== '' && found === undefined) throw denied(attributes, `no PriorityClass with name ${name} was found`)
  if (name === '' && found !== undefined) spec.priorityClassName = found.metadata.name as string
  const value = found?.value ?? 0
  if (spec.priority !== undefined && spec.priority !== null && spec.priority !== value) {
    throw denied(
      attributes,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  }
  spec.priority = value
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (spec.preemptionPolicy && spec.preemptionPolicy !== policy) {
    throw denied(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  spec.preemptionPolicy = policy
}

function classNamed(server: Server, name: string): Promise<ClassParts | undefined> {
  return lookUp(server, PriorityClass, '', name)
}

/** Of several (written before this plugin looked) the smallest counts. */
async function globalDefault(server: Server): Promise<ClassParts | undefined> {
  const store = server.catalog.storeOf(PriorityClass)
  const { items } = await server.store.range(prefixRange(store.prefix))
  let found: ClassParts | undefined
  for (const kv of items) {
    const one = store.objectOf(kv) as ClassParts
    if (one.globalDefault === true && (found === undefined || (one.value ?? 0) < (found.value ?? 0))) found = one
  }
  return found
}
