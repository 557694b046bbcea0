/**
 * v1 Pod: containers that share an address and a fate. The shape of the spec and its rules are in pod-spec/; what a Pod begins with in
 * pod-begin.ts, what may change in pod-update.ts, pod-resize.ts and pod-status-rules.ts; binding, eviction and the streaming
 * subresources are in apiserver/registry/extensions.
 */
import { ipWarnings } from '../../apimachinery/ip-address.ts'
import { defineKind } from '../../apimachinery/kind.ts'
import { dns1123LabelErrors } from '../../apimachinery/names.ts'
import { beginPod, prepareChange } from './pod-begin.ts'
import { podColumns } from './pod-columns.ts'
import { validatePodResize } from './pod-resize.ts'
import { type Pod as PodObject, pod } from './pod-schema.ts'
import { setPodDefaults } from './pod-spec/defaults.ts'
import { validateNewPod } from './pod-spec/validate-pod-spec.ts'
import { podWarnings } from './pod-spec/warnings.ts'
import { validatePodStatusUpdate } from './pod-status-rules.ts'
import { validateEphemeralContainersUpdate, validatePodUpdate } from './pod-update.ts'

/** A Pod that runs nowhere goes at once; others get the time that the client, or the Pod itself, says. */
function podGraceSeconds({ spec, status }: PodObject, requested: number | undefined): number {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  if ((spec.nodeName ?? '') === '' || isOver) return 0
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

/** New Pods are warned of, changes are not: they come from machines. */
function* warningsOf({ metadata, spec }: PodObject, old: PodObject | undefined): Iterable<string> {
  if (old !== undefined) return
  const problems = dns1123LabelErrors(metadata.name ?? '')
  if (problems.length > 0) {
    yield `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`
  }
  yield* podWarnings(spec, metadata.annotations, '')
}

function* statusWarningsOf({ status }: PodObject): Iterable<string> {
  for (const [i, { ip }] of (status?.podIPs ?? []).entries()) yield* ipWarnings(`status.podIPs[${i}].ip`, ip)
  for (const [i, { ip }] of (status?.hostIPs ?? []).entries()) yield* ipWarnings(`status.hostIPs[${i}].ip`, ip)
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
  // Known upstream, and yet always empty.
  'status.podIPs': () => '',
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
  prepareForCreate: (draft, { gates }) => beginPod(draft as never, gates),
  prepareForUpdate: (draft, old, context) => prepareChange(draft as never, old as never, context),
  graceSeconds: podGraceSeconds as never,
  validate: (object) => validateNewPod(object as never),
  validateUpdate: (object, old) => validatePodUpdate(object as never, old as never),
  validateStatusUpdate: (object, old) => validatePodStatusUpdate(object as never, old as never),
  validateSubresourceUpdate: {
    ephemeralcontainers: (object, old) => validateEphemeralContainersUpdate(object as never, old as never),
    resize: (object, old) => validatePodResize(object as never, old as never),
  },
  warnings: (object, old) => warningsOf(object as never, old as never),
  statusWarnings: (object) => statusWarningsOf(object as never),
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
