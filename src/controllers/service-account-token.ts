/**
 * Fills Secrets of type kubernetes.io/service-account-token: a token that never ends, the cluster's authority and the namespace, for whoever wants a token
 * that lies somewhere. They belong to their service account, and go with it.
 *
 * Started first, and as the controller manager itself: others' accounts may come out of such Secrets.
 */
import { Secret } from '../api/core/secret.ts'
import { ServiceAccount } from '../api/core/service-account.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { createJwtSigner, type JwtSigner } from '../wire/jwt.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'

const tokenType = 'kubernetes.io/service-account-token'
const nameAnnotation = 'kubernetes.io/service-account.name'
const uidAnnotation = 'kubernetes.io/service-account.uid'
const retriesMax = 10
const accountIndex = 'service account of token'

export const serviceAccountTokenController: Controller = {
  name: 'serviceaccount-token-controller',
  account: 'system:kube-controller-manager',
  component: 'serviceaccount-token-controller',
  start: (context) => {
    const { informers, flags } = context
    if (flags.serviceAccountKey === undefined) return
    const signer = createJwtSigner(flags.serviceAccountKey)
    const secrets = informers.of(Secret)
    secrets.addIndex(accountIndex, (secret) => (secret.type === tokenType ? [accountKeyOf(secret)] : []))
    const loop = startLoop(context, {
      name: 'serviceaccount-token-controller',
      workers: 5,
      retriesMax,
      reconcile: (key, signal) => fill(context, signer, key, signal),
    })
    const secretChanged = (secret: Secret): void => {
      if (secret.type === tokenType) loop.add(keyOf(secret))
    }
    const accountChanged = (account: ServiceAccount): void => {
      for (const secret of secrets.byIndex(accountIndex, keyOf(account))) loop.add(keyOf(secret))
    }
    secrets.subscribe({ onAdd: secretChanged, onUpdate: secretChanged, onDelete: () => {} })
    informers.of(ServiceAccount).subscribe({ onAdd: accountChanged, onUpdate: () => {}, onDelete: accountChanged })
  },
}

function accountKeyOf({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.annotations?.[nameAnnotation] ?? ''}`
}

async function fill(context: ControllerContext, signer: JwtSigner, key: string, signal: AbortSignal): Promise<void> {
  const { client, informers, flags } = context
  const secret = informers.of(Secret).get(key)
  if (secret === undefined || secret.type !== tokenType) return
  const { namespace, name } = splitKey(key)
  const secrets = client.of(Secret).in(namespace)
  const account = await accountOf(context, secret, signal)
  try {
    if (account === undefined) {
      await secrets.delete(name, { preconditions: { uid: secret.metadata.uid ?? '' }, signal })
      return
    }
    const data = filledData(secret, account, flags.rootCa, signer)
    if (data === undefined) return
    const marks = { [nameAnnotation]: account.metadata.name ?? '', [uidAnnotation]: account.metadata.uid ?? '' }
    await secrets.update(
      { ...secret, metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, ...marks } }, data },
      { signal },
    )
  } catch (error) {
    // Gone, or changed: its event brings us here again.
    if (reasonOf(error) !== 'NotFound' && reasonOf(error) !== 'Conflict') throw error
  }
}

/** Asked for live before a Secret is deleted for want of it. */
async function accountOf(
  { client, informers }: ControllerContext,
  secret: Secret,
  signal: AbortSignal,
): Promise<ServiceAccount | undefined> {
  const key = accountKeyOf(secret)
  const uid = secret.metadata.annotations?.[uidAnnotation] ?? ''
  const isMeant = (account: ServiceAccount): boolean => uid === '' || account.metadata.uid === uid
  const cached = informers.of(ServiceAccount).get(key)
  if (cached !== undefined && isMeant(cached)) return cached
  const { namespace, name } = splitKey(key)
  if (name === '') return undefined
  try {
    const live = await client.of(ServiceAccount).in(namespace).get(name, { signal })
    return isMeant(live) ? live : undefined
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return undefined
    throw error
  }
}

type Data = Readonly<Record<string, string>>

/** Undefined: nothing is missing. */
function filledData(secret: Secret, account: ServiceAccount, rootCa: string, signer: JwtSigner): Data | undefined {
  const data: Data = secret.data ?? {}
  const wanted: Record<string, string> = { ...data }
  if (rootCa !== '') wanted['ca.crt'] = btoa(rootCa)
  const { namespace = '', name = '' } = secret.metadata
  if ((data.namespace ?? '') === '') wanted.namespace = btoa(namespace)
  if ((data.token ?? '') === '') {
    const prefix = 'kubernetes.io/serviceaccount'
    const token = signer.sign({
      iss: 'kubernetes/serviceaccount',
      [`${prefix}/namespace`]: namespace,
      [`${prefix}/secret.name`]: name,
      [`${prefix}/service-account.name`]: account.metadata.name,
      [`${prefix}/service-account.uid`]: account.metadata.uid,
      sub: `system:serviceaccount:${namespace}:${account.metadata.name}`,
    })
    wanted.token = btoa(token)
  }
  const isSame = ['ca.crt', 'namespace', 'token'].every((one) => wanted[one] === data[one])
  return isSame ? undefined : wanted
}
