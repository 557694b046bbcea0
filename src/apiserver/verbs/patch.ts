/**
 * PATCH in its four kinds. The patch is laid over the object in the version of the request; what comes out is decoded as if
 * a client had sent it. If somebody else was faster it is laid over the new state, unless it carries a resourceVersion.
 *
 * What a newcomer would get wrong: whatever does not decode after the patch is 422, not 400, and shows the patched object (a strategic merge patch: itself, as Go prints maps); media types are
 * case-sensitive here; a strategic merge patch is not for custom resources.
 */

import { goTypeName } from '../../api/go-type-names.ts'
import { applyPatch } from '../../apimachinery/apply/apply.ts'
import { invalidValue } from '../../apimachinery/field-error.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { jsonPatch, unknownJsonPatchFields } from '../../apimachinery/patch/json-patch.ts'
import { mergePatch } from '../../apimachinery/patch/merge-patch.ts'
import { mergedText, operatedText } from '../../apimachinery/patch/patched-text.ts'
import { goText, type JsonObject, jsonTypeOf } from '../../apimachinery/patch/plain-json.ts'
import { strategicMergePatch } from '../../apimachinery/patch/strategic-merge.ts'
import { explain } from '../../apimachinery/schema/explain.ts'
import { restoreProblem } from '../../apimachinery/schema/restore-problem.ts'
import { string } from '../../apimachinery/schema/schema.ts'
import { badRequest, conflict, invalid, notFound, type StatusError, unsupportedMediaType } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import { JsonSyntaxError, membersOf, readJson } from '../../wire/json.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { setManagedFields, trackManagers } from '../registry/create.ts'
import { resetFieldsOf } from '../registry/reset-fields.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import { fromStored } from '../registry/versions.ts'
import { timeText } from '../registry/write.ts'
import { readBody } from '../request/body.ts'
import { type Decoded, type DecodeTarget, decodeChecked, decodeValue, defaulted, parseCbor, warnStrict } from '../request/decode.ts'
import { parseStoredRevision } from '../request/revision.ts'
import { parseWriteOptions, type WriteOptions } from '../request/write-options.ts'
import { respondStored } from '../response/respond.ts'
import type { FieldValidation, RequestContext, Write } from '../server-parts.ts'
import { targetOf, writeOf } from './create.ts'
import { checkName, checkNamespace } from './update.ts'

export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply'

const patchKinds: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** Throws 415. */
export function patchKindOf(context: RequestContext): PatchKind {
  const type = patchTypeOf(context)
  const kind = Object.hasOwn(patchKinds, type) ? patchKinds[type] : isCborApply(context) ? 'apply' : undefined
  if (kind === undefined) throw unsupportedMediaType('415: Unsupported Media Type', {})
  return kind
}

function patchTypeOf(context: RequestContext): string {
  const header = context.header('content-type') ?? ''
  return (header.split(';', 1)[0] as string).trim()
}

function isCborApply(context: RequestContext): boolean {
  return context.server.media.includes('cbor') && patchTypeOf(context) === 'application/apply-patch+cbor'
}

export async function patchVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const kind = patchKindOf(context)
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'PatchOptions', kind === 'apply')
  const { name } = context.info
  const write = writeOf(context, resource, options)
  const patcher = await makePatcher(context, resource, write, options, kind, body)
  const result = await updateObject(write, {
    name,
    mayCreate: kind === 'apply' && context.info.subresource === '',
    next: async (live) => {
      if (live === undefined && kind !== 'apply') throw notFound(resource.groupResource, name)
      return patcher(live)
    },
  })
  return respondStored(context, resource, result, representation, result.isCreated ? 201 : 200)
}

/** From the live object in the stored shape to the next one. */
export type Patcher = (live: KubeObject | undefined) => Draft | Promise<Draft>

async function makePatcher(
  context: RequestContext,
  resource: ServedResource,
  write: Write,
  options: WriteOptions,
  kind: PatchKind,
  body: Uint8Array,
): Promise<Patcher> {
  if (kind === 'apply') return applier(context, resource, write, options, body)
  const { patch, told } = parsePatch(body, kind)
  return (live) => {
    const served = fromStored(resource, live as KubeObject) as unknown as JsonObject
    const patched = patchedBy(kind, resource, served, patch)
    const draft = decodePatched(context, targetOf(resource), { kind, patch, told, patched, fieldValidation: options.fieldValidation })
    checkName(draft, context.info.name)
    checkNamespace(resource, draft, context.info.namespace)
    const next = defaulted(resource, draft)
    trackManagers(write, next, live)
    return next
  }
}

function patchedBy(kind: PatchKind, { schema }: ServedResource, live: JsonObject, patch: unknown): unknown {
  switch (kind) {
    case 'json':
      return jsonPatch(live, patch)
    case 'merge':
      return mergePatch(live, patch)
    default:
      return strategicMergePatch(schema, live, patch)
  }
}

interface ParsedPatch {
  readonly patch: unknown
  /** What strict decoding tells of the patch itself: keys that stand twice, unknown fields of operations. */
  readonly told: readonly string[]
}

/** Throws 400. */
export function parsePatch(body: Uint8Array, kind: PatchKind): ParsedPatch {
  try {
    const { value, text, scan } = readJson(body)
    const { fatal, strict } =
      scan.hasOddNumbers || scan.members !== membersOf(value) ? explain(undefined, text) : { fatal: undefined, strict: [] }
    if (fatal !== undefined) throw new JsonSyntaxError(fatal)
    return { patch: value, told: kind === 'json' ? unknownJsonPatchFields(value) : strict }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw badRequest(kind === 'strategic' ? error.message : `error decoding patch: ${error.message}`)
  }
}

interface Patched extends ParsedPatch {
  readonly kind: PatchKind
  readonly patched: unknown
  readonly fieldValidation: FieldValidation
}

/** What the patch made of the object, as a client would have sent it. Throws 422. */
export function decodePatched(
  context: RequestContext,
  target: DecodeTarget,
  { kind, patch, told, patched, fieldValidation }: Patched,
): Draft {
  const refuse = (why: string): StatusError => {
    const shown = kind === 'strategic' ? goText(patch) : kind === 'json' ? operatedText(patched, patch) : mergedText(patched, patch)
    return invalid('', '', '', [invalidValue('patch', shown, why)])
  }
  const { object, strict } = kind === 'strategic' ? restored(target, patched, refuse) : decodeChecked(target, patched, refuse)
  const problems = [...told, ...strict]
  if (problems.length === 0 || fieldValidation === 'Ignore') return object
  if (fieldValidation === 'Strict') throw refuse(`strict decoding error: ${problems.join(', ')}`)
  warnStrict(problems, (text) => context.warn(text))
  return object
}

/**
 * A strategic merge patch has Go types filled from maps: other words for what does not fit, and whatever it says of kind and apiVersion is
 * forgotten.
 */
function restored(target: DecodeTarget, patched: unknown, refuse: (why: string) => StatusError): Decoded {
  const { kind, apiVersion } = patched as Partial<Draft>
  const typeProblem = restoreProblem(string, kind) ?? restoreProblem(string, apiVersion)
  if (typeProblem !== undefined) throw refuse(typeProblem)
  const isOurs = kind === target.kind && apiVersion === target.apiVersion
  const value = isOurs ? patched : { ...(patched as object), kind: target.kind, apiVersion: target.apiVersion }
  const { object, strict } = decodeChecked(target, value, (why) => refuse(restoreProblem(target.schema, value, goTypeName) ?? why))
  return { object, strict: strict.length > 1 ? sortStrings(strict) : strict }
}

export function checkPatchedName(draft: Draft, name: string): void {
  if ((draft.metadata.name ?? '') === '') draft.metadata.name = name
  checkName(draft, name)
}

async function applier(
  context: RequestContext,
  resource: ServedResource,
  write: Write,
  options: WriteOptions,
  body: Uint8Array,
): Promise<Patcher> {
  const { applied, told } = await readApplied(context, body, options)
  const { info, server } = context
  return async (live) => {
    if (live === undefined) checkAppliedUid(applied, resource, info.name)
    const named = withPlace(applied, resource, live, info)
    checkAppliedRevision(named, live, resource, info.name)
    const result = applyPatch({
      schema: resource.schema,
      live: live === undefined ? undefined : (fromStored(resource, live) as never),
      applied: named as never,
      manager: write.manager,
      apiVersion: resource.apiVersion,
      kind: resource.kind.kind,
      subresource: write.subresource,
      nowText: timeText(server.clock.now()),
      resetFields: resetFieldsOf(resource, write.subresource),
      force: options.force,
    })
    told()
    const draft = decodeValue(targetOf(resource), result.object)
    checkPatchedName(draft, info.name)
    checkNamespace(resource, draft, info.namespace)
    const next = defaulted(resource, draft)
    setManagedFields(next, result.managedFields)
    return next
  }
}

/** `told` tells of keys that stand twice, as fieldValidation has it; it is for after the application. */
export async function readApplied(
  context: RequestContext,
  body: Uint8Array,
  { fieldValidation }: WriteOptions,
): Promise<{ readonly applied: Draft; readonly told: () => void }> {
  const { applied, doubled } = isCborApply(context) ? { applied: await parseCborApplied(body), doubled: [] } : await parseApplied(body)
  const told = (): void => {
    if (doubled.length === 0 || fieldValidation === 'Ignore') return
    const problem = `error converting YAML to JSON: yaml: unmarshal errors:\n${doubled.join('\n')}`
    if (fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${problem}`)
    warnStrict([problem], (text) => context.warn(text))
  }
  return { applied, told }
}

interface Applied {
  readonly applied: Draft
  /** Keys that stand twice. */
  readonly doubled: readonly string[]
}

/** Its errors say YAML too. */
async function parseCborApplied(body: Uint8Array): Promise<Draft> {
  const applied = await parseCbor(body, (why) => badRequest(`error decoding YAML: ${why}`))
  if (Array.isArray(applied))
    throw badRequest('error decoding YAML: cbor: cannot unmarshal array into Go value of type map[string]interface {}')
  if (typeof applied !== 'object')
    throw badRequest('error decoding YAML: cbor: cannot unmarshal into Go value of type map[string]interface {}')
  return (applied ?? {}) as Draft
}

async function parseApplied(body: Uint8Array): Promise<Applied> {
  const { parseYaml } = await import('../../wire/yaml.ts')
  const doubled: string[] = []
  let applied: Draft
  try {
    applied = parseYaml(body, { onDuplicate: ({ message }) => doubled.push(`  ${message}`) }) as Draft
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(error as Error).message}`)
  }
  applied ??= {} as Draft
  if (typeof applied !== 'object' || Array.isArray(applied)) {
    const type = jsonTypeOf(applied)
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    )
  }
  return { applied, doubled }
}

/** A configuration without a name is taken for the object on the URL, if that is there. */
export function withPlace(
  applied: Draft,
  { isNamespaced }: ServedResource,
  live: KubeObject | undefined,
  info: RequestContext['info'],
): Draft {
  const metadata = applied.metadata ?? {}
  const name = metadata.name ?? ''
  if (name === '' && live === undefined)
    throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`)
  if (name !== '' && name !== info.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`)
  if (!isNamespaced || (metadata.namespace ?? '') !== '') return applied
  return applied
}

function checkAppliedUid(applied: Draft, resource: ServedResource, name: string): void {
  const uid = applied.metadata?.uid ?? ''
  if (uid === '') return
  throw conflict(resource.groupResource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`)
}

function checkAppliedRevision(applied: Draft, live: KubeObject | undefined, resource: ServedResource, name: string): void {
  const sent = applied.metadata?.resourceVersion ?? ''
  if (sent !== '') parseStoredRevision(sent)
  if (live === undefined || sent === '' || sent === live.metadata.resourceVersion) return
  throw conflict(
    resource.groupResource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}
