/**
 * Fields whose gates are off, and which a new object therefore loses without a word (DropDisabledPodFields upstream): variables from files, trust
 * bundles and certificates as files, images as volumes, hostnameOverride; restart rules of containers and stop signals whatever their gates say. While
 * a gate is off an object never has its field, so nobody needs to be spared on updates.
 *
 * What a newcomer would get wrong: a volume of an image goes with its mounts, but a projected source leaves an empty one behind; an
 * init container's restartPolicy stays only when it is Always.
 */
import type { FeatureGates } from '../../../apimachinery/feature-gates.ts'
import { type Draft, items, part } from './draft.ts'

export function dropDisabledTemplateFields(template: object | null | undefined, gates: FeatureGates | undefined): void {
  const spec = part((template ?? undefined) as Draft | undefined, 'spec')
  if (spec !== undefined) dropDisabledFields(spec, gates)
}

export function dropDisabledFields(spec: object, gates: FeatureGates | undefined): void {
  const draft = spec as Draft
  const isOff = (gate: string): boolean => gates?.isOn(gate) !== true
  if (isOff('HostnameOverride')) delete draft.hostnameOverride
  for (const volume of items(draft.volumes)) {
    for (const source of items(part(volume, 'projected')?.sources)) {
      if (isOff('ClusterTrustBundleProjection')) delete source.clusterTrustBundle
      if (isOff('PodCertificateRequest')) delete source.podCertificate
    }
  }
  for (const container of items(draft.initContainers)) {
    if (container.restartPolicy !== 'Always') delete container.restartPolicy
    dropFromContainer(container, isOff)
  }
  for (const list of [draft.containers, draft.ephemeralContainers]) {
    for (const container of items(list)) {
      delete container.restartPolicy
      dropFromContainer(container, isOff)
    }
  }
  if (isOff('ImageVolume')) dropImageVolumes(draft)
}

function dropFromContainer(container: Draft, isOff: (gate: string) => boolean): void {
  delete container.restartPolicyRules
  for (const variable of items(container.env)) {
    const from = part(variable, 'valueFrom')
    if (from !== undefined && isOff('EnvFiles')) delete from.fileKeyRef
  }
  const lifecycle = part(container, 'lifecycle')
  if (lifecycle?.stopSignal === undefined) return
  delete lifecycle.stopSignal
  if (Object.keys(lifecycle).length === 0) delete container.lifecycle
}

function dropImageVolumes(draft: Draft): void {
  const volumes = items(draft.volumes)
  if (!volumes.some((volume) => part(volume, 'image'))) return
  const names = new Set(volumes.filter((volume) => part(volume, 'image')).map(({ name }) => name))
  draft.volumes = volumes.filter((volume) => !part(volume, 'image'))
  for (const list of [draft.containers, draft.initContainers, draft.ephemeralContainers]) {
    for (const container of items(list)) {
      if (container.volumeMounts) container.volumeMounts = items(container.volumeMounts).filter(({ name }) => !names.has(name))
    }
  }
}
