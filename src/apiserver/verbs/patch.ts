/**
 * PATCH in its four kinds. The patch is laid over the object in the version of the request; what comes out is decoded as if
 * a client had sent it. If somebody else was faster it is laid over the new state, unless it carries a resourceVersion.
 *
 * What a newcomer would get wrong: an unknown field that a patch brings is 422 under Strict, not 400; media types are
 * case-sensitive here; a strategic merge patch is not for custom resources.
 */

import { applyPatch } from '../../apimachinery/apply/apply.ts'
import { invalidValue } from '../../apimachinery/field-error.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { jsonPatch, unknownJsonPatchFields } from '../../apimachinery/patch/json-patch.ts'
import { mergePatch } from '../../apimachinery/patch/merge-patch.ts'
import { type JsonObject, jsonTypeOf } from '../../apimachinery/patch/plain-json.ts'
import { strategicMergePatch } from '../../apimachinery/patch/strategic-merge.ts'
import { badRequest, conflict, invalid, notFound, unsupportedMediaType } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import { requireNamespace } from '../admission/plugins/namespace-lifecycle.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { setManagedFields, trackManagers } from '../registry/create.ts'
import { resetFieldsOf } from '../registry/reset-fields.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import { fromStored } from '../registry/versions.ts'
import { timeText } from '../registry/write.ts'
import { readBody } from '../request/body.ts'
import { decodePatched, defaulted, parseJsonText } from '../request/decode.ts'
import { parseStoredRevision } from '../request/revision.ts'
import { parseWriteOptions, type WriteOptions } from '../request/write-options.ts'
import { respondStored } from '../response/respond.ts'
import type { RequestContext, Write } from '../server-parts.ts'
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
  const header = context.header('content-type') ?? ''
  const type = (header.split(';', 1)[0] as string).trim()
  const kind = Object.hasOwn(patchKinds, type) ? patchKinds[type] : undefined
  if (kind === undefined) throw unsupportedMediaType('415: Unsupported Media Type', {})
  return kind
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
  const patch = parsePatch(body, kind)
  if (kind === 'json') reportUnknownOperations(context, options, patch)
  return (live) => {
    const served = fromStored(resource, live as KubeObject) as unknown as JsonObject
    const patched = patchedBy(kind, resource, served, patch)
    const draft = decodePatched(targetOf(resource), patched, patch, kind, { ...options, warn: (text) => context.warn(text) })
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

function parsePatch(body: Uint8Array, kind: PatchKind): unknown {
  try {
    return parseJsonText(body)
  } catch (error) {
    const why = (error as Error).message
    throw badRequest(kind === 'strategic' ? why : `error decoding patch: ${why}`)
  }
}

function reportUnknownOperations(context: RequestContext, options: WriteOptions, patch: unknown): void {
  if (options.fieldValidation === 'Ignore') return
  const problems = unknownJsonPatchFields(patch)
  if (problems.length === 0) return
  if (options.fieldValidation === 'Warn') for (const problem of problems) context.warn(problem)
  else throw invalid('', '', '', [invalidValue('patch', JSON.stringify(patch), `strict decoding error: ${problems.join(', ')}`)])
}

function checkPatchedName(draft: Draft, name: string): void {
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
  const { parseYaml } = await import('../../wire/yaml.ts')
  let applied: Draft
  try {
    applied = parseYaml(Buffer.from(body).toString('utf8')) as Draft
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
  const { info, server } = context
  return async (live) => {
    if (live === undefined) {
      checkAppliedUid(applied, resource, info.name)
      await requireNamespace(write)
    }
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
    const draft = decodePatched(targetOf(resource), result.object, applied, 'apply', { ...options, warn: (text) => context.warn(text) })
    checkPatchedName(draft, info.name)
    checkNamespace(resource, draft, info.namespace)
    const next = defaulted(resource, draft)
    setManagedFields(next, result.managedFields)
    return next
  }
}

/** A configuration without a name is taken for the object on the URL, if that is there. */
function withPlace(applied: Draft, { isNamespaced }: ServedResource, live: KubeObject | undefined, info: RequestContext['info']): Draft {
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
