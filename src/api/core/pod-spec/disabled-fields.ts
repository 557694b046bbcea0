/**
 * Fields whose gates are off in 1.34, and which a new object therefore loses without a word (DropDisabledPodFields upstream): restart rules of containers,
 * stop signals, variables from files, trust bundles and certificates as files, images as volumes, hostnameOverride. An object never has
 * them, so nobody needs to be spared on updates.
 *
 * What a newcomer would get wrong: a volume of an image goes with its mounts, but a projected source leaves an empty one behind; an
 * init container's restartPolicy stays only when it is Always.
 */
import { type Draft, items, part } from './draft.ts'

export function dropDisabledTemplateFields(template: object | null | undefined): void {
  const spec = part((template ?? undefined) as Draft | undefined, 'spec')
  if (spec !== undefined) dropDisabledFields(spec)
}

export function dropDisabledFields(spec: object): void {
  const draft = spec as Draft
  delete draft.hostnameOverride
  for (const volume of items(draft.volumes)) {
    for (const source of items(part(volume, 'projected')?.sources)) {
      delete source.clusterTrustBundle
      delete source.podCertificate
    }
  }
  for (const container of items(draft.initContainers)) {
    if (container.restartPolicy !== 'Always') delete container.restartPolicy
    dropFromContainer(container)
  }
  for (const list of [draft.containers, draft.ephemeralContainers]) {
    for (const container of items(list)) {
      delete container.restartPolicy
      dropFromContainer(container)
    }
  }
  dropImageVolumes(draft)
}

function dropFromContainer(container: Draft): void {
  delete container.restartPolicyRules
  for (const variable of items(container.env)) {
    const from = part(variable, 'valueFrom')
    if (from !== undefined) delete from.fileKeyRef
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
