/**
 * Going over all containers of a Pod: init containers first, as they run; ephemeral ones last, where they are meant too.
 */
import type { Container } from './container.ts'
import type { PodSpec } from './pod-spec.ts'

interface HasContainers<T> {
  readonly initContainers?: readonly T[] | null | undefined
  readonly containers?: readonly T[] | null | undefined
}

/** Without the ephemeral ones, which neither ask for resources nor open ports. */
export function* containersOf<T>(spec: object & HasContainers<T>): Iterable<T> {
  yield* spec.initContainers ?? []
  yield* spec.containers ?? []
}

/** All three lists, with where each container stands. */
export function visitContainers(spec: PodSpec, path: string, visit: (container: Container, path: string) => void): void {
  visitList(spec.initContainers, path, 'initContainers', visit)
  visitList(spec.containers, path, 'containers', visit)
  visitList(spec.ephemeralContainers as readonly Container[] | undefined, path, 'ephemeralContainers', visit)
}

function visitList(
  list: readonly Container[] | null | undefined,
  path: string,
  name: string,
  visit: (container: Container, path: string) => void,
): void {
  if (!list) return
  for (let i = 0; i < list.length; i++) visit(list[i] as Container, `${path}.${name}[${i}]`)
}
