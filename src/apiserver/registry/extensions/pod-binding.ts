/**
 * Binding: the scheduler says on which node a Pod runs. POST pods/NAME/binding, or, as in the old days, POST bindings. Sets
 * spec.nodeName and the condition PodScheduled in one write; a Pod that has a node, or is on its way out, is refused.
 */

import { Binding } from '../../../api/core/binding.ts'
import { Pod } from '../../../api/core/pod.ts'
import { describeFieldErrors, notSupported, required } from '../../../apimachinery/field-error.ts'
import { quote } from '../../../apimachinery/go-strings.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { badRequest, conflict, plainError, type Status } from '../../../apimachinery/status-error.ts'
import { validateAdmission } from '../../admission/admit.ts'
import { admitSubresource, checkSentNamespace } from '../../admission/subresource.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { decodeObject } from '../../request/decode.ts'
import { parseWriteOptions } from '../../request/write-options.ts'
import { respondStatus } from '../../response/respond.ts'
import type { Extension, RequestContext, SubresourceHandler, Write } from '../../server-parts.ts'
import { targetOf, writeOf } from '../../verbs/create.ts'
import type { ServedResource } from '../catalog.ts'
import type { Draft } from '../resource-store.ts'
import { updateObject } from '../update.ts'
import { timeText } from '../write.ts'

interface BindingBody extends Draft {
  target?: { kind?: string; name?: string; apiVersion?: string }
}

export const bindPod: SubresourceHandler = async (context, pods) => {
  const { server } = context
  const representation = server.negotiators.plain.negotiate(context.header('accept'))
  const options = parseWriteOptions(context, 'CreateOptions')
  const binding = await readBinding(context)
  const pod = podsOf(context, pods)
  const name = binding.metadata.name ?? ''
  const attributes = await admitSubresource(context, pods, binding, options.isDryRun)
  if (context.info.name !== '' && name !== context.info.name) throw badRequest('name in URL does not match name in Binding object')
  validateBinding(binding)
  await validateAdmission(attributes)
  if (name === '') throw badRequest('Name parameter required.')
  const write = { ...writeOf(context, pod, options), subresource: 'binding', namespace: context.info.namespace }
  await updateObject(write, { name, isInternal: true, next: (live) => bound(write, live, binding) })
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return respondStatus(context, status, representation)
}

export const bindingExtension: Extension = { create: bindPod }

function podsOf({ server }: RequestContext, resource: ServedResource): ServedResource {
  return resource.resource === 'pods' ? resource : (server.catalog.find('', 'v1', Pod.plural) as ServedResource)
}

async function readBinding(context: RequestContext): Promise<BindingBody> {
  const media = bodyMedia(context)
  const body = await readBody(context)
  const bindings = context.server.catalog.find('', 'v1', Binding.plural) as ServedResource
  const binding = (await decodeObject(targetOf(bindings), body, { media, fieldValidation: 'Ignore', warn: () => {} })) as BindingBody
  checkSentNamespace(context, binding)
  return binding
}

/** Upstream forgets to say that it is invalid. */
function validateBinding({ target }: BindingBody): void {
  const kind = target?.kind ?? ''
  const errors = []
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']))
  if ((target?.name ?? '') === '') errors.push(required('target.name'))
  if (errors.length > 0) throw plainError(describeFieldErrors(errors).message)
}

function bound({ server, resource }: Write, live: KubeObject | undefined, binding: BindingBody): Draft {
  if (live === undefined) throw new Error('A Pod that is missing cannot be bound')
  const pod = live as unknown as Draft & { spec: Draft; status?: { conditions?: { type: string }[] } }
  const name = live.metadata.name ?? ''
  const { metadata, target } = binding
  for (const [what, wanted, found] of [
    ['UID', metadata.uid ?? '', live.metadata.uid ?? ''],
    ['ResourceVersion', metadata.resourceVersion ?? '', live.metadata.resourceVersion ?? ''],
  ] as const) {
    if (wanted !== '' && wanted !== found)
      throw preconditionConflict(resource, live, `${what} in precondition: ${wanted}, ${what} in object meta: ${found}`)
  }
  if (live.metadata.deletionTimestamp) throw bindConflict(resource, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  const spec = pod.spec as unknown as { nodeName?: string; schedulingGates?: readonly unknown[] }
  if ((spec.nodeName ?? '') !== '') {
    throw bindConflict(resource, name, `pod ${name} is already assigned to node ${quote(spec.nodeName as string)}`)
  }
  if ((spec.schedulingGates?.length ?? 0) > 0) throw bindConflict(resource, name, `pod ${name} has non-empty .spec.schedulingGates`)
  const annotations = metadata.annotations
  return {
    ...pod,
    metadata: {
      ...live.metadata,
      ...(annotations ? { annotations: { ...live.metadata.annotations, ...annotations } } : {}),
    } as Draft['metadata'],
    spec: { ...pod.spec, nodeName: target?.name },
    status: { ...pod.status, conditions: scheduledConditions(pod.status?.conditions ?? [], timeText(server.clock.now())) },
  }
}

function preconditionConflict({ groupResource, store }: ServedResource, { metadata }: KubeObject, why: string): Error {
  const { namespace = '', name = '' } = metadata
  const key = store.keyOf(namespace, name)
  const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${why}`
  return conflict(groupResource, name, text)
}

function bindConflict({ groupResource }: ServedResource, name: string, why: string): Error {
  return conflict({ group: groupResource.group, resource: 'pods/binding' }, name, why)
}

function scheduledConditions(conditions: readonly { type: string }[], nowText: string): readonly object[] {
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: nowText }
  const at = conditions.findIndex(({ type }) => type === 'PodScheduled')
  return at < 0 ? [...conditions, scheduled] : conditions.with(at, scheduled)
}
