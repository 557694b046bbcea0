/**
 * What a Node may say (ValidateNode, ValidateNodeUpdate upstream): taints that make sense, amounts that are not negative, addresses of Pods that do not
 * change once they are given.
 *
 * What a newcomer would get wrong: taints are reported below `metadata`, as upstream has it; a change is judged as a new node too.
 */

import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import { cidrWarnings, parseCidrSloppy, validateLegacyCidr } from '../../apimachinery/ip-address.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../apimachinery/names.ts'
import { goForm } from '../go-form.ts'
import type { Node, Taint } from './node-schema.ts'
import { roundAmounts } from './pod-spec/draft.ts'
import { checkName, type Errors, isSet } from './pod-spec/validate-paths.ts'
import { checkAmount } from './pod-spec/validate-resources.ts'
import { taintEffects } from './pod-spec/validate-scheduling.ts'

type Annotations = Node['metadata']['annotations']

export function validateNode(node: Node): Iterable<FieldError> {
  const out: Errors = []
  const { metadata, spec, status } = node
  checkAnnotations(metadata.annotations, out)
  checkTaints(spec.taints ?? [], 'metadata.taints', out)
  checkResources(node, out)
  const swap = status?.nodeInfo?.swap?.capacity
  if (isSet(swap) && swap <= 0) out.push(invalidValue('metadata.nodeSwapStatus.capacity', swap, 'must be greater than zero'))
  checkPodCidrs(spec.podCIDRs ?? [], out)
  return out
}

const taintsAnnotation = 'scheduler.alpha.kubernetes.io/taints'
const avoidAnnotation = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

/** Two fields that began as annotations. */
function checkAnnotations(annotations: Annotations, out: Errors): void {
  const path = 'metadata.annotations'
  const taints = parsed(annotations?.[taintsAnnotation], path, taintsAnnotation, out)
  if (Array.isArray(taints)) checkTaints(taints as readonly Taint[], `${path}.${taintsAnnotation}`, out)
  const avoids = parsed(annotations?.[avoidAnnotation], `${path}.AvoidPods`, avoidAnnotation, out)
  const entries = (avoids as { preferAvoidPods?: readonly { podSignature?: { podController?: { controller?: boolean } } }[] } | undefined)
    ?.preferAvoidPods
  for (const [i, entry] of (entries ?? []).entries()) {
    const at = `${path}.${avoidAnnotation}[${i}].PodSignature`
    const owner = entry.podSignature?.podController
    if (owner === undefined) out.push(required(at))
    else if (owner.controller !== true) {
      out.push(invalidValue(`${at}.PodController.Controller`, owner.controller ?? false, 'must point to a controller'))
    }
  }
}

function parsed(text: string | undefined, path: string, annotation: string, out: Errors): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    out.push(invalidValue(path, annotation, (error as Error).message))
    return undefined
  }
}

function checkTaints(taints: readonly Taint[], path: string, out: Errors): void {
  const seen = new Set<string>()
  for (const [i, taint] of taints.entries()) {
    const { key = '', value = '', effect = '' } = taint
    const at = `${path}[${i}]`
    checkName(qualifiedNameErrors(key), key, `${at}.key`, out)
    const problems = labelValueErrors(value)
    if (problems.length > 0) out.push(invalidValue(`${at}.value`, value, problems.join(';')))
    if (effect === '') out.push(required(`${at}.effect`))
    else if (!taintEffects.includes(effect)) out.push(notSupported(`${at}.effect`, effect, taintEffects))
    const pair = `${key}:${effect}`
    if (seen.has(pair)) out.push({ ...duplicate(at, goForm('Taint', taint)), detail: 'taints must be unique by key and effect pair' })
    seen.add(pair)
  }
}

function checkResources({ status }: Node, out: Errors): void {
  for (const which of ['capacity', 'allocatable'] as const) {
    const amounts = status?.[which] as Readonly<Record<string, string>> | undefined
    for (const name of sortStrings(Object.keys(amounts ?? {}))) checkAmount(name, amounts?.[name] as string, `status.${which}.${name}`, out)
  }
}

function checkPodCidrs(cidrs: readonly string[], out: Errors): void {
  const path = 'spec.podCIDRs'
  for (const [i, cidr] of cidrs.entries()) out.push(...validateLegacyCidr(`${path}[${i}]`, cidr))
  if (cidrs.length < 2) return
  const families = new Set<number>()
  for (const [i, cidr] of cidrs.entries()) {
    const read = parseCidrSloppy(cidr)
    if (read === undefined) {
      const detail = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${i}]: <nil> (invalid CIDR address: ${cidr})`
      out.push({ type: 'InternalError', field: path, detail })
      break
    }
    families.add(read.address.family)
  }
  if (families.size < 2 || cidrs.length > 2) {
    out.push(invalidValue(path, cidrs, 'may specify no more than one CIDR for each IP family'))
  }
}

/** Through the main resource. */
export function validateNodeUpdate(node: Node, old: Node): Iterable<FieldError> {
  return [...validateNode(node), ...validateNodeStatusUpdate(node, old)]
}

/** Through /status, where the kubelet writes. */
export function validateNodeStatusUpdate(node: Node, old: Node): Iterable<FieldError> {
  const out: Errors = []
  const { metadata, spec, status } = node
  checkAnnotations(metadata.annotations, out)
  checkResources(node, out)
  const addresses = new Set<string>()
  for (const [i, { type, address }] of (status?.addresses ?? []).entries()) {
    const pair = JSON.stringify([type, address])
    if (addresses.has(pair)) out.push(duplicate(`status.addresses[${i}]`, { Type: type, Address: address }))
    addresses.add(pair)
  }
  checkKept(spec, old.spec, out)
  checkTaints(spec.taints ?? [], 'metadata.taints', out)
  if ((spec.externalID ?? '') !== (old.spec.externalID ?? '')) out.push(forbiddenField('spec.externalID', 'may not be updated'))
  return out
}

function checkKept(now: Node['spec'], before: Node['spec'], out: Errors): void {
  const refuse = (field: string, what: string): void =>
    void out.push(forbiddenField(`spec.${field}`, `node updates may not change ${what} except from "" to valid`))
  const [cidrs, old] = [now.podCIDRs ?? [], before.podCIDRs ?? []]
  if (old.length > 0) {
    if (old.length !== cidrs.length) refuse('podCIDRs', 'podCIDR')
    else for (const [i, cidr] of old.entries()) if (cidr !== cidrs[i]) refuse('podCIDRs', 'podCIDR')
  }
  if ((before.providerID ?? '') !== '' && before.providerID !== now.providerID) refuse('providerID', 'providerID')
}

export function* nodeWarnings({ spec }: Node): Iterable<string> {
  if (spec.configSource) yield 'spec.configSource: the feature is removed'
  if ((spec.externalID ?? '') !== '') yield 'spec.externalID: this field is deprecated, and is unused by Kubernetes'
  for (const [i, cidr] of (spec.podCIDRs ?? []).entries()) yield* cidrWarnings(`spec.podCIDRs[${i}]`, cidr)
}

interface NodeDraft {
  spec?: { podCIDR?: string; podCIDRs?: string[]; configSource?: unknown }
  status?: { capacity?: Record<string, string>; allocatable?: Record<string, string>; config?: unknown }
}

/** What can be had is all that there is, unless said; podCIDR is the first of podCIDRs, and wins when they differ. */
export function setNodeDefaults({ spec, status }: NodeDraft): void {
  roundAmounts(status?.capacity)
  roundAmounts(status?.allocatable)
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity }
  if (!spec) return
  const { podCIDR = '', podCIDRs = [] } = spec
  if (podCIDR !== '' && podCIDR !== podCIDRs[0]) spec.podCIDRs = [podCIDR]
  else if (podCIDR === '' && podCIDRs[0] !== undefined) spec.podCIDR = podCIDRs[0]
}

/** Configuration of kubelets through Nodes was removed. */
export function dropConfiguration({ spec, status }: NodeDraft): void {
  if (spec) delete spec.configSource
  if (status) delete status.config
}
