/**
 * Sets of paths: which fields somebody owns, or which an update changed. A set is a tree whose nodes say whether the path
 * that leads to them is in the set; parents of a member need not be members.
 *
 *     {.spec.replicas, .spec.template}   root ── f:spec ─┬─ f:replicas ●
 *                                                       └─ f:template ●
 *
 * FieldsV1 is the same tree as JSON: a leaf is {}, and a node that is a member and has members below says so with ".".
 * Trees are never changed once built and share their branches. No node is empty: what holds no member is left out, and
 * a set without members is `emptySet`. Children are unordered here and sorted when printed or walked.
 */
import { isObject } from '../patch/plain-json.ts'
import { canonicalElement, compareElements, type Path, type PathElement } from './path-element.ts'

export interface FieldSet {
  /** The path to this node is a member. Never at the root. */
  readonly isMember: boolean
  readonly children: ReadonlyMap<PathElement, FieldSet> | undefined
}
export type FieldsV1 = { readonly [element: string]: FieldsV1 }

export const emptySet: FieldSet = { isMember: false, children: undefined }
export const leafSet: FieldSet = { isMember: true, children: undefined }

export function isEmptySet(set: FieldSet): boolean {
  return !set.isMember && set.children === undefined
}

/** The node, or undefined when nothing is in it: nodes are built bottom up with this. */
export function nodeOf(isMember: boolean, children: ReadonlyMap<PathElement, FieldSet> | undefined): FieldSet {
  if (children === undefined || children.size === 0) return isMember ? leafSet : emptySet
  return { isMember, children }
}

export function setOf(...paths: readonly Path[]): FieldSet {
  return paths.reduce(withPath, emptySet)
}
function withPath(set: FieldSet, path: Path): FieldSet {
  return unionOf(
    set,
    path.reduceRight<FieldSet>((below, element) => ({ isMember: false, children: new Map([[element, below]]) }), leafSet),
  )
}

export function unionOf(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a
  if (isEmptySet(a)) return b
  if (a.children === undefined || b.children === undefined) {
    return nodeOf(a.isMember || b.isMember, a.children ?? b.children)
  }
  const children = new Map(a.children)
  for (const [element, theirs] of b.children) {
    const ours = children.get(element)
    children.set(element, ours === undefined ? theirs : unionOf(ours, theirs))
  }
  return { isMember: a.isMember || b.isMember, children }
}

export function intersectionOf(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a
  const children = new Map<PathElement, FieldSet>()
  if (a.children !== undefined && b.children !== undefined) {
    for (const [element, ours] of a.children) {
      const theirs = b.children.get(element)
      if (theirs === undefined) continue
      const both = intersectionOf(ours, theirs)
      if (!isEmptySet(both)) children.set(element, both)
    }
  }
  return nodeOf(a.isMember && b.isMember, children)
}

/** Without the members of `b`: a parent survives its child's removal, and a child its parent's. */
export function differenceOf(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false)
}
/** Without the members of `b` and all below them. */
export function recursiveDifferenceOf(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true)
}

function subtract(a: FieldSet, b: FieldSet, recursively: boolean): FieldSet {
  if (isEmptySet(b) || isEmptySet(a)) return a
  const isMember = a.isMember && !b.isMember
  if (a.children === undefined || b.children === undefined) return isMember === a.isMember ? a : nodeOf(isMember, a.children)
  let children: Map<PathElement, FieldSet> | undefined
  // Whichever side is smaller leads: exclusions are mostly short, owned sets long.
  const shorter = b.children.size < a.children.size ? b.children : a.children
  for (const element of shorter.keys()) {
    const ours = a.children.get(element)
    const theirs = b.children.get(element)
    if (ours === undefined || theirs === undefined) continue
    const rest = recursively && theirs.isMember ? emptySet : subtract(ours, theirs, recursively)
    if (rest === ours) continue
    children ??= new Map(a.children)
    if (isEmptySet(rest)) children.delete(element)
    else children.set(element, rest)
  }
  if (children === undefined) return isMember === a.isMember ? a : nodeOf(isMember, a.children)
  return nodeOf(isMember, children)
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  if (a.isMember !== b.isMember || a.children?.size !== b.children?.size) return false
  for (const [element, ours] of a.children ?? []) {
    const theirs = b.children?.get(element)
    if (theirs === undefined || !equalSets(ours, theirs)) return false
  }
  return true
}

export function subsetAt(set: FieldSet, element: PathElement): FieldSet {
  return set.children?.get(element) ?? emptySet
}

export function hasPath(set: FieldSet, path: Path): boolean {
  return path.length > 0 && path.reduce(subsetAt, set).isMember
}

/** The members that have no members below. */
export function leavesOf(set: FieldSet): FieldSet {
  if (set.children === undefined) return set
  const children = new Map<PathElement, FieldSet>()
  for (const [element, below] of set.children) children.set(element, leavesOf(below))
  return { isMember: false, children }
}

export function sizeOf(set: FieldSet): number {
  let size = set.isMember ? 1 : 0
  for (const below of set.children?.values() ?? []) size += sizeOf(below)
  return size
}

function sortedChildren(set: FieldSet): readonly (readonly [PathElement, FieldSet])[] {
  if (set.children === undefined) return []
  const children = [...set.children]
  for (let i = 1; i < children.length; i++) {
    if (compareElements((children[i - 1] as [string, FieldSet])[0], (children[i] as [string, FieldSet])[0]) > 0) {
      return children.sort(([a], [b]) => compareElements(a, b))
    }
  }
  return children
}

/** All members: at each level first the members, then what lies below, both sorted. */
export function* pathsOf(set: FieldSet, prefix: Path = []): Generator<Path> {
  const children = sortedChildren(set)
  for (const [element, below] of children) if (below.isMember) yield [...prefix, element]
  for (const [element, below] of children) yield* pathsOf(below, [...prefix, element])
}

const leafJson: FieldsV1 = Object.freeze({})

/** As FieldsV1, with keys in upstream's order. */
export function encodeFieldSet(set: FieldSet): FieldsV1 {
  if (set.children === undefined) return leafJson
  const json: Record<string, FieldsV1> = {}
  if (set.isMember) json['.'] = leafJson
  for (const [element, below] of sortedChildren(set)) json[element] = encodeFieldSet(below)
  return json
}

export interface DecodedFieldSet {
  readonly set: FieldSet
  /** The JSON is just what `encodeFieldSet` would write. */
  readonly isCanonical: boolean
}

/** Throws BadPathElement, or a TypeError for what is no FieldsV1 at all. */
export function decodeFieldSet(fields: unknown): DecodedFieldSet {
  const decoder = new Decoder()
  const { children } = decoder.decode(fields)
  return { set: nodeOf(false, children), isCanonical: decoder.isCanonical }
}

class Decoder {
  isCanonical = true

  decode(fields: unknown): FieldSet {
    if (!isObject(fields)) {
      if (fields !== null && fields !== undefined) throw new TypeError('ReadMapCB: expect { or n')
      this.isCanonical = false
      return leafSet
    }
    let isMember = false
    let previous: string | undefined
    let children: Map<PathElement, FieldSet> | undefined
    for (const text in fields) {
      if (text === '.') {
        if (children !== undefined) this.isCanonical = false
        isMember = true
        continue
      }
      const element = this.#element(text, previous)
      if (element === undefined) continue
      const below = this.decode(fields[text])
      children ??= new Map()
      const known = children.get(element)
      children.set(element, known === undefined ? below : unionOf(known, below))
      previous = element
    }
    if (children === undefined && isMember) this.isCanonical = false
    return children === undefined ? leafSet : { isMember, children }
  }

  #element(text: string, previous: PathElement | undefined): PathElement | undefined {
    const element = text.startsWith('f:') ? text : canonicalElement(text)
    if (element !== text || (previous !== undefined && compareElements(previous, element) >= 0)) this.isCanonical = false
    return element
  }
}
