/** Going over all containers of a Pod, init containers first, as they run. */
interface HasContainers<T> {
  readonly initContainers?: readonly T[] | null | undefined
  readonly containers?: readonly T[] | null | undefined
}

export function* containersOf<T>(spec: object & HasContainers<T>): Iterable<T> {
  yield* spec.initContainers ?? []
  yield* spec.containers ?? []
}
