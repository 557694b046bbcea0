/**
 * A Pod's spec as a whole, and templates of Pods (ValidatePodSpec, ValidatePodTemplateSpec upstream), in upstream's order. The parts are validate-*.ts.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { parseIpSloppy } from '../../../apimachinery/ip-address.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, nameIsDnsSubdomain, rangeMessage } from '../../../apimachinery/names.ts'
import { validateLabels } from '../../../apimachinery/selectors/labels.ts'
import { validateAnnotations } from '../../../apimachinery/validate-metadata.ts'
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts'
import { validateContainers, validateInitContainers } from './validate-containers.ts'
import { validateAffinity, validateGates, validateSpread, validateTolerations } from './validate-scheduling.ts'
import { validatePodSecurity } from './validate-security.ts'
import { validateVolumes } from './validate-volumes.ts'

const int32Max = 2_147_483_647

export function* validatePodTemplateSpec(template: PodTemplateSpec, path: string): Generator<FieldError> {
  const { metadata, spec } = template
  yield* validateLabels(metadata?.labels, child(path, 'labels'))
  yield* validateAnnotations(metadata?.annotations, child(path, 'annotations'))
  yield* validatePodSpec(spec, child(path, 'spec'))
  if ((spec.ephemeralContainers?.length ?? 0) > 0)
    yield forbiddenField(child(path, 'spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template')
}

export function* validatePodSpec(spec: PodSpec, path: string): Generator<FieldError> {
  if (spec.terminationGracePeriodSeconds === undefined) yield required(child(path, 'terminationGracePeriodSeconds'))
  const volumes = yield* validateVolumes(spec.volumes ?? [], child(path, 'volumes'))
  const world = { spec, volumes }
  yield* validateContainers(world, child(path, 'containers'))
  if (spec.initContainers) yield* validateInitContainers(world, child(path, 'initContainers'))
  if (spec.hostNetwork === true) yield* validateHostNetworkPorts(spec, path)
  yield* validateChoice(spec.restartPolicy, child(path, 'restartPolicy'), ['Always', 'OnFailure', 'Never'])
  yield* validateChoice(spec.dnsPolicy, child(path, 'dnsPolicy'), ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'])
  yield* validateLabels(spec.nodeSelector, child(path, 'nodeSelector'))
  yield* validatePodSecurity(spec, child(path, 'securityContext'))
  for (const [position, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if ((name ?? '') === '') yield required(child(index(child(path, 'imagePullSecrets'), position), 'name'))
  }
  if (spec.affinity) yield* validateAffinity(spec.affinity, child(path, 'affinity'))
  yield* validateDns(spec, path)
  yield* validateGates(spec, path)
  if (spec.topologySpreadConstraints) yield* validateSpread(spec.topologySpreadConstraints, child(path, 'topologySpreadConstraints'))
  yield* validateNames(spec, path)
  const { activeDeadlineSeconds } = spec
  if (activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > int32Max))
    yield invalidValue(child(path, 'activeDeadlineSeconds'), activeDeadlineSeconds, rangeMessage(1, int32Max))
  yield* validateLabel(spec.hostname, child(path, 'hostname'))
  yield* validateLabel(spec.subdomain, child(path, 'subdomain'))
  if (spec.tolerations) yield* validateTolerations(spec.tolerations, child(path, 'tolerations'))
  yield* validateHostAliases(spec, path)
  const { priorityClassName = '', runtimeClassName, preemptionPolicy, os } = spec
  if (priorityClassName !== '')
    for (const text of nameIsDnsSubdomain(priorityClassName, false))
      yield invalidValue(child(path, 'priorityClassName'), priorityClassName, text)
  if (runtimeClassName !== undefined)
    for (const text of nameIsDnsSubdomain(runtimeClassName, false))
      yield invalidValue(child(path, 'runtimeClassName'), runtimeClassName, text)
  if (preemptionPolicy !== undefined)
    yield* validateChoice(preemptionPolicy, child(path, 'preemptionPolicy'), ['PreemptLowerPriority', 'Never'])
  if (os) {
    if (os.name === '') yield required(child(path, 'os', 'name'), 'cannot be empty')
    else if (os.name !== 'linux' && os.name !== 'windows') yield notSupported(child(path, 'os', 'name'), os.name, ['linux', 'windows'])
  }
}

function* validateChoice(value: string | undefined, path: string, supported: readonly string[]): Generator<FieldError> {
  if (value === undefined || value === '') yield required(path)
  else if (!supported.includes(value)) yield notSupported(path, value, supported)
}

function* validateLabel(value: string | undefined, path: string): Generator<FieldError> {
  if (value !== undefined && value !== '') for (const text of dns1123LabelErrors(value)) yield invalidValue(path, value, text)
}

function* validateNames({ serviceAccountName = '', nodeName = '' }: PodSpec, path: string): Generator<FieldError> {
  if (serviceAccountName !== '')
    for (const text of nameIsDnsSubdomain(serviceAccountName, false))
      yield invalidValue(child(path, 'serviceAccountName'), serviceAccountName, text)
  if (nodeName !== '') for (const text of nameIsDnsSubdomain(nodeName, false)) yield invalidValue(child(path, 'nodeName'), nodeName, text)
}

function* validateHostNetworkPorts(spec: PodSpec, path: string): Generator<FieldError> {
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [position, { ports }] of (spec[list] ?? []).entries()) {
      for (const [portPosition, { hostPort = 0, containerPort }] of (ports ?? []).entries()) {
        const at = index(child(index(child(path, list), position), 'ports'), portPosition)
        if (hostPort !== 0 && hostPort !== containerPort)
          yield invalidValue(child(at, 'containerPort'), containerPort, 'must match `hostPort` when `hostNetwork` is true')
      }
    }
  }
}

function* validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: string): Generator<FieldError> {
  const at = child(path, 'dnsConfig')
  if (dnsPolicy === 'None' && !dnsConfig) return yield required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')
  if (!dnsConfig) return
  const { nameservers = [], searches = [], options = [] } = dnsConfig
  if (dnsPolicy === 'None' && nameservers.length === 0)
    yield required(child(at, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  if (nameservers.length > 3) yield invalidValue(child(at, 'nameservers'), nameservers, 'must not have more than 3 nameservers')
  for (const [position, server] of nameservers.entries())
    if (parseIpSloppy(server) === undefined)
      yield invalidValue(index(child(at, 'nameservers'), position), server, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
  if (searches.length > 32) yield invalidValue(child(at, 'searches'), searches, 'must not have more than 32 search paths')
  for (const [position, search] of searches.entries())
    for (const text of dns1123SubdomainErrors(search.replace(/\.$/, '')))
      yield invalidValue(index(child(at, 'searches'), position), search, text)
  for (const [position, { name = '' }] of options.entries())
    if (name === '') yield required(index(child(at, 'options'), position), 'must not be empty')
}

function* validateHostAliases({ hostAliases = [] }: PodSpec, path: string): Generator<FieldError> {
  for (const [position, { ip, hostnames = [] }] of hostAliases.entries()) {
    const at = index(child(path, 'hostAliases'), position)
    if (parseIpSloppy(ip) === undefined)
      yield invalidValue(child(at, 'ip'), ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
    for (const name of hostnames) for (const text of dns1123SubdomainErrors(name)) yield invalidValue(child(at, 'hostnames'), name, text)
  }
}
