/**
 * Namespaces go in two steps: DELETE marks them (phase Terminating); the namespace controller empties them and takes
 * `kubernetes` out of spec.finalizers through /finalize; then the object goes, if no other finalizer holds it.
 */

import type { KubeObject } from '../../../apimachinery/object.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { decodeObject, defaulted } from '../../request/decode.ts'
import { parseWriteOptions } from '../../request/write-options.ts'
import { respondStored } from '../../response/respond.ts'
import type { Extension, SubresourceHandler } from '../../server-parts.ts'
import { targetOf, writeOf } from '../../verbs/create.ts'
import { checkName } from '../../verbs/update.ts'
import type { ServedResource } from '../catalog.ts'
import { trackManagers } from '../create.ts'
import type { Draft } from '../resource-store.ts'
import { updateObject } from '../update.ts'
import { timeText } from '../write.ts'

interface NamespaceParts {
  spec?: { finalizers?: readonly string[] | null }
  status?: { phase?: string }
}

const finalizersOf = (object: object): readonly string[] => (object as NamespaceParts).spec?.finalizers ?? []

/** PUT /finalize: only spec.finalizers are taken. */
const finalize: SubresourceHandler = async (context, resource: ServedResource) => {
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  const media = bodyMedia(context)
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'UpdateOptions')
  const object = await decodeObject(targetOf(resource), body, {
    media,
    fieldValidation: options.fieldValidation,
    warn: (text) => context.warn(text),
  })
  checkName(object, context.info.name)
  const write = { ...writeOf(context, resource, options), isReplace: true }
  const result = await updateObject(write, {
    name: context.info.name,
    next: (live) => {
      const next = defaulted(resource, structuredClone(object))
      trackManagers(write, next, live)
      return next
    },
  })
  return respondStored(context, resource, result, representation)
}

export const namespaceExtension: Extension = {
  hasOwnDelete: true,
  /** The first DELETE only marks, even when nothing holds the namespace; the second removes what nothing holds. */
  beforeDelete: ({ server }, draft: Draft) => {
    const parts = draft as Draft & NamespaceParts
    if (draft.metadata.deletionTimestamp) return finalizersOf(parts).length > 0
    draft.metadata.deletionTimestamp = timeText(server.clock.now())
    draft.status = { ...(parts.status ?? {}), phase: 'Terminating' }
    return true
  },
  mayGo: (object: KubeObject) => finalizersOf(object).length === 0,
  subresources: { finalize },
}
