/**
 * v1 Pod: containers that share an address and a fate. The shape of the spec is in pod-spec/; what may change after
 * creation is decided here; binding, eviction and the streaming subresources are in apiserver/registry/extensions.
 */
import type { FieldError } from '../../apimachinery/field-error.ts'
import { defineKind } from '../../apimachinery/kind.ts'
import { podColumns } from './pod-columns.ts'
import { qosClassOf } from './pod-qos.ts'
import { type Pod as PodObject, pod } from './pod-schema.ts'
import { setPodDefaults } from './pod-spec/defaults.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'
import { validateNewPod } from './pod-spec/validate-pod-spec.ts'
import { validatePodUpdate } from './pod-update.ts'

interface PodDraft {
  metadata: { generation?: number }
  spec: PodSpec
  status?: object
}

/** A new Pod is pending, of a class that stays, and gated when it says so. */
function beginPod(draft: PodDraft): void {
  const isGated = (draft.spec.schedulingGates?.length ?? 0) > 0
  const gated = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
  draft.status = { phase: 'Pending', qosClass: qosClassOf(draft as never), ...(isGated ? { conditions: [gated] } : {}) }
}

/** A status that forgets the class keeps it. */
function keepQos(draft: PodDraft & { status?: { qosClass?: string } }, old: PodObject, subresource: string): void {
  const qosClass = old.status?.qosClass
  if (subresource === 'status' && draft.status !== undefined && qosClass !== undefined) draft.status.qosClass ??= qosClass
}

/** A Pod that runs nowhere goes at once; others get the time that the client, or the Pod itself, says. */
function podGraceSeconds({ spec, status }: PodObject, requested: number | undefined): number {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  if ((spec.nodeName ?? '') === '' || isOver) return 0
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

function validatePod(object: PodObject): Iterable<FieldError> {
  return validateNewPod(object)
}

/** Pods know more field labels than other kinds (ToSelectableFields upstream). */
const podFields: Readonly<Record<string, (pod: PodObject) => string>> = {
  'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
  'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
  'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
  'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork === true),
  'status.phase': ({ status }) => status?.phase ?? '',
  'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
  'status.podIPs': ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(','),
  'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
}

export type Pod = PodObject
export const Pod = defineKind<PodObject>({
  group: '',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: pod }],
  hasStatus: true,
  returnsDeletedObject: true,
  setDefaults: (draft) => setPodDefaults(draft as never),
  prepareForCreate: (draft) => beginPod(draft as never),
  prepareForUpdate: (draft, old, { subresource }) => keepQos(draft as never, old as never, subresource),
  graceSeconds: podGraceSeconds as never,
  validate: (object) => validatePod(object as never),
  validateUpdate: (object, old) => validatePodUpdate(object as never, old as never),
  columns: podColumns as never,
  fieldLabelErrors: 'own',
  selectableFields: podFields as never,
  subresources: [
    { name: 'attach', kind: { group: '', version: 'v1', kind: 'PodAttachOptions' }, verbs: ['create', 'get'] },
    { name: 'binding', kind: { group: '', version: 'v1', kind: 'Binding' }, verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    { name: 'exec', kind: { group: '', version: 'v1', kind: 'PodExecOptions' }, verbs: ['create', 'get'] },
    { name: 'log', kind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
    { name: 'portforward', kind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' }, verbs: ['create', 'get'] },
    { name: 'proxy', kind: { group: '', version: 'v1', kind: 'PodProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'resize', kind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get', 'patch', 'update'] },
  ],
})
