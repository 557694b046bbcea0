/**
 * JSON patch (RFC 6902), `application/json-patch+json`, with the habits of the library that Kubernetes uses, which clients
 * have come to rely on:
 *
 *     replace of a missing key adds it               test of null on a missing path passes
 *     index -1 is the last element, "00" is 0        copy of a missing key adds null
 *     add at -1 appends                              add or remove of the whole document fails, replace works
 *
 * In: object and patch, already parsed. Out: a new document; what no operation touched is shared. Any operation that fails
 * is a 422 without a word about which one; a patch that is no list of operations is a 400. This is why we don't use
 * fast-json-patch here: six of these habits would have to be undone around it.
 */
import { goJson, utf8Length } from '../go-strings.ts'
import { badRequest, requestEntityTooLarge, unprocessablePatch } from '../status-error.ts'
import { type Draft, get, has, isObject, type JsonObject, jsonEqual, jsonTypeOf, put } from './plain-json.ts'

export const jsonPatchOperationsMax = 10_000
/** How many bytes all copies of one patch may add. */
export const jsonPatchCopyBytesMax = 3 * 1024 * 1024

interface Operation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}
type JsonPatch = readonly (Operation | null)[]
type Container = Draft | unknown[]

class OperationFailed extends Error {}

/** Throws 400, 413 or 422, as the API server would answer. */
export function jsonPatch(original: JsonObject, patch: unknown): unknown {
  const operations = decodePatch(patch)
  if (operations.length > jsonPatchOperationsMax) {
    throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${operations.length}`)
  }
  const patcher = new Patcher(original)
  try {
    for (const operation of operations) patcher.apply(operation)
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error
    throw Object.assign(unprocessablePatch(), { cause: error })
  }
  return patcher.root
}

/** `json patch unknown field "[0].bogus"`, for warnings or strict validation. */
export function unknownJsonPatchFields(patch: unknown): string[] {
  if (!Array.isArray(patch)) return []
  return patch.flatMap((operation, i) =>
    isObject(operation)
      ? Object.keys(operation)
          .filter((name) => !operationFields.has(name))
          .map((name) => `json patch unknown field "[${i}].${name}"`)
      : [],
  )
}
const operationFields: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])

function decodePatch(patch: unknown): JsonPatch {
  if (patch === null || patch === undefined) return []
  if (!Array.isArray(patch)) throw badPatch(patch, 'value of type []handlers.jsonPatchOp')
  for (const operation of patch) {
    if (operation === null) continue
    if (!isObject(operation)) throw badPatch(operation, 'value of type handlers.jsonPatchOp')
    for (const name of ['op', 'path', 'from']) {
      const text = get(operation, name)
      if (text === undefined || text === null || typeof text === 'string') continue
      throw badPatch(text, `struct field jsonPatchOp.${name} of type string`)
    }
  }
  return patch as JsonPatch
}
function badPatch(found: unknown, wanted: string): Error {
  return badRequest(`error decoding patch: json: cannot unmarshal ${jsonTypeOf(found)} into Go ${wanted}`)
}

/** Copies a container the first time it is changed, and only then. */
class Patcher {
  root: unknown
  readonly #ours = new Set<unknown>()
  #copiedBytes = 0

  constructor(original: JsonObject) {
    this.root = original
  }

  apply(operation: Operation | null): void {
    switch (operation?.op) {
      case 'add':
        this.#add(pathOf(operation.path), operand(operation))
        break
      case 'remove':
        this.#remove(pathOf(operation.path))
        break
      case 'replace':
        this.#replace(pathOf(operation.path), operand(operation))
        break
      case 'move':
        this.#move(pathOf(operation.from), operation.path)
        break
      case 'copy':
        this.#copy(pathOf(operation.from), operation.path)
        break
      case 'test':
        this.#test(operation)
        break
      default:
        throw new OperationFailed(`unexpected kind: ${String(operation?.op)}`)
    }
  }

  #move(from: readonly string[], path: unknown): void {
    const value = this.#read(from)
    this.#remove(from)
    this.#add(pathOf(path), value)
  }

  #copy(from: readonly string[], path: unknown): void {
    const value = this.#read(from) ?? null
    const text = goJson(value)
    this.#copiedBytes += value === null ? 0 : utf8Length(text)
    if (this.#copiedBytes > jsonPatchCopyBytesMax) throw new OperationFailed('copies are too large')
    // A true copy: what we own must not stand in two places.
    this.#add(pathOf(path), JSON.parse(text))
  }

  #read(path: readonly string[]): unknown {
    const { container, key } = this.#find(path, false)
    if (!Array.isArray(container)) return get(container, key)
    return container[existingIndex(container, key)]
  }

  #test(operation: Operation): void {
    const path = pathOf(operation.path)
    const found = path.length === 0 ? this.root : this.#read(path)
    if (!jsonEqual(found ?? null, operand(operation))) throw new OperationFailed('test failed')
  }

  #add(path: readonly string[], value: unknown): void {
    const { container, key } = this.#find(path, true)
    if (!Array.isArray(container)) {
      put(container, key, value)
      return
    }
    if (key === '-') {
      container.push(value)
      return
    }
    const index = parseIndex(key)
    if (index > container.length || index < -(container.length + 1)) throw new OperationFailed('index out of bounds')
    container.splice(index < 0 ? index + container.length + 1 : index, 0, value)
  }

  #remove(path: readonly string[]): void {
    const { container, key } = this.#find(path, true)
    if (Array.isArray(container)) container.splice(existingIndex(container, key), 1)
    else if (has(container, key)) delete container[key]
    else throw new OperationFailed('nothing to remove')
  }

  #replace(path: readonly string[], value: unknown): void {
    if (path.length === 0) {
      // A scalar is silently ignored.
      if (typeof value === 'object' && value !== null) this.root = value
      return
    }
    const { container, key } = this.#find(path, true)
    if (Array.isArray(container)) container[existingIndex(container, key)] = value
    else put(container, key, value)
  }

  /** The container of the last segment. To be changed: it and all above it become ours. */
  #find(path: readonly string[], toChange: boolean): { container: Container; key: string } {
    const key = path.at(-1)
    if (key === undefined) throw new OperationFailed('no path')
    if (toChange) this.root = this.#own(this.root)
    let container = this.root
    for (const segment of path.slice(0, -1)) {
      const at = Array.isArray(container) ? existingIndex(container, segment) : segment
      let next = Array.isArray(container) ? container[at as number] : get(container as JsonObject, segment)
      if (typeof next !== 'object' || next === null) throw new OperationFailed('path leads nowhere')
      if (toChange) {
        next = this.#own(next)
        if (Array.isArray(container)) container[at as number] = next
        else put(container as Draft, segment, next)
      }
      container = next
    }
    return { container: container as Container, key }
  }

  #own(container: unknown): unknown {
    if (this.#ours.has(container)) return container
    const copy = Array.isArray(container) ? [...container] : { ...(container as JsonObject) }
    this.#ours.add(copy)
    return copy
  }
}

function operand(operation: Operation): unknown {
  return operation.value ?? null
}

function pathOf(path: unknown): readonly string[] {
  if (typeof path !== 'string') throw new OperationFailed('missing path')
  if (path === '') return []
  const segments = path.split('/')
  if (segments.length < 2) throw new OperationFailed('path without a slash')
  // What stands before the first slash is ignored, as upstream does.
  return segments.slice(1).map((segment) => segment.replace(/~[01]/g, (code) => (code === '~1' ? '/' : '~')))
}

function parseIndex(key: string): number {
  if (!/^[+-]?[0-9]+$/.test(key)) throw new OperationFailed('not an index')
  return Number(key)
}

function existingIndex(container: readonly unknown[], key: string): number {
  const index = parseIndex(key)
  const position = index < 0 ? index + container.length : index
  if (position < 0 || position >= container.length) throw new OperationFailed('index out of bounds')
  return position
}
