/**
 * Who an object of the owner graph is: kind, name, namespace and uid. A reference to an owner says all but the namespace, and may say it
 * wrongly: a uid with another name or kind than its owner has does not count. `AbsentOwners` remembers, up to a number, who was looked for
 * and is not there.
 */
import type { KubeObject, OwnerReference } from '../../apimachinery/object.ts'

export interface Identity {
  readonly apiVersion: string
  readonly kind: string
  /** '' for cluster-wide kinds. */
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export function identityOfReference(reference: OwnerReference, namespace: string): Identity {
  const { apiVersion, kind, name, uid } = reference
  return { apiVersion, kind, namespace, name, uid }
}

export function identityOf(object: KubeObject, apiVersion: string, kind: string): Identity {
  const { namespace, name, uid } = object.metadata
  return { apiVersion, kind, namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' }
}

export function isSameIdentity(a: Identity, b: Identity): boolean {
  return a.uid === b.uid && a.name === b.name && a.namespace === b.namespace && a.kind === b.kind && a.apiVersion === b.apiVersion
}

/** The namespace aside. */
export function refersTo(reference: OwnerReference, identity: Identity): boolean {
  const { apiVersion, kind, name, uid } = reference
  return uid === identity.uid && name === identity.name && kind === identity.kind && apiVersion === identity.apiVersion
}

export function identityText({ apiVersion, kind, namespace, name, uid }: Identity): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`
}

const rememberedMax = 500

export class AbsentOwners {
  readonly #keys = new Set<string>()

  add(identity: Identity): void {
    const key = identityText(identity)
    this.#keys.delete(key)
    this.#keys.add(key)
    if (this.#keys.size > rememberedMax) this.#keys.delete(this.#keys.values().next().value as string)
  }
  has(identity: Identity): boolean {
    return this.#keys.has(identityText(identity))
  }
}
