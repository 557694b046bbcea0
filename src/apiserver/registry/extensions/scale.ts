/**
 * /scale: the number of replicas of whatever can be scaled, as one kind that everybody understands. Reading shows the object's
 * own metadata; writing changes nothing but the replicas, through the ordinary update of the object.
 */

import { scaleColumns, scale as scaleSchema } from '../../../api/autoscaling/scale.ts'
import { applyPatch } from '../../../apimachinery/apply/apply.ts'
import type { ScaleSubresource } from '../../../apimachinery/kind.ts'
import type { KubeObject, ManagedFieldsEntry, Mutable } from '../../../apimachinery/object.ts'
import { jsonPatch } from '../../../apimachinery/patch/json-patch.ts'
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts'
import { conflict, type GroupResource, invalid, notFound } from '../../../apimachinery/status-error.ts'
import { validateNonNegative } from '../../../apimachinery/validate-metadata.ts'
import type { HttpResponse } from '../../../wire/http.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { type DecodeTarget, decodeObject, decodeValue } from '../../request/decode.ts'
import { parseWriteOptions, type WriteOptions } from '../../request/write-options.ts'
import { respondObject } from '../../response/respond.ts'
import type { RequestContext, Write } from '../../server-parts.ts'
import { writeOf } from '../../verbs/create.ts'
import { checkPatchedName, decodePatched, type PatchKind, parsePatch, patchKindOf, readApplied, withPlace } from '../../verbs/patch.ts'
import { checkName, checkNamespace } from '../../verbs/update.ts'
import type { ServedResource } from '../catalog.ts'
import { setManagedFields, trackManagers } from '../create.ts'
import type { Draft } from '../resource-store.ts'
import { servedText } from '../storage-codec.ts'
import { updateObject } from '../update.ts'
import { timeText } from '../write.ts'
import { parentEntries, scaleEntries } from './scale-owners.ts'

export async function scaleVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const { server, info } = context
  const representation = server.negotiators.object.negotiate(context.header('accept'))
  const shown = scaleResource(resource)
  const scale = resource.kind.scale as ScaleSubresource<KubeObject>
  const respond = (object: KubeObject): Promise<HttpResponse> | HttpResponse =>
    respondObject(context, scaleOf(scale, object), representation, 200, shown)
  if (info.verb === 'get') {
    const kv = await server.store.get(resource.store.keyOf(info.namespace, info.name))
    if (kv === undefined) throw notFound(resource.groupResource, info.name)
    return respond(resource.store.objectOf(kv))
  }
  const patch = info.verb === 'patch' ? patchKindOf(context) : undefined
  const options = parseWriteOptions(context, patch === undefined ? 'UpdateOptions' : 'PatchOptions', patch === 'apply')
  const write = writeOf(context, resource, options)
  // A replacement is read before anybody looks whether there is something to scale; a patch has to wait for that.
  const replacement = patch === undefined ? await replacementOf(context, write, options) : undefined
  if ((await server.store.get(resource.store.keyOf(info.namespace, info.name))) === undefined) {
    throw notFound(resource.groupResource, info.name)
  }
  const change = replacement ?? (await patcherOf(context, write, options, patch as PatchKind))
  const result = await updateObject(write, {
    name: info.name,
    next: (live) => {
      const { wanted, entries } = change(live as KubeObject, scaleOf(scale, live as KubeObject))
      const next = scaledTo(resource, scale, live as KubeObject, wanted)
      if (entries === undefined) trackManagers(write, next, live)
      else setManagedFields(next, parentEntries(live?.metadata.managedFields, entries, resource.apiVersion))
      return next
    },
  })
  return respond(JSON.parse(servedText(result.bytes, result.revision)) as KubeObject)
}

/** As upstream names it in errors about the Scale itself: `deployments/scale.apps`. */
function scaleOfResource({ groupResource: { group, resource } }: ServedResource): GroupResource {
  return { group, resource: `${resource}/scale` }
}

/** The resource as its Scale shows it: with other columns. */
function scaleResource(resource: ServedResource): ServedResource {
  const { toStored: _, ...version } = resource.version
  return { ...resource, version, kind: { ...resource.kind, kind: 'Scale', columns: scaleColumns as never } }
}

interface ScaleBody {
  readonly metadata: KubeObject['metadata']
  readonly spec?: { readonly replicas?: number }
}
interface Changed {
  readonly wanted: ScaleBody
  /** Of the Scale, where the change itself says who owns what. */
  readonly entries?: readonly ManagedFieldsEntry[] | undefined
}
type Change = (live: KubeObject, current: object) => Changed

const scaleTarget: DecodeTarget = { kind: 'Scale', group: 'autoscaling', apiVersion: 'autoscaling/v1', schema: scaleSchema }

async function patcherOf(context: RequestContext, write: Write, options: WriteOptions, patch: PatchKind): Promise<Change> {
  return patch === 'apply' ? applicationOf(context, write, options) : patchOf(context, options, patch)
}

async function replacementOf(context: RequestContext, { resource }: Write, { fieldValidation }: WriteOptions): Promise<Change> {
  const media = bodyMedia(context)
  const body = await readBody(context)
  const scale = await decodeObject(scaleTarget, body, { media, fieldValidation, warn: (text) => context.warn(text) })
  checkName(scale, context.info.name)
  checkNamespace(resource, scale, context.info.namespace)
  return () => ({ wanted: scale as unknown as ScaleBody })
}

async function patchOf(context: RequestContext, { fieldValidation }: WriteOptions, kind: PatchKind): Promise<Change> {
  const parsed = parsePatch(await readBody(context), kind)
  return (_live, current) => {
    const patched = kind === 'json' ? jsonPatch(current as never, parsed.patch) : mergePatch(current as never, parsed.patch)
    return { wanted: decodePatched(context, scaleTarget, { ...parsed, kind, patched, fieldValidation }) as unknown as ScaleBody }
  }
}

async function applicationOf(context: RequestContext, write: Write, options: WriteOptions): Promise<Change> {
  const { applied, told } = await readApplied(context, await readBody(context), options)
  const { info, server } = context
  return (live, current) => {
    const named = withPlace(applied, write.resource, live, info)
    const { metadata } = current as KubeObject
    const result = applyPatch({
      schema: scaleSchema as never,
      live: { ...current, metadata: { ...metadata, managedFields: scaleEntries(live.metadata.managedFields) } } as never,
      applied: named as never,
      manager: write.manager,
      apiVersion: scaleTarget.apiVersion,
      kind: scaleTarget.kind,
      subresource: write.subresource,
      nowText: timeText(server.clock.now()),
      resetFields: undefined,
      force: options.force,
    })
    told()
    const draft = decodeValue(scaleTarget, result.object)
    checkPatchedName(draft, info.name)
    return { wanted: draft as unknown as ScaleBody, entries: result.managedFields ?? [] }
  }
}

function scaledTo(resource: ServedResource, scale: ScaleSubresource<KubeObject>, live: KubeObject, wanted: ScaleBody): Draft {
  const replicas = wanted.spec?.replicas ?? 0
  const errors = [...validateNonNegative(replicas, 'spec.replicas')]
  if (errors.length > 0) throw invalid('autoscaling', 'Scale', live.metadata.name ?? '', errors)
  const draft = structuredClone(live) as Mutable<KubeObject>
  const { resourceVersion, uid } = wanted.metadata
  if (uid && uid !== live.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`
    throw conflict(scaleOfResource(resource), live.metadata.name ?? '', why)
  }
  if (resourceVersion !== undefined && resourceVersion !== '') draft.metadata.resourceVersion = resourceVersion
  scale.withReplicas(draft, replicas)
  return draft as Draft
}

function scaleOf(scale: ScaleSubresource<KubeObject>, object: KubeObject): object {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = scale.selector(object)
  const replicas = scale.specReplicas(object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: scale.statusReplicas(object), ...(selector === '' ? {} : { selector }) },
  }
}
