/** The checks of level restricted, on top of the baseline: what a Pod must give up of its own accord. In the order of their ids. */
import { isSeccompBad, seccompProfile } from './baseline.ts'
import {
  type Check,
  type CheckedPod,
  containersText,
  named,
  plural,
  quoted,
  quotedSet,
  settersText,
  type VersionedCheck,
  type Violation,
} from './check.ts'

/** Since v1.25 Windows Pods need not give up what Windows does not have. */
function unlessWindows(check: Check): Check {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod))
}

function allowPrivilegeEscalation(pod: CheckedPod): Violation | undefined {
  const names = named(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false)
  if (names.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

function capabilities(pod: CheckedPod): Violation | undefined {
  const keeping = named(pod, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true)
  const isForbidden = (capability: string): boolean => capability !== 'NET_BIND_SERVICE'
  const adding = named(pod, ({ securityContext }) => securityContext?.capabilities?.add?.some(isForbidden) === true)
  const details: string[] = []
  if (keeping.length > 0) details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
  if (adding.length > 0) {
    const added = pod.containers.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []).filter(isForbidden)
    details.push(`${containersText(adding)} must not include ${quotedSet(added)} in securityContext.capabilities.add`)
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const allowedVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']
const restrictedVolumeTypes = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
]

function restrictedVolumes({ spec }: CheckedPod): Violation | undefined {
  const has = (volume: object, type: string): boolean => !!(volume as Readonly<Record<string, unknown>>)[type]
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.some((type) => has(volume, type)))
  if (bad.length === 0) return undefined
  const types = new Set(bad.map((volume) => restrictedVolumeTypes.find((type) => has(volume, type)) ?? 'unknown'))
  const who = `${plural('volume', bad.length)} ${quoted(bad.map(({ name }) => name))} ${bad.length === 1 ? 'uses' : 'use'}`
  return {
    reason: 'restricted volume types',
    detail: `${who} ${plural('restricted volume type', types.size)} ${quotedSet(types)}`,
  }
}

function runAsNonRoot(pod: CheckedPod): Violation | undefined {
  const own = pod.spec.securityContext?.runAsNonRoot
  const setters = settersText(
    own === false,
    named(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  )
  const reason = 'runAsNonRoot != true'
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
  const silent = own === true ? [] : named(pod, ({ securityContext }) => typeof securityContext?.runAsNonRoot !== 'boolean')
  if (silent.length === 0) return undefined
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` }
}

function runAsUser(pod: CheckedPod): Violation | undefined {
  const setters = settersText(
    pod.spec.securityContext?.runAsUser === 0,
    named(pod, ({ securityContext }) => securityContext?.runAsUser === 0),
  )
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` }
}

function seccomp(pod: CheckedPod): Violation | undefined {
  const explicit = seccompProfile(pod)
  if (explicit !== undefined) return explicit
  const own = pod.spec.securityContext?.seccompProfile
  const isSet = !!own && !isSeccompBad(own)
  const silent = isSet ? [] : named(pod, ({ securityContext }) => !securityContext?.seccompProfile)
  if (silent.length === 0) return undefined
  const detail = `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  return { reason: 'seccompProfile', detail }
}

export const restrictedChecks: readonly VersionedCheck[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      [8, allowPrivilegeEscalation],
      [25, unlessWindows(allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    replaces: 'capabilities_baseline',
    versions: [
      [22, capabilities],
      [25, unlessWindows(capabilities)],
    ],
  },
  { id: 'restrictedVolumes', replaces: 'hostPathVolumes', versions: [[0, restrictedVolumes]] },
  { id: 'runAsNonRoot', versions: [[0, runAsNonRoot]] },
  { id: 'runAsUser', versions: [[23, runAsUser]] },
  {
    id: 'seccompProfile_restricted',
    replaces: 'seccompProfile_baseline',
    versions: [
      [19, seccomp],
      [25, unlessWindows(seccomp)],
    ],
  },
]
