/**
 * Who belongs to whom: every object of the cluster as a node, known by its uid, with its owners and its dependents. Fed by informers, it decides
 * whom to look at; what is done then is attempt.ts.
 *
 *     Deployment ──► ReplicaSet ──► Pod     deleted: each dependent is looked at
 *         ╲ gone        ╲ gone
 *
 * What a newcomer would get wrong: informers of different kinds run at different speeds, so a Pod may come before the ReplicaSet that it names.
 * Such an owner gets a *virtual* node, made of what the reference says, which is looked up live: either it is observed
 * later, or it is not there and its dependents go. As references can lie (another name, another namespace), several dependents may
 * describe one uid differently; each description is tried before anybody is believed.
 */
import type { KubeObject, OwnerReference } from '../../apimachinery/object.ts'
import { type AbsentOwners, type Identity, identityOfReference, identityText, isSameIdentity, refersTo } from './identity.ts'

export interface GraphNode {
  identity: Identity
  owners: readonly OwnerReference[]
  readonly dependents: Set<GraphNode>
  /** Known only from a reference. */
  isVirtual: boolean
  isBeingDeleted: boolean
  /** In foreground deletion: waits for its dependents. */
  isDeletingDependents: boolean
}

/** What the graph asks for. */
export interface GraphListener {
  attemptToDelete(node: GraphNode): void
  /** Later than usual: its description was wrong once already. */
  attemptToDeleteLater(node: GraphNode): void
  attemptToOrphan(node: GraphNode): void
  /** The owner exists, in another namespace. */
  invalidNamespace(dependent: GraphNode, reference: OwnerReference): void
}

const none: readonly OwnerReference[] = []

export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #absentOwners: AbsentOwners
  readonly #listener: GraphListener

  constructor(absentOwners: AbsentOwners, listener: GraphListener) {
    this.#absentOwners = absentOwners
    this.#listener = listener
  }

  get size(): number {
    return this.#nodes.size
  }
  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid)
  }

  /** An object was added or changed; `old` is its state before. */
  observe(identity: Identity, object: KubeObject, old?: KubeObject): void {
    const { metadata } = object
    const owners = metadata.ownerReferences ?? none
    let node = this.#nodes.get(identity.uid)
    if (node === undefined) {
      node = newNode(identity, owners)
      node.isBeingDeleted = isBeingDeleted(object)
      node.isDeletingDependents = node.isBeingDeleted && hasFinalizer(object, 'foregroundDeletion')
      this.#nodes.set(identity.uid, node)
      this.#addToOwners(node, owners)
    } else {
      if (node.isVirtual) this.#becomeObserved(node, identity)
      this.#changeOwners(node, owners)
      if (isBeingDeleted(object)) node.isBeingDeleted = true
    }
    if (node.isBeingDeleted) this.#processTransitions(node, object, old)
  }

  /** The informer saw it go. */
  remove(identity: Identity): void {
    const node = this.#nodes.get(identity.uid)
    if (node !== undefined) this.#removeNode(node, identity)
  }

  /** It was looked for where `identity` says, and is not there. */
  markAbsent(identity: Identity): void {
    const node = this.#nodes.get(identity.uid)
    if (node === undefined) return
    if (!node.isVirtual) {
      if (isSameIdentity(node.identity, identity)) return this.#removeNode(node, identity)
      return this.#absentFor(partitionDependents(node.dependents, identity).matching, identity)
    }
    const { matching, others } = partitionDependents(node.dependents, identity)
    if (others.length === 0) return this.#removeNode(node, identity)
    this.#absentFor(matching, identity)
    if (!isSameIdentity(node.identity, identity)) return
    const alternate = alternateIdentity(others, identity)
    if (alternate === undefined) return
    node.identity = alternate
    this.#listener.attemptToDeleteLater(node)
  }

  #absentFor(matching: readonly GraphNode[], identity: Identity): void {
    if (matching.length === 0) return
    this.#absentOwners.add(identity)
    for (const dependent of matching) this.#listener.attemptToDelete(dependent)
  }

  #becomeObserved(node: GraphNode, observed: Identity): void {
    if (!isSameIdentity(node.identity, observed)) {
      for (const dependent of partitionDependents(node.dependents, observed).others) {
        if (observed.namespace !== '' && dependent.identity.namespace !== observed.namespace) this.#reportInvalid(dependent, observed.uid)
        this.#listener.attemptToDelete(dependent)
      }
      node.identity = observed
    }
    node.isVirtual = false
  }

  #changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners
    if (before === owners || sameReferences(before, owners)) return
    const added = owners.filter(({ uid }) => !before.some((one) => one.uid === uid))
    const removed = before.filter(({ uid }) => !owners.some((one) => one.uid === uid))
    for (const old of before) {
      if (old.blockOwnerDeletion !== true) continue
      const now = owners.find(({ uid }) => uid === old.uid)
      const owner = this.#nodes.get(old.uid)
      if (now?.blockOwnerDeletion !== true && owner !== undefined) this.#listener.attemptToDelete(owner)
    }
    node.owners = owners
    this.#addToOwners(node, added)
    for (const { uid } of removed) this.#nodes.get(uid)?.dependents.delete(node)
  }

  #addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    let isDoubtful = false
    for (const reference of owners) {
      const owner = this.#nodes.get(reference.uid)
      if (owner === undefined) {
        const virtual = newNode(identityOfReference(reference, node.identity.namespace), none)
        virtual.isVirtual = true
        virtual.dependents.add(node)
        this.#nodes.set(reference.uid, virtual)
        this.#listener.attemptToDelete(virtual)
        continue
      }
      owner.dependents.add(node)
      if (!isDoubtful) isDoubtful = this.#isDoubtful(node, reference, owner)
    }
    if (isDoubtful) this.#listener.attemptToDelete(node)
  }

  #isDoubtful(node: GraphNode, reference: OwnerReference, owner: GraphNode): boolean {
    const { namespace } = owner.identity
    if (namespace !== '' && namespace !== node.identity.namespace) {
      if (!owner.isVirtual) this.#listener.invalidNamespace(node, reference)
      return true
    }
    if (!refersTo(reference, owner.identity)) return true
    return owner.isVirtual && namespace === '' && node.identity.namespace !== ''
  }

  #processTransitions(node: GraphNode, object: KubeObject, old: KubeObject | undefined): void {
    if (startsDeletionWith('orphan', object, old)) return this.#listener.attemptToOrphan(node)
    if (!startsDeletionWith('foregroundDeletion', object, old)) return
    node.isDeletingDependents = true
    for (const dependent of node.dependents) this.#listener.attemptToDelete(dependent)
    this.#listener.attemptToDelete(node)
  }

  #removeNode(node: GraphNode, identity: Identity): void {
    this.#nodes.delete(node.identity.uid)
    for (const { uid } of node.owners) this.#nodes.get(uid)?.dependents.delete(node)
    if (node.dependents.size > 0) this.#absentOwners.add(identity)
    for (const dependent of node.dependents) this.#listener.attemptToDelete(dependent)
    for (const { uid } of node.owners) {
      const owner = this.#nodes.get(uid)
      if (owner?.isDeletingDependents === true) this.#listener.attemptToDelete(owner)
    }
  }

  #reportInvalid(dependent: GraphNode, ownerUid: string): void {
    const reference = dependent.owners.find(({ uid }) => uid === ownerUid)
    if (reference !== undefined) this.#listener.invalidNamespace(dependent, reference)
  }
}

/** Dependents that keep their owner from going. */
export function blockingDependents(node: GraphNode): readonly GraphNode[] {
  const blocking: GraphNode[] = []
  for (const dependent of node.dependents) {
    if (dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === node.identity.uid && blockOwnerDeletion === true))
      blocking.push(dependent)
  }
  return blocking
}

function newNode(identity: Identity, owners: readonly OwnerReference[]): GraphNode {
  return { identity, owners, dependents: new Set(), isVirtual: false, isBeingDeleted: false, isDeletingDependents: false }
}

function isBeingDeleted({ metadata }: KubeObject): boolean {
  return typeof metadata.deletionTimestamp === 'string'
}
export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false
}
function startsDeletionWith(finalizer: string, object: KubeObject, old: KubeObject | undefined): boolean {
  if (!isBeingDeleted(object) || !hasFinalizer(object, finalizer)) return false
  return old === undefined || !isBeingDeleted(old) || !hasFinalizer(old, finalizer)
}

function sameReferences(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return a.length === b.length && a.every((one, i) => sameReference(one, b[i] as OwnerReference))
}
function sameReference(a: OwnerReference, b: OwnerReference): boolean {
  return (
    a.uid === b.uid &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.apiVersion === b.apiVersion &&
    a.controller === b.controller &&
    a.blockOwnerDeletion === b.blockOwnerDeletion
  )
}

/** Whose references describe the owner as `identity` does, and whose do not. */
function partitionDependents(dependents: Iterable<GraphNode>, identity: Identity): { matching: GraphNode[]; others: GraphNode[] } {
  const matching: GraphNode[] = []
  const others: GraphNode[] = []
  for (const dependent of dependents) {
    if (identity.namespace !== '' && identity.namespace !== dependent.identity.namespace) {
      others.push(dependent)
      continue
    }
    const references = dependent.owners.filter(({ uid }) => uid === identity.uid)
    if (references.some((reference) => refersTo(reference, identity))) matching.push(dependent)
    if (references.some((reference) => !refersTo(reference, identity))) others.push(dependent)
  }
  return { matching, others }
}

/** The next description to try, in a fixed order that goes round. */
function alternateIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const alternates = new Map<string, Identity>()
  for (const { owners, identity } of dependents) {
    for (const reference of owners) {
      if (reference.uid !== absent.uid) continue
      if (refersTo(reference, absent) && (absent.namespace === '' || absent.namespace === identity.namespace)) continue
      const isSameKind = reference.apiVersion === absent.apiVersion && reference.kind === absent.kind
      const alternate = identityOfReference(reference, absent.namespace === '' && isSameKind ? '' : identity.namespace)
      if (!isSameIdentity(alternate, absent)) alternates.set(identityText(alternate), alternate)
    }
  }
  const sorted = [...alternates.values()].sort(compareIdentities)
  return sorted.find((one) => compareIdentities(absent, one) < 0) ?? sorted[0]
}

function compareIdentities(a: Identity, b: Identity): number {
  for (const field of ['kind', 'apiVersion', 'namespace', 'name'] as const) if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1
  return 0
}
