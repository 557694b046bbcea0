/**
 * Signs kube-public/cluster-info with every bootstrap token that may: a machine that joins knows a token, not yet the cluster's authority, and believes
 * the ConfigMap because of the signature. One key `jws-kubeconfig-<token id>` each; those of tokens that are gone go.
 */
import { ConfigMap } from '../api/core/config-map.ts'
import { Secret } from '../api/core/secret.ts'
import { keyOf } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { detachedSignature } from '../wire/detached-jws.ts'
import { isToken, signingToken, tokenNamespace } from './bootstrap-tokens/token-secret.ts'
import { type Controller, startLoop } from './controller.ts'

const infoKey = 'kube-public/cluster-info'
const contentName = 'kubeconfig'
const signaturePrefix = 'jws-kubeconfig-'

export const bootstrapSigner: Controller = {
  name: 'bootstrap-signer-controller',
  account: 'bootstrap-signer',
  component: 'bootstrap-signer',
  start: (context) => {
    const { client, clock, informers } = context
    const configMaps = informers.of(ConfigMap)
    const secrets = informers.of(Secret)
    const loop = startLoop(context, {
      name: 'bootstrap-signer-controller',
      workers: 1,
      reconcile: async (_, signal) => {
        const info = configMaps.get(infoKey)
        const tokens = secrets.inNamespace(tokenNamespace).flatMap((secret) => signingToken(secret, clock.now()) ?? [])
        const data = info === undefined ? undefined : signedData(info.data ?? {}, tokens)
        if (info === undefined || data === undefined) return
        await client
          .of(ConfigMap)
          .in('kube-public')
          .update({ ...info, data }, { signal })
          .catch((error: unknown) => {
            if (reasonOf(error) !== 'Conflict' && reasonOf(error) !== 'NotFound') throw error
          })
      },
    })
    const infoChanged = (configMap: ConfigMap): void => {
      if (keyOf(configMap) === infoKey) loop.add(infoKey)
    }
    const tokenChanged = (secret: Secret): void => {
      if (isToken(secret)) loop.add(infoKey)
    }
    configMaps.subscribe({ onAdd: infoChanged, onUpdate: infoChanged, onDelete: () => {} })
    secrets.subscribe({ onAdd: tokenChanged, onUpdate: tokenChanged, onDelete: tokenChanged })
  },
}

type Data = Readonly<Record<string, string>>

/** Undefined: nothing to sign, or signed already. */
export function signedData(data: Data, tokens: readonly { readonly id: string; readonly secret: string }[]): Data | undefined {
  const content = data[contentName]
  if (content === undefined) return undefined
  const signed: Record<string, string> = {}
  for (const name in data) if (!name.startsWith(signaturePrefix)) signed[name] = data[name] as string
  for (const { id, secret } of tokens) signed[`${signaturePrefix}${id}`] = detachedSignature(content, id, secret)
  const names = Object.keys(signed)
  const isSame = names.length === Object.keys(data).length && names.every((name) => data[name] === signed[name])
  return isSame ? undefined : signed
}
