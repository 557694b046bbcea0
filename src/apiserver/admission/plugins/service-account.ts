/**
 * ServiceAccount: every Pod runs as one. Sets `default`, refuses accounts that are missing, mounts a token (a projected volume
 * kube-api-access-xxxxx with token, CA and namespace) and hands on the account's image pull secrets.
 *
 * The default account is made by a controller a moment after its namespace; a Pod that comes sooner waits for it.
 */

import { containersProblem, isLimited, mirrorProblem, secretProblem } from '../../../api/core/mountable-secrets.ts'
import type { PodSpec } from '../../../api/core/pod-spec/pod-spec.ts'
import { mirrorAnnotation } from '../../../api/core/pod-spec/validate-annotations.ts'
import { ServiceAccount } from '../../../api/core/service-account.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { plainError } from '../../../apimachinery/status-error.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const volumePrefix = 'kube-api-access-'
const tokenSeconds = 3607
const defaultAttempts = 10

interface Mount {
  name: string
  readOnly?: boolean
  mountPath: string
}
interface ContainerParts {
  volumeMounts?: Mount[]
}
interface PodSpecParts {
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean | null
  imagePullSecrets?: { name?: string }[]
  containers?: ContainerParts[]
  initContainers?: ContainerParts[]
  volumes?: { name: string; [source: string]: unknown }[]
}
interface AccountParts extends KubeObject {
  readonly automountServiceAccountToken?: boolean | null
  readonly imagePullSecrets?: readonly { readonly name?: string }[] | null
  readonly secrets?: readonly { readonly name?: string }[] | null
}

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: (attributes) => {
    const { operation, subresource } = attributes
    const isNew = operation === 'CREATE' && subresource === ''
    return (isNew || (operation === 'UPDATE' && subresource === 'ephemeralcontainers')) && is(attributes, '', 'pods')
  },
  admit: async (attributes) => {
    if (attributes.operation === 'UPDATE') return
    const pod = attributes.object as unknown as { spec: PodSpecParts; metadata: KubeObject['metadata'] }
    const { spec } = pod
    if (isMirror(attributes)) return refuseMirror(attributes)
    if ((spec.serviceAccountName ?? '') === '') spec.serviceAccountName = 'default'
    const name = spec.serviceAccountName as string
    // The old spelling of the same field is always there beside the new one.
    spec.serviceAccount = name
    const account = await findAccount(attributes, name)
    const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
    if (mounts) mountToken(attributes, spec)
    if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
      spec.imagePullSecrets = (account.imagePullSecrets ?? []).map((one) => ({ ...one }))
    }
  },
  validate: (attributes) =>
    attributes.operation === 'CREATE' && isMirror(attributes) ? refuseMirror(attributes) : limitSecrets(attributes),
}

function isMirror({ object }: Attributes): boolean {
  return object?.metadata.annotations?.[mirrorAnnotation] !== undefined
}

function specOf({ object }: Attributes): PodSpec {
  return (object as unknown as { spec: PodSpec }).spec
}

function refuseMirror(attributes: Attributes): void {
  const problem = mirrorProblem(specOf(attributes))
  if (problem !== undefined) throw denied(attributes, problem)
}

async function limitSecrets(attributes: Attributes): Promise<void> {
  const spec = specOf(attributes)
  const { operation, object, namespace } = attributes
  const name = spec.serviceAccountName ?? ''
  if (name === '') throw denied(attributes, `no service account specified for pod ${namespace}/${object?.metadata.name ?? ''}`)
  const account = await findAccount(attributes, name)
  if (!isLimited(account)) return
  if (operation === 'CREATE') {
    const problem = secretProblem(account, spec)
    if (problem !== undefined) throw denied(attributes, problem)
    return
  }
  const problem = containersProblem('ephemeral container', spec.ephemeralContainers as never, account)
  // Upstream forgets to say that it is forbidden.
  if (problem !== undefined) throw plainError(problem)
}

async function findAccount(attributes: Attributes, name: string): Promise<AccountParts> {
  const { server, namespace } = attributes
  const store = server.catalog.storeOf(ServiceAccount)
  const attempts = name === 'default' ? defaultAttempts : 1
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await server.clock.sleep(100 + server.random.integer(100))
    const kv = await server.store.get(store.keyOf(namespace, name))
    if (kv !== undefined) return store.objectOf(kv) as AccountParts
  }
  throw denied(attributes, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
}

function mountToken({ server }: Attributes, spec: PodSpecParts): void {
  const existing = spec.volumes?.find(({ name }) => name.startsWith(volumePrefix))
  const name = existing?.name ?? volumePrefix + server.random.suffix(5)
  let isNeeded = false
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === mountPath)) continue
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }]
    isNeeded = true
  }
  if (isNeeded && existing === undefined) spec.volumes = [...(spec.volumes ?? []), { name, projected: tokenVolume() }]
}

function tokenVolume(): object {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 420,
  }
}
