/**
 * Values as Kubernetes' internal Go types print them in messages: field names of Go, in the order of the Go struct, and everything that is not set,
 * too. Upstream does not mean to show these, but clients see them.
 *
 *     goForm('Toleration', {operator: 'Exists', value: 'x'})   {"Key":"","Operator":"Exists","Value":"x","Effect":"","TolerationSeconds":null}
 */
import type { ObjectMeta } from '../apimachinery/object.ts'
import type { PodSpec } from './core/pod-spec/pod-spec.ts'
import { goStructs as podStructs } from './go-structs.ts'
import { otherGoStructs } from './go-structs-other.ts'

const goStructs = { ...podStructs, ...otherGoStructs }

interface GoField {
  readonly go: string
  readonly json: string
  /** '[]', 'map' or nothing, before what it is of. */
  readonly container: '' | '[]' | 'map'
  readonly isPointer: boolean
  /** 's' string, 'n' number, 'b' boolean, 'q' quantity, 'p' port; else the name of a struct, or 'json' for what has JSON names of its own. */
  readonly of: string
}

type Plain = Readonly<Record<string, unknown>>

export function goForm(struct: string, value: object): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const field of fieldsOf(struct)) out[field.go] = formOf(field, field.json === '' ? value : (value as Plain)[field.json])
  return out
}

/** Upstream keeps what concerns the host's namespaces in the security context, and always has one. */
export function goPodSpec(spec: PodSpec): object {
  const { hostNetwork, hostPID, hostIPC, hostUsers, shareProcessNamespace } = spec
  const securityContext = { ...spec.securityContext, hostNetwork, hostPID, hostIPC, hostUsers, shareProcessNamespace }
  return goForm('PodSpec', { ...spec, securityContext })
}

/** Templates: the metadata is embedded, and prints as clients write it. */
export function goTemplateForm(metadata: ObjectMeta | undefined, spec: object): object {
  return { ...metadata, Spec: spec }
}

const parsed = new Map<string, readonly GoField[]>()

/** "Name=name:*s": Go's name, JSON's, type. */
function fieldsOf(struct: string): readonly GoField[] {
  let fields = parsed.get(struct)
  if (fields === undefined) {
    fields = (goStructs[struct] ?? '').split(' ').filter(Boolean).map(parseField)
    parsed.set(struct, fields)
  }
  return fields
}

function parseField(text: string): GoField {
  const [, go = '', json = '', container = '', pointer = '', of = ''] = /^(\w+)=(\w*):(\[\]|map)?(\*?)(\w+)$/.exec(text) ?? []
  return { go, json, container: container as GoField['container'], isPointer: pointer !== '', of }
}

function formOf({ container, isPointer, of }: GoField, value: unknown): unknown {
  if (value === undefined || value === null) return container !== '' || isPointer ? null : zeroOf(of)
  if (container === '[]') return (value as readonly unknown[]).map((one) => plainOf(of, one))
  if (container === 'map') return Object.fromEntries(Object.entries(value as Plain).map(([name, one]) => [name, plainOf(of, one)]))
  return plainOf(of, value)
}

function plainOf(of: string, value: unknown): unknown {
  return goStructs[of] === undefined ? value : goForm(of, value as object)
}

function zeroOf(of: string): unknown {
  switch (of) {
    case 's':
      return ''
    case 'b':
      return false
    case 'q':
      return '0'
    case 'n':
    case 'p':
      return 0
    default:
      return goStructs[of] === undefined ? null : goForm(of, {})
  }
}
