/**
 * /scale: the number of replicas of whatever can be scaled, as one kind that everybody understands. Reading shows the object's
 * own metadata; writing changes nothing but the replicas, through the ordinary update of the object.
 */

import { scaleColumns, scale as scaleSchema } from '../../../api/autoscaling/scale.ts'
import type { ScaleSubresource } from '../../../apimachinery/kind.ts'
import type { KubeObject, Mutable } from '../../../apimachinery/object.ts'
import { jsonPatch } from '../../../apimachinery/patch/json-patch.ts'
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts'
import { invalid, notFound } from '../../../apimachinery/status-error.ts'
import { validateNonNegative } from '../../../apimachinery/validate-metadata.ts'
import type { HttpResponse } from '../../../wire/http.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { type DecodeTarget, decodeObject } from '../../request/decode.ts'
import { parseWriteOptions } from '../../request/write-options.ts'
import { respondObject } from '../../response/respond.ts'
import type { RequestContext } from '../../server-parts.ts'
import { writeOf } from '../../verbs/create.ts'
import { decodePatched, parsePatch, patchKindOf } from '../../verbs/patch.ts'
import { checkName } from '../../verbs/update.ts'
import type { ServedResource } from '../catalog.ts'
import { trackManagers } from '../create.ts'
import type { Draft } from '../resource-store.ts'
import { servedText } from '../storage-codec.ts'
import { updateObject } from '../update.ts'

export async function scaleVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const { server, info } = context
  const representation = server.negotiators.object.negotiate(context.header('accept'))
  const shown = scaleResource(resource)
  const scale = resource.kind.scale as ScaleSubresource<KubeObject>
  // What is sent is read before anybody looks whether there is something to scale; a patch has to wait for that.
  const replacement = info.verb === 'update' ? await replacementOf(context) : undefined
  const key = resource.store.keyOf(info.namespace, info.name)
  const kv = await server.store.get(key)
  if (kv === undefined) throw notFound(resource.groupResource, info.name)
  if (info.verb === 'get') return respondObject(context, scaleOf(scale, resource.store.objectOf(kv)), representation, 200, shown)

  const options = parseWriteOptions(context, replacement === undefined ? 'PatchOptions' : 'UpdateOptions')
  const change = replacement ?? (await patchOf(context))
  const write = { ...writeOf(context, resource, options) }
  const result = await updateObject(write, {
    name: info.name,
    next: (live) => {
      const next = scaledTo(resource, scale, live as KubeObject, change(scaleOf(scale, live as KubeObject)))
      trackManagers(write, next, live)
      return next
    },
  })
  const object = JSON.parse(servedText(result.bytes, result.revision)) as KubeObject
  return respondObject(context, scaleOf(scale, object), representation, 200, shown)
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
type Change = (current: object) => ScaleBody

const scaleTarget: DecodeTarget = { kind: 'Scale', group: 'autoscaling', apiVersion: 'autoscaling/v1', schema: scaleSchema }

async function replacementOf(context: RequestContext): Promise<Change> {
  const media = bodyMedia(context)
  const body = await readBody(context)
  const scale = await decodeObject(scaleTarget, body, { media, fieldValidation: 'Ignore', warn: () => {} })
  checkName(scale, context.info.name)
  return () => scale as unknown as ScaleBody
}

async function patchOf(context: RequestContext): Promise<Change> {
  const kind = patchKindOf(context)
  const parsed = parsePatch(await readBody(context), kind)
  const { fieldValidation } = parseWriteOptions(context, 'PatchOptions')
  return (current) => {
    const patched = kind === 'json' ? jsonPatch(current as never, parsed.patch) : mergePatch(current as never, parsed.patch)
    return decodePatched(context, scaleTarget, { ...parsed, kind, patched, fieldValidation }) as unknown as ScaleBody
  }
}

function scaledTo(_resource: ServedResource, scale: ScaleSubresource<KubeObject>, live: KubeObject, wanted: ScaleBody): Draft {
  const replicas = wanted.spec?.replicas ?? 0
  const errors = [...validateNonNegative(replicas, 'spec.replicas')]
  if (errors.length > 0) throw invalid('autoscaling', 'Scale', live.metadata.name ?? '', errors)
  const draft = structuredClone(live) as Mutable<KubeObject>
  const { resourceVersion } = wanted.metadata
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
