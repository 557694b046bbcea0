/**
 * Tokens that a kubelet asks for: bound to a Pod that runs on it, and for an audience that a volume of that Pod names, be it one of its own or
 * that of a CSI driver. Part of NodeRestriction.
 */

import { PersistentVolume } from '../../../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../../../api/core/persistent-volume-claim.ts'
import { Pod } from '../../../api/core/pod.ts'
import { claimNameOf } from '../../../api/core/pod-references.ts'
import { CSIDriver } from '../../../api/storage/csi-driver.ts'
import { notFound } from '../../../apimachinery/status-error.ts'
import { decide } from '../../authz/authorize.ts'
import { lookUp } from '../../registry/look-up.ts'
import type { Attributes, Server } from '../../server-parts.ts'
import { denied } from '../plugin.ts'

interface TokenSpec {
  readonly audiences?: readonly string[] | null
  readonly boundObjectRef?: { readonly kind?: string; readonly apiVersion?: string; readonly name?: string; readonly uid?: string } | null
}

export async function judgeNodeToken(attributes: Attributes, nodeName: string): Promise<void> {
  const { server, namespace, object } = attributes
  const { boundObjectRef: ref, audiences } = (object?.spec ?? {}) as TokenSpec
  const { kind, apiVersion, name = '', uid = '' } = ref ?? {}
  if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') throw denied(attributes, 'node requested token not bound to a pod')
  if (uid === '') throw denied(attributes, 'node requested token with a pod binding without a uid')
  const pod = await lookUp<Pod>(server, Pod, namespace, name)
  if (pod === undefined) throw notFound({ group: '', resource: 'pod' }, name)
  if (uid !== pod.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw denied(attributes, why)
  }
  if (pod.spec.nodeName !== nodeName) throw denied(attributes, 'node requested token bound to a pod scheduled on a different node')
  if ((audiences?.length ?? 0) > 1) throw denied(attributes, 'node may only request 0 or 1 audiences')
  await judgeAudience(attributes, pod, audiences?.[0] ?? '')
}

async function judgeAudience(attributes: Attributes, pod: Pod, audience: string): Promise<void> {
  const { server, user, namespace, name } = attributes
  if (await isNamed(server, pod, audience)) return
  const verb = 'request-serviceaccounts-token-audience'
  const asked = { verb, group: '', version: 'v1', resource: audience, subresource: '', namespace, name, isResource: true, path: '' }
  if ((await decide(server.authorizers, user, asked)).verdict === 'allow') return
  const why = `audience "${audience}" not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`
  throw denied(attributes, why)
}

async function isNamed(server: Server, pod: Pod, audience: string): Promise<boolean> {
  const { name = '', namespace = '' } = pod.metadata
  for (const volume of pod.spec.volumes ?? []) {
    const isOwn = volume.projected?.sources?.some(
      ({ serviceAccountToken }) => serviceAccountToken && (serviceAccountToken.audience ?? '') === audience,
    )
    if (isOwn) return true
    const claim = claimNameOf(name, volume)
    const driver = volume.csi?.driver ?? (claim === undefined ? undefined : await driverOf(server, namespace, claim))
    if (driver !== undefined && (await driverAsksFor(server, driver, audience))) return true
  }
  return false
}

async function driverOf(server: Server, namespace: string, claimName: string): Promise<string | undefined> {
  const claim = await lookUp<PersistentVolumeClaim>(server, PersistentVolumeClaim, namespace, claimName)
  const volumeName = claim?.spec.volumeName ?? ''
  if (volumeName === '') return undefined
  const volume = await lookUp<PersistentVolume>(server, PersistentVolume, '', volumeName)
  return volume?.spec.csi?.driver
}

async function driverAsksFor(server: Server, name: string, audience: string): Promise<boolean> {
  const driver = await lookUp<CSIDriver>(server, CSIDriver, '', name)
  return driver?.spec.tokenRequests?.some((request) => request.audience === audience) === true
}
