/**
 * Changing what a running Pod asks for, through pods/NAME/resize (ValidatePodResize upstream): cpu and memory of containers and sidecars, which must not
 * disappear and must not change the class of the Pod.
 *
 * What a newcomer would get wrong: what else the request changes is dropped before (`keepOnlyResize`), unless containers were added,
 * removed or renamed, which is refused.
 */
import { type FieldError, forbiddenField, invalidValue } from '../../apimachinery/field-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { qosOf } from './pod-facts.ts'
import { qosClassOf } from './pod-qos.ts'
import type { Pod } from './pod-schema.ts'
import type { Container } from './pod-spec/container.ts'
import type { Amounts } from './pod-spec/container-sums.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'
import { rulesAfter } from './pod-spec/rules.ts'
import { mirrorAnnotation } from './pod-spec/validate-annotations.ts'
import type { Errors } from './pod-spec/validate-paths.ts'
import { checkPod } from './pod-spec/validate-pod-spec.ts'

export function validatePodResize(next: Pod, old: Pod): Iterable<FieldError> {
  if (hasOwnResources(old) || hasOwnResources(next)) return [forbiddenField('', 'pods with pod-level resources cannot be resized')]
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) return [forbiddenField('', 'static pods cannot be resized')]
  if (old.spec.os?.name === 'windows') return [forbiddenField('', 'windows pods cannot be resized')]
  const out: Errors = []
  checkPod(next, rulesAfter(old.spec, old.metadata.annotations, true), out)
  if (qosOf(old) !== qosClassOf(next)) {
    out.push(invalidValue('spec', next.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'))
  }
  if (!canNodeResize(old)) out.push(forbiddenField('spec', 'Pod running on node without support for resize'))
  const isSameOrder = checkOrder(next.spec, old.spec, 'containers', out) && checkOrder(next.spec, old.spec, 'initContainers', out)
  if (!isSameOrder) return out
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [i, before] of (old.spec[list] ?? []).entries()) {
      if (list === 'initContainers' && before.restartPolicy !== 'Always') continue
      checkNothingRemoved(next.spec[list]?.[i] as Container, before, `spec.${list}[${i}].resources`, out)
    }
  }
  checkOnlyResources(next.spec, old.spec, out)
  return out
}

function hasOwnResources({ spec }: Pod): boolean {
  return Object.keys(spec.resources?.requests ?? {}).length + Object.keys(spec.resources?.limits ?? {}).length > 0
}

/** A kubelet that knows how to resize says what running containers have. */
function canNodeResize({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running)
  return running === undefined || Boolean(running.resources)
}

function checkOrder(next: PodSpec, old: PodSpec, list: 'containers' | 'initContainers', out: Errors): boolean {
  const [now, before] = [next[list] ?? [], old[list] ?? []]
  const count = out.length
  if (now.length !== before.length) {
    out.push(forbiddenField(`spec.${list}`, `${list} may not be added or removed on resize`))
  } else {
    for (const [i, { name }] of before.entries()) {
      if (now[i]?.name === name) continue
      out.push(forbiddenField(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`))
    }
  }
  return out.length === count
}

function checkNothingRemoved({ resources }: Container, { resources: old }: Container, path: string, out: Errors): void {
  for (const which of ['requests', 'limits'] as const) {
    const [now, before] = [resources?.[which] as Amounts | undefined, old?.[which] as Amounts | undefined]
    if (Object.keys(before ?? {}).some((name) => now?.[name] === undefined)) {
      out.push(forbiddenField(`${path}.${which}`, `resource ${which} cannot be removed`))
    }
  }
}

function checkOnlyResources(next: PodSpec, old: PodSpec, out: Errors): void {
  const count = out.length
  const containers = (next.containers ?? []).map((one, i) => withOldAmounts(one, old.containers[i] as Container))
  for (const [i, one] of containers.entries()) {
    if (!semanticallyEqual(one, old.containers[i])) out.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
  }
  const initContainers = next.initContainers?.map((one, i) => {
    const before = old.initContainers?.[i] as Container
    if (one.restartPolicy !== 'Always') {
      if (!semanticallyEqual(one, before)) out.push(forbiddenField('spec', 'resources for non-sidecar init containers are immutable'))
      return one
    }
    const unchanged = withOldAmounts(one, before)
    if (!semanticallyEqual(unchanged, before)) {
      out.push(forbiddenField('spec', 'only cpu and memory resources for sidecar containers are mutable'))
    }
    return unchanged
  })
  if (out.length > count) return
  const unchanged = { ...next, containers, ...(initContainers ? { initContainers } : {}) }
  if (!semanticallyEqual(unchanged, old)) out.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
}

/** The container with cpu and memory as they were; claims are no amounts. */
function withOldAmounts(container: Container, old: Container): Container {
  const amounts = (which: 'requests' | 'limits'): Record<string, string> => {
    const { cpu: _, memory: __, ...others } = { ...(container.resources?.[which] as Amounts | undefined) }
    const before = old.resources?.[which] as Amounts | undefined
    const back: Record<string, string> = { ...others }
    for (const name of ['cpu', 'memory']) if (before?.[name] !== undefined) back[name] = before[name]
    return back
  }
  const resources: Record<string, unknown> = {}
  for (const which of ['limits', 'requests'] as const) {
    const list = amounts(which)
    if (Object.keys(list).length > 0 || old.resources?.[which]) resources[which] = list
  }
  return { ...container, resources } as Container
}
