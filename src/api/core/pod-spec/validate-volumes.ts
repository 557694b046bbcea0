/**
 * A Pod's volumes (ValidateVolumes upstream): one source each, names unique, sources that are complete. What they show of API objects is in
 * validate-projected.ts, what vendors sold in validate-retired-volumes.ts, where they are mounted in validate-mounts.ts.
 *
 * What a newcomer would get wrong: a volume with anything wrong does not exist for the mounts, so that they are reported as well.
 */

import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { quote } from '../../../apimachinery/go-strings.ts'
import { nameIsDnsSubdomain } from '../../../apimachinery/names.ts'
import { compareQuantities } from '../../../apimachinery/quantity.ts'
import { validateClaimSpec } from '../persistent-volume-claim-rules.ts'
import { validateDriverName } from '../persistent-volume-sources.ts'
import { validateTemplateMetadata } from '../template-metadata.ts'
import type { PodRules } from './rules.ts'
import { checkLabel, checkMode, checkNoBacksteps, checkObjectName, type Errors, isSet } from './validate-paths.ts'
import { checkDownwardFile, checkKeyToPath, checkProjected } from './validate-projected.ts'
import {
  checkAzureDisk,
  checkDisk,
  checkFc,
  checkFlex,
  checkFlocker,
  checkGitRepo,
  checkIscsi,
  checkIscsiName,
  checkQuobyte,
  checkRequired,
  checkStorageOs,
} from './validate-retired-volumes.ts'
import type {
  CSIVolumeSource,
  DownwardAPIVolumeSource,
  EphemeralVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  KeyToPath,
  NFSVolumeSource,
  Volume,
} from './volume.ts'

const noVolumes: ReadonlyMap<string, Volume> = new Map()

/** `podName`: '' in templates. The volumes that are right, by name. */
export function checkVolumes(
  volumes: readonly Volume[] | null | undefined,
  podName: string,
  path: string,
  rules: PodRules,
  out: Errors,
): ReadonlyMap<string, Volume> {
  if (!volumes || volumes.length === 0) return noVolumes
  const claims = new Set<string>()
  if (podName !== '') for (const { name, ephemeral } of volumes) if (ephemeral) claims.add(`${podName}-${name}`)
  const known = new Map<string, Volume>()
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i] as Volume
    const { name = '' } = volume
    const at = `${path}[${i}]`
    const before = out.length
    checkSource(volume, podName, at, rules, out)
    if (name === '') out.push(required(`${at}.name`))
    else checkLabel(name, `${at}.name`, out)
    if (known.has(name)) out.push(duplicate(`${at}.name`, name))
    if (out.length === before) known.set(name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && claims.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume'
      out.push(invalidValue(`${at}.persistentVolumeClaim.claimName`, claim, detail))
    }
  }
  return known
}

interface Around {
  readonly volume: Volume
  readonly podName: string
  readonly rules: PodRules
  /** The volume's. */
  readonly path: string
}
type Check<K extends keyof Volume> = (source: NonNullable<Volume[K]>, path: string, out: Errors, around: Around) => void
type Source = Exclude<keyof Volume, 'name'>

/** In the order in which upstream looks at them. */
const checks: { readonly [K in Source]: Check<K> } = {
  emptyDir: ({ sizeLimit }, path, out) => {
    if (isSet(sizeLimit) && compareQuantities(sizeLimit, '0') < 0) {
      out.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'))
    }
  },
  hostPath: checkHostPath,
  gitRepo: checkGitRepo,
  gcePersistentDisk: (source, _, out, { path }) => checkDisk(source, 'pdName', `${path}.persistentDisk`, out),
  awsElasticBlockStore: (source, path, out) => checkDisk(source, 'volumeID', path, out),
  secret: (source, path, out) => checkKeyed(source, 'secretName', path, out),
  nfs: checkNfs,
  iscsi: checkIscsi,
  glusterfs: (source, path, out) => checkRequired(source, path, out, 'endpoints', 'path'),
  flocker: checkFlocker,
  persistentVolumeClaim: (source, path, out) => checkRequired(source, path, out, 'claimName'),
  rbd: ({ monitors, image }, path, out) => {
    if ((monitors?.length ?? 0) === 0) out.push(required(`${path}.monitors`))
    if ((image ?? '') === '') out.push(required(`${path}.image`))
  },
  cinder: ({ volumeID, secretRef }, path, out) => {
    if ((volumeID ?? '') === '') out.push(required(`${path}.volumeID`))
    if (secretRef && (secretRef.name ?? '') === '') out.push(required(`${path}.secretRef.name`))
  },
  cephfs: ({ monitors }, path, out) => {
    if ((monitors?.length ?? 0) === 0) out.push(required(`${path}.monitors`))
  },
  quobyte: checkQuobyte,
  downwardAPI: checkDownward,
  fc: checkFc,
  flexVolume: checkFlex,
  configMap: (source, path, out) => checkKeyed(source, 'name', path, out),
  azureFile: (source, path, out) => checkRequired(source, path, out, 'secretName', 'shareName'),
  vsphereVolume: (source, path, out) => checkRequired(source, path, out, 'volumePath'),
  photonPersistentDisk: (source, path, out) => checkRequired(source, path, out, 'pdID'),
  portworxVolume: (source, path, out) => checkRequired(source, path, out, 'volumeID'),
  azureDisk: checkAzureDisk,
  storageos: checkStorageOs,
  projected: (source, path, out, { rules }) => checkProjected(source, path, rules, out),
  scaleIO: (source, path, out) => checkRequired(source, path, out, 'gateway', 'system', 'volumeName'),
  csi: checkCsi,
  ephemeral: checkEphemeral,
  image: checkImage,
}
const ranks = new Map(Object.keys(checks).map((name, rank) => [name, rank]))
/** Where upstream's own spelling differs when a source is one too many. */
const misspelled: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

function checkSource(volume: Volume, podName: string, path: string, rules: PodRules, out: Errors): void {
  const around = { volume, podName, rules, path }
  const names = sourcesOf(volume)
  if (names.length === 0) return void out.push(required(path, 'must specify a volume type'))
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as Source
    if (i > 0) out.push(forbiddenField(`${path}.${misspelled[name] ?? name}`, 'may not specify more than 1 volume type'))
    else (checks[name] as Check<never>)(volume[name] as never, `${path}.${name}`, out, around)
    if (name === 'iscsi') checkIscsiName(volume.iscsi as NonNullable<Volume['iscsi']>, volume.name ?? '', path, out)
  }
}

function sourcesOf(volume: Volume): readonly string[] {
  const found: string[] = []
  for (const name in volume) if (name !== 'name' && isSet(volume[name as Source]) && ranks.has(name)) found.push(name)
  return found.length < 2 ? found : found.sort((a, b) => (ranks.get(a) as number) - (ranks.get(b) as number))
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

function checkHostPath({ path: place = '', type }: HostPathVolumeSource, path: string, out: Errors): void {
  if (place === '') return void out.push(required(`${path}.path`))
  checkNoBacksteps(place, `${path}.path`, out)
  if (isSet(type) && !hostPathTypes.includes(type)) out.push(notSupported(`${path}.type`, type, hostPathTypes))
}

function checkKeyed(
  source: { readonly items?: readonly KeyToPath[] | undefined; readonly defaultMode?: number | undefined },
  name: string,
  path: string,
  out: Errors,
): void {
  checkRequired(source, path, out, name)
  checkMode(source.defaultMode, `${path}.defaultMode`, out)
  const { items } = source
  for (let i = 0; i < (items?.length ?? 0); i++) checkKeyToPath(items?.[i] as KeyToPath, `${path}.items[${i}]`, out)
}

function checkNfs({ server = '', path: place = '' }: NFSVolumeSource, path: string, out: Errors): void {
  if (server === '') out.push(required(`${path}.server`))
  if (place === '') out.push(required(`${path}.path`))
  if (!place.startsWith('/')) out.push(invalidValue(`${path}.path`, place, 'must be an absolute path'))
}

function checkDownward({ defaultMode, items }: DownwardAPIVolumeSource, path: string, out: Errors): void {
  checkMode(defaultMode, `${path}.defaultMode`, out)
  for (const file of items ?? []) checkDownwardFile(file, path, out)
}

function checkCsi({ driver = '', nodePublishSecretRef: secret }: CSIVolumeSource, path: string, out: Errors): void {
  out.push(...validateDriverName(driver, `${path}.driver`))
  if (!secret) return
  if ((secret.name ?? '') === '') out.push(required(`${path}.nodePublishSecretRef.name`))
  else checkObjectName(secret.name as string, `${path}.name`, out)
}

function checkEphemeral({ volumeClaimTemplate: template }: EphemeralVolumeSource, path: string, out: Errors, around: Around): void {
  const at = `${path}.volumeClaimTemplate`
  if (!template) out.push(required(at))
  else {
    const { metadata, spec } = template
    out.push(...validateTemplateMetadata(metadata, `${at}.metadata`))
    out.push(...validateClaimSpec(spec, `${at}.spec`))
  }
  const { podName, volume } = around
  if (podName === '' || (volume.name ?? '') === '') return
  const claim = `${podName}-${volume.name}`
  for (const problem of nameIsDnsSubdomain(claim, false)) {
    out.push(invalidValue(`${around.path}.name`, volume.name, `PVC name ${quote(claim)}: ${problem}`))
  }
}

export const pullPolicies = ['Always', 'IfNotPresent', 'Never']

export function checkPullPolicy(policy: string, path: string, out: Errors): void {
  if (policy === '') out.push(required(path))
  else if (!pullPolicies.includes(policy)) out.push(notSupported(path, policy, pullPolicies))
}

function checkImage({ reference = '', pullPolicy = '' }: ImageVolumeSource, path: string, out: Errors, { rules }: Around): void {
  if (rules.isPod === true && reference === '') out.push(required(`${path}.reference`))
  checkPullPolicy(pullPolicy, `${path}.pullPolicy`, out)
}
