/**
 * Values that another apiserver has written to a shared etcd, made what this one would have stored (storage-codec.ts), so that nothing behind
 * the store ever sees another form:
 *
 *     k8s\0 …                         protobuf in its envelope: what upstream stores of built-in kinds
 *     {"kind":"Pod", … }\n            upstream's JSON: ours but for the newline
 *     {…"apiVersion":"batch/v1beta1"  a version that is not the stored one here is converted
 *
 * What cannot be read stays as it is, and is an error for whoever reads it, not for those who list something else. Upstream reads what we
 * write: its storage decoder takes JSON as well as protobuf.
 */
import { decodeProtobuf } from '../../apimachinery/codec/protobuf.ts'
import { magic, openEnvelope } from '../../apimachinery/codec/protobuf-envelope.ts'
import { goJson } from '../../apimachinery/go-strings.ts'
import type { KindDefinition, KindVersion } from '../../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject } from '../../apimachinery/object.ts'
import { orderedBySchema } from './shape.ts'

interface Form {
  readonly kind: KindDefinition
  readonly version: KindVersion<KubeObject>
  readonly stored: KindVersion<KubeObject>
  readonly storedApiVersion: string
}

const newline = 10
const openBrace = 123
/** The beginning of all that is stored here. */
const ownMark = Buffer.from('{"kind":"')

export function foreignValues(kinds: readonly KindDefinition[]): (key: string, value: Uint8Array) => Uint8Array {
  const forms = new Map<string, Form>()
  for (const kind of kinds) {
    const stored = kind.versions.find(({ name }) => name === kind.storageVersion) ?? (kind.versions[0] as KindVersion<KubeObject>)
    const storedApiVersion = apiVersionOf(stored.group ?? kind.group, stored.name)
    for (const version of kind.versions) {
      const apiVersion = apiVersionOf(version.group ?? kind.group, version.name)
      forms.set(`${apiVersion} ${kind.kind}`, { kind, version, stored, storedApiVersion })
    }
  }
  return (_key, value) => {
    try {
      return readValue(forms, value)
    } catch {
      return value
    }
  }
}

function readValue(forms: ReadonlyMap<string, Form>, value: Uint8Array): Uint8Array {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (startsWith(bytes, magic)) {
    const { apiVersion, kind, raw } = openEnvelope(bytes)
    const form = forms.get(`${apiVersion} ${kind}`)
    return form === undefined ? value : storedBytes(form, decodeProtobuf(form.version.schema, raw))
  }
  if (bytes[0] !== openBrace) return value
  const text = bytes.at(-1) === newline ? bytes.subarray(0, -1) : bytes
  if (startsWith(text, ownMark) && isStoredVersion(forms, text)) return text
  const object = JSON.parse(text.toString('utf8')) as Partial<KubeObject>
  const form = forms.get(`${object.apiVersion} ${object.kind}`)
  return form === undefined ? text : storedBytes(form, object)
}

function startsWith(bytes: Buffer, mark: Uint8Array): boolean {
  return bytes.length >= mark.length && bytes.compare(mark, 0, mark.length, 0, mark.length) === 0
}

const typeBytesMax = 300
const typePattern = /^\{"kind":"([^"]+)","apiVersion":"([^"]+)"/

/** Also of kinds that are not known here: they cannot be told better. */
function isStoredVersion(forms: ReadonlyMap<string, Form>, text: Buffer): boolean {
  const [, kind, apiVersion] = typePattern.exec(text.toString('latin1', 0, typeBytesMax)) ?? []
  const form = forms.get(`${apiVersion} ${kind}`)
  return form === undefined ? kind !== undefined : form.version === form.stored
}

function storedBytes({ kind, version, stored, storedApiVersion }: Form, object: object): Uint8Array {
  const toStored = version === stored ? undefined : (version.toStored as ((object: KubeObject) => KubeObject) | undefined)
  const converted = toStored === undefined ? (object as KubeObject) : toStored(object as KubeObject)
  const ordered = orderedBySchema(stored.schema, { ...converted, kind: kind.kind, apiVersion: storedApiVersion }) as {
    metadata: { resourceVersion?: unknown }
  }
  ordered.metadata.resourceVersion = undefined
  return Buffer.from(goJson(ordered), 'utf8')
}
