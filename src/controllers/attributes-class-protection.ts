/**
 * A VolumeAttributesClass that is in use does not go: a finalizer, put on by admission and here on what lacks it, holds it while a volume or
 * a claim names it, be it the one that is wanted, the one that is there, or the one on the way.
 */
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { VolumeAttributesClass } from '../api/storage/volume-attributes-class.ts'
import { type Controller, startLoop } from './controller.ts'
import { needsWork, nextFinalizers, withFinalizers } from './volume-protection.ts'

const finalizer = 'kubernetes.io/vac-protection'
const classIndex = 'attributesClass'

export const attributesClassProtectionController: Controller = {
  name: 'volumeattributesclass-protection-controller',
  account: 'volumeattributesclass-protection-controller',
  component: 'volumeattributesclass-protection-controller',
  start: (context) => {
    const { client, informers } = context
    const classes = informers.of(VolumeAttributesClass)
    const claims = informers.of(PersistentVolumeClaim)
    const volumes = informers.of(PersistentVolume)
    claims.addIndex(classIndex, classesOfClaim)
    volumes.addIndex(classIndex, classesOfVolume)
    const loop = startLoop(context, {
      name: 'volumeattributesclass-protection-controller',
      workers: 1,
      reconcile: async (name, signal) => {
        const one = classes.get(name)
        if (one === undefined) return
        const isUsed = volumes.byIndex(classIndex, name).length > 0 || claims.byIndex(classIndex, name).length > 0
        const finalizers = nextFinalizers(one, finalizer, isUsed)
        if (finalizers !== undefined) await client.of(VolumeAttributesClass).update(withFinalizers(one, finalizers), { signal })
      },
    })
    const changed = (one: VolumeAttributesClass): void => {
      if (needsWork(one, finalizer)) loop.add(one.metadata.name ?? '')
    }
    const left = (before: readonly string[], now: readonly string[]): void => {
      for (const name of before) if (!now.includes(name)) loop.add(name)
    }
    classes.subscribe({ onAdd: changed, onUpdate: changed, onDelete: () => {} })
    claims.subscribe({
      onAdd: () => {},
      onUpdate: (claim, old) => left(classesOfClaim(old), classesOfClaim(claim)),
      onDelete: (claim) => left(classesOfClaim(claim), []),
    })
    volumes.subscribe({
      onAdd: () => {},
      onUpdate: (volume, old) => left(classesOfVolume(old), classesOfVolume(volume)),
      onDelete: (volume) => left(classesOfVolume(volume), []),
    })
  },
}

function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  return [...new Set(names.filter((name) => typeof name === 'string' && name !== ''))] as string[]
}

function classesOfVolume({ spec }: PersistentVolume): readonly string[] {
  const name = spec?.volumeAttributesClassName
  return name ? [name] : []
}
