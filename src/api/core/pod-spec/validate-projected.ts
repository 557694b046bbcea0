/**
 * What volumes made of API objects show, and where in the volume: Secrets, ConfigMaps, the downward API, tokens, and projected volumes that combine
 * them (validateProjectionSources upstream).
 *
 * What a newcomer would get wrong: files of the downward API are reported at their volume, without index; a token's path at the
 * projected volume; two sources that want one path at the volume as a whole.
 */
import { forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { nameIsDnsSubdomain } from '../../../apimachinery/names.ts'
import { validateLabelSelector } from '../../../apimachinery/selectors/labels.ts'
import { goForm } from '../../go-form.ts'
import type { PodRules } from './rules.ts'
import { checkFieldRef, checkResourceFieldRef } from './validate-env.ts'
import { checkInsideNotReserved, checkMode, type Errors, isSet } from './validate-paths.ts'
import { checkSignerName } from './validate-signer-name.ts'
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from './volume.ts'

export function checkKeyToPath({ key = '', path: file = '', mode }: KeyToPath, path: string, out: Errors): void {
  if (key === '') out.push(required(`${path}.key`))
  if (file === '') out.push(required(`${path}.path`))
  checkInsideNotReserved(file, `${path}.path`, out)
  checkMode(mode, `${path}.mode`, out)
}

const downwardFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

export function checkDownwardFile(file: DownwardAPIVolumeFile, path: string, out: Errors): void {
  const { path: place = '', fieldRef, resourceFieldRef, mode } = file
  if (place === '') out.push(required(`${path}.path`))
  checkInsideNotReserved(place, `${path}.path`, out)
  if (fieldRef) {
    checkFieldRef(fieldRef, `${path}.fieldRef`, downwardFields, out)
    if (resourceFieldRef) out.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (resourceFieldRef) checkResourceFieldRef(resourceFieldRef, `${path}.resourceFieldRef`, true, out)
  else out.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  checkMode(mode, `${path}.mode`, out)
}

/** Who wants which path of one volume. */
interface Places {
  readonly path: string
  readonly taken: Set<string>
  readonly out: Errors
}

/** `shown`: what upstream shows as the value that is wrong. */
function takePlace({ path, taken, out }: Places, place: string, shown: string): void {
  if (taken.has(place)) out.push(invalidValue(path, shown, 'conflicting duplicate paths'))
  else taken.add(place)
}

export function checkProjected({ defaultMode, sources }: ProjectedVolumeSource, path: string, rules: PodRules, out: Errors): void {
  checkMode(defaultMode, `${path}.defaultMode`, out)
  const places: Places = { path, taken: new Set(), out }
  for (let i = 0; i < (sources?.length ?? 0); i++) {
    checkProjection(sources?.[i] as VolumeProjection, `${path}.sources[${i}]`, rules, places)
  }
}

function checkProjection(source: VolumeProjection, path: string, rules: PodRules, places: Places): void {
  const { out } = places
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  let count = 0
  if (secret) {
    count++
    checkKeys(secret, `${path}.secret`, places)
  }
  if (configMap) {
    count++
    checkKeys(configMap, `${path}.configMap`, places)
  }
  if (downwardAPI) {
    count++
    for (const file of downwardAPI.items ?? []) {
      checkDownwardFile(file, `${path}.downwardAPI`, out)
      if (file.path !== '') takePlace(places, file.path, file.path)
    }
  }
  if (serviceAccountToken) {
    count++
    checkToken(serviceAccountToken, `${path}.serviceAccountToken`, rules, places)
  }
  if (clusterTrustBundle) {
    count++
    checkTrustBundle(clusterTrustBundle, `${path}.clusterTrustBundle`, places)
  }
  if (podCertificate) {
    count++
    checkPodCertificate(podCertificate, `${path}.podCertificate`, places)
  }
  if (count > 1) out.push(forbiddenField(path, 'may not specify more than 1 volume type per source'))
}

function checkKeys(
  { name = '', items }: { readonly name?: string | undefined; readonly items?: readonly KeyToPath[] | undefined },
  path: string,
  places: Places,
): void {
  if (name === '') places.out.push(required(`${path}.name`))
  for (let i = 0; i < (items?.length ?? 0); i++) {
    const item = items?.[i] as KeyToPath
    checkKeyToPath(item, `${path}.items[${i}]`, places.out)
    if ((item.path ?? '') !== '') takePlace(places, item.path, name)
  }
}

const secondsMin = 600
const secondsMax = 2 ** 32

function checkToken(
  { expirationSeconds, path: file = '' }: ServiceAccountTokenProjection,
  path: string,
  rules: PodRules,
  { path: volume, out }: Places,
): void {
  const seconds = expirationSeconds ?? 0
  const at = `${path}.expirationSeconds`
  if (seconds < secondsMin) out.push(invalidValue(at, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > secondsMax) out.push(invalidValue(at, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (file === '') out.push(required(`${volume}.path`))
  else if (rules.allowsAnyTokenPath !== true) checkInsideNotReserved(file, `${volume}.path`, out)
}

function checkTrustBundle(bundle: ClusterTrustBundleProjection, path: string, places: Places): void {
  const { out } = places
  const { name, signerName, labelSelector, path: file = '' } = bundle
  if (isSet(name) && isSet(signerName)) {
    out.push(invalidValue(path, goForm('ClusterTrustBundleProjection', bundle), 'only one of name and signerName may be used'))
  } else if (isSet(name)) {
    if (name === '') out.push(required(`${path}.name`, 'must be a valid object name'))
    for (const problem of trustBundleNameErrors(name)) {
      out.push(invalidValue(`${path}.name`, name, `not a valid clustertrustbundlename: ${problem}`))
    }
    if (labelSelector) out.push(invalidValue(`${path}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'))
  } else if (isSet(signerName)) {
    if (signerName === '') out.push(required(`${path}.signerName`, 'must be a valid signer name'))
    checkSignerName(signerName, `${path}.signerName`, out)
    out.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`))
  } else out.push(required(path, 'either name or signerName must be specified'))
  if (file === '') out.push(required(`${path}.path`))
  checkInsideNotReserved(file, `${path}.path`, out)
  takePlace(places, file, file)
}

/** Bundles of a signer are called after it: "acme.io:signer:name". */
function trustBundleNameErrors(name: string): readonly string[] {
  const colon = name.lastIndexOf(':')
  return nameIsDnsSubdomain(name.slice(colon + 1), false)
}

const keyTypes = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519']
const certificatePaths = ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const
const hourSeconds = 3600
const lifeSecondsMax = 91 * 24 * hourSeconds
const kubernetesLifeSecondsMax = 24 * hourSeconds

function checkPodCertificate(certificate: PodCertificateProjection, path: string, places: Places): void {
  const { out } = places
  const { signerName = '', keyType = '', maxExpirationSeconds } = certificate
  checkSignerName(signerName, `${path}.signerName`, out)
  if (!keyTypes.includes(keyType)) out.push(notSupported(`${path}.keyType`, keyType, keyTypes))
  if (isSet(maxExpirationSeconds)) {
    const at = `${path}.maxExpirationSeconds`
    const most = /^([^/]*\.)?kubernetes\.io\//.test(signerName) ? kubernetesLifeSecondsMax : lifeSecondsMax
    const refuse = (bound: string): void =>
      void out.push(invalidValue(at, maxExpirationSeconds, `if provided, maxExpirationSeconds must be ${bound}`))
    if (maxExpirationSeconds < hourSeconds) refuse(`>= ${hourSeconds}`)
    if (maxExpirationSeconds > most) refuse(`<= ${most}`)
  }
  let count = 0
  for (const name of certificatePaths) {
    const file = certificate[name] ?? ''
    if (file === '') continue
    count++
    checkInsideNotReserved(file, `${path}.${name}`, out)
    takePlace(places, file, file)
  }
  if (count === 0) out.push(required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'))
}
