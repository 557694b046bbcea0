/**
 * An account that is annotated `kubernetes.io/enforce-mountable-secrets: "true"` lets its Pods use only the Secrets it names itself. And what a mirror
 * Pod, which nobody but its node answers for, must not name at all.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import { secretsOf } from './pod-references.ts'
import type { Container } from './pod-spec/container.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'

interface Account extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[] | null
  readonly imagePullSecrets?: readonly { readonly name?: string }[] | null
}

const annotation = 'kubernetes.io/enforce-mountable-secrets'

export function isLimited({ metadata }: Account): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(metadata.annotations?.[annotation] ?? '')
}

export function mirrorProblem(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'a mirror pod may not reference service accounts'
  if (secretsOf(spec).length > 0) return 'a mirror pod may not reference secrets'
  const hasToken = (spec.volumes ?? []).some(({ projected }) => projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken))
  return hasToken ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined
}

export function secretProblem(account: Account, spec: PodSpec): string | undefined {
  const { name = '' } = account.metadata
  const allowed = new Set((account.secrets ?? []).map((one) => one.name))
  for (const { secret } of spec.volumes ?? []) {
    if (!secret || allowed.has(secret.secretName)) continue
    return `volume with secret.secretName="${secret.secretName}" is not allowed because service account ${name} does not reference that secret`
  }
  const inContainers =
    containersProblem('init container', spec.initContainers, account) ?? containersProblem('container', spec.containers, account)
  if (inContainers !== undefined) return inContainers
  const pulls = new Set((account.imagePullSecrets ?? []).map((one) => one.name))
  const bad = (spec.imagePullSecrets ?? []).findIndex((one) => !pulls.has(one.name))
  if (bad < 0) return undefined
  const said = spec.imagePullSecrets?.[bad]?.name ?? ''
  return `imagePullSecrets[${bad}].name="${said}" is not allowed because service account ${name} does not reference that imagePullSecret`
}

export function containersProblem(what: string, containers: readonly Container[] | null | undefined, account: Account): string | undefined {
  const allowed = new Set((account.secrets ?? []).map((one) => one.name))
  const because = `is not allowed because service account ${account.metadata.name} does not reference that secret`
  for (const { name, env, envFrom } of containers ?? []) {
    for (const variable of env ?? []) {
      const secret = variable.valueFrom?.secretKeyRef
      if (secret && !allowed.has(secret.name))
        return `${what} ${name} with envVar ${variable.name} referencing secret.secretName="${secret.name}" ${because}`
    }
    for (const { secretRef } of envFrom ?? []) {
      if (secretRef && !allowed.has(secretRef.name))
        return `${what} ${name} with envFrom referencing secret.secretName="${secretRef.name}" ${because}`
    }
  }
  return undefined
}
