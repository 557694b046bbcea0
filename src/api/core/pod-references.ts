/** Which Secrets, ConfigMaps and other objects a Pod names in its spec. podutil.VisitPodSecretNames and its like upstream. */
import type { Container } from './pod-spec/container.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'

export function allContainers(spec: PodSpec): readonly Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])]
}

interface Named {
  readonly name?: string | undefined
}
type SecretSource = { readonly secretRef?: Named | null | undefined } | null | undefined

export function secretsOf(spec: PodSpec): string[] {
  const names: (string | undefined)[] = (spec.imagePullSecrets ?? []).map(({ name }) => name)
  for (const { env, envFrom } of allContainers(spec)) {
    names.push(...(envFrom ?? []).map(({ secretRef }) => secretRef?.name), ...(env ?? []).map((one) => one.valueFrom?.secretKeyRef?.name))
  }
  for (const volume of spec.volumes ?? []) {
    const { azureFile, cephfs, cinder, flexVolume, projected, rbd, secret, scaleIO, iscsi, storageos, csi } = volume
    names.push(azureFile?.secretName, secret?.secretName, csi?.nodePublishSecretRef?.name)
    names.push(...(projected?.sources ?? []).map((source) => source.secret?.name))
    for (const source of [cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos] as SecretSource[]) names.push(source?.secretRef?.name)
  }
  return names.filter((name): name is string => name !== undefined && name !== '')
}

export function configMapsOf(spec: PodSpec): string[] {
  const names: (string | undefined)[] = []
  for (const { env, envFrom } of allContainers(spec)) {
    names.push(
      ...(envFrom ?? []).map(({ configMapRef }) => configMapRef?.name),
      ...(env ?? []).map((one) => one.valueFrom?.configMapKeyRef?.name),
    )
  }
  for (const { configMap, projected } of spec.volumes ?? []) {
    names.push(configMap?.name, ...(projected?.sources ?? []).map((source) => source.configMap?.name))
  }
  return names.filter((name): name is string => name !== undefined && name !== '')
}

/** The claim that a volume of a Pod is; of an ephemeral one, that which a controller makes for it. Undefined: it is none. */
export function claimNameOf(podName: string, { name, persistentVolumeClaim, ephemeral }: VolumeLike): string | undefined {
  return persistentVolumeClaim?.claimName ?? (ephemeral ? `${podName}-${name}` : undefined)
}

interface VolumeLike {
  readonly name?: string | undefined
  readonly persistentVolumeClaim?: { readonly claimName?: string | undefined } | null | undefined
  readonly ephemeral?: object | null | undefined
}

const volumesByApi: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via configmap volumes)',
  secret: 'secrets (via secret volumes)',
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
  azureFile: 'secrets (via azureFile volumes)',
}
const sourcesByApi: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via projected volumes)',
  secret: 'secrets (via projected volumes)',
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
}

/** What of the API a Pod cannot do without: the first that is found. Undefined for a Pod that a node could run alone. */
export function apiObjectsOf(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts'
  if (secretsOf(spec).length > 0) return 'secrets'
  if (configMapsOf(spec).length > 0) return 'configmaps'
  if ((spec.resourceClaims?.length ?? 0) > 0) return 'resourceclaims'
  for (const volume of spec.volumes ?? []) {
    const found = firstOf(volumesByApi, volume)
    if (found !== undefined) return found
    for (const source of volume.projected?.sources ?? []) {
      const projected = firstOf(sourcesByApi, source)
      if (projected !== undefined) return projected
    }
  }
  return undefined
}

function firstOf(names: Readonly<Record<string, string>>, source: object): string | undefined {
  const found = Object.keys(names).find((name) => (source as Readonly<Record<string, unknown>>)[name])
  return found === undefined ? undefined : names[found]
}
