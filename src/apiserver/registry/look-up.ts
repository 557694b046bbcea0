/** One object as it is stored, for whoever judges something else by it: admission, tokens, allocation. */
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import type { Server } from '../server-parts.ts'

type NamedKind = Pick<KindDefinition, 'kind' | 'plural' | 'group'>

/** `T`: what objects of the kind are. The namespace of one that has none is ''. */
export async function lookUp<T extends KubeObject>(
  { catalog, store: keyValues }: Pick<Server, 'catalog' | 'store'>,
  kind: NamedKind,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const store = catalog.storeOf(kind)
  const kv = await keyValues.get(store.keyOf(namespace, name))
  return kv === undefined ? undefined : (store.objectOf(kv) as T)
}
