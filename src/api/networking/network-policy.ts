/**
 * networking.k8s.io/v1 NetworkPolicy: who may talk to which Pods.
 */

import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { cidrContains, cidrWarnings, maskedAddress, parseCidrSloppy, validateLegacyCidr } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { portNameErrors, portNumberErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, intOrString, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { formatSelector, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'

export interface NetworkPolicyPort extends Infer<typeof networkPolicyPort> {}
export const networkPolicyPort = struct('networking.v1.NetworkPolicyPort', {
  protocol: field(1, string).optional().pointer().enum('SCTP', 'TCP', 'UDP'),
  port: field(2, intOrString).optional().pointer(),
  endPort: field(3, int32).optional().pointer(),
})

export interface IPBlock extends Infer<typeof ipBlock> {}
export const ipBlock = struct('networking.v1.IPBlock', {
  cidr: field(1, string),
  except: field(2, list(string)).optional().listAtomic(),
})

export interface NetworkPolicyPeer extends Infer<typeof networkPolicyPeer> {}
export const networkPolicyPeer = struct('networking.v1.NetworkPolicyPeer', {
  podSelector: field(1, labelSelector).optional().pointer(),
  namespaceSelector: field(2, labelSelector).optional().pointer(),
  ipBlock: field(3, ipBlock).optional().pointer(),
})

export interface NetworkPolicyEgressRule extends Infer<typeof networkPolicyEgressRule> {}
export const networkPolicyEgressRule = struct('networking.v1.NetworkPolicyEgressRule', {
  ports: field(1, list(networkPolicyPort)).optional().listAtomic(),
  to: field(2, list(networkPolicyPeer)).optional().listAtomic(),
})

export interface NetworkPolicyIngressRule extends Infer<typeof networkPolicyIngressRule> {}
export const networkPolicyIngressRule = struct('networking.v1.NetworkPolicyIngressRule', {
  ports: field(1, list(networkPolicyPort)).optional().listAtomic(),
  from: field(2, list(networkPolicyPeer)).optional().listAtomic(),
})

export interface NetworkPolicySpec extends Infer<typeof networkPolicySpec> {}
export const networkPolicySpec = struct('networking.v1.NetworkPolicySpec', {
  podSelector: field(1, labelSelector).printed(),
  ingress: field(2, list(networkPolicyIngressRule)).optional().listAtomic(),
  egress: field(3, list(networkPolicyEgressRule)).optional().listAtomic(),
  policyTypes: field(4, list(string)).optional().enum('Egress', 'Ingress').listAtomic(),
})

export const networkPolicy = struct('networking.v1.NetworkPolicy', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, networkPolicySpec).implied(),
})

export type NetworkPolicy = ObjectOf<typeof NetworkPolicy>
export const NetworkPolicy = defineKind({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: networkPolicy }],
  setDefaults: ({ spec }) => {
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of ports ?? []) port.protocol ??= 'TCP'
    if ((spec.policyTypes ?? []).length === 0) spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  },
  validate: ({ spec }) => validateSpec(spec, { allowInvalidValues: false, oldValues: [] }),
  validateUpdate: ({ spec }, old) =>
    validateSpec(spec, {
      allowInvalidValues: [...validateLabelSelector(old.spec.podSelector, '')].length > 0,
      oldValues: [...blocksOf(old.spec)].flatMap(({ block }) => [block.cidr, ...(block.except ?? [])]),
    }),
  *warnings({ spec }) {
    for (const { block, path } of blocksOf(spec)) {
      yield* cidrWarnings(child(path, 'cidr'), block.cidr)
      for (const [i, cidr] of (block.except ?? []).entries()) yield* cidrWarnings(index(child(path, 'except'), i), cidr)
    }
  },
  columns: [
    {
      name: 'Pod-Selector',
      type: 'string',
      description:
        "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
      value: ({ spec }) => formatSelector(spec.podSelector ?? {}),
    },
  ],
})

interface Rules {
  /** What the old object had stays. */
  readonly allowInvalidValues: boolean
  readonly oldValues: readonly string[]
}
interface Peers {
  readonly path: string
  readonly peers: readonly NetworkPolicyPeer[]
  readonly ports: readonly NetworkPolicyPort[]
  readonly peersPath: string
}

function* rulesOf({ ingress, egress }: NetworkPolicySpec): Generator<Peers> {
  for (const [i, rule] of (ingress ?? []).entries()) {
    const path = index('spec.ingress', i)
    yield { path, peers: rule.from ?? [], ports: rule.ports ?? [], peersPath: child(path, 'from') }
  }
  for (const [i, rule] of (egress ?? []).entries()) {
    const path = index('spec.egress', i)
    yield { path, peers: rule.to ?? [], ports: rule.ports ?? [], peersPath: child(path, 'to') }
  }
}

function* blocksOf(spec: NetworkPolicySpec): Generator<{ readonly block: IPBlock; readonly path: string }> {
  for (const { peers, peersPath } of rulesOf(spec)) {
    for (const [i, { ipBlock: block }] of peers.entries()) if (block) yield { block, path: child(index(peersPath, i), 'ipBlock') }
  }
}

function* validateSpec(spec: NetworkPolicySpec, rules: Rules): Generator<FieldError> {
  yield* validateLabelSelector(spec.podSelector, 'spec.podSelector', rules)
  for (const { path, ports, peers, peersPath } of rulesOf(spec)) {
    for (const [i, port] of ports.entries()) yield* validatePort(port, index(child(path, 'ports'), i))
    for (const [i, peer] of peers.entries()) yield* validatePeer(peer, index(peersPath, i), rules)
  }
  const policyTypes = spec.policyTypes ?? []
  if (policyTypes.length > 2) return yield invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')
  for (const [i, type] of policyTypes.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') yield notSupported(index('spec.policyTypes', i), type, ['Ingress', 'Egress'])
  }
}

function* validatePort({ protocol, port, endPort }: NetworkPolicyPort, path: string): Generator<FieldError> {
  const protocols = ['TCP', 'UDP', 'SCTP']
  const hasEnd = endPort !== undefined && endPort !== null
  const endPath = child(path, 'endPort')
  if (isSet(protocol) && !protocols.includes(protocol)) yield notSupported(child(path, 'protocol'), protocol, protocols)
  if (port === undefined || port === null) {
    if (hasEnd) yield invalidValue(endPath, endPort, 'may not be specified when `port` is not specified')
  } else if (typeof port === 'string') {
    if (hasEnd) yield invalidValue(endPath, endPort, 'may not be specified when `port` is non-numeric')
    for (const problem of portNameErrors(port)) yield invalidValue(child(path, 'port'), port, problem)
  } else {
    for (const problem of portNumberErrors(port)) yield invalidValue(child(path, 'port'), port, problem)
    if (!hasEnd) return
    if (endPort < port) yield invalidValue(endPath, port, 'must be greater than or equal to `port`')
    for (const problem of portNumberErrors(endPort)) yield invalidValue(endPath, endPort, problem)
  }
}

function* validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: string, rules: Rules): Generator<FieldError> {
  yield* validateLabelSelector(podSelector, child(path, 'podSelector'), rules)
  yield* validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), rules)
  if (ipBlock) yield* validateBlock(ipBlock, child(path, 'ipBlock'), rules)
  if (!podSelector && !namespaceSelector && !ipBlock) yield required(path, 'must specify a peer')
  else if (ipBlock && (podSelector || namespaceSelector)) yield forbiddenField(path, 'may not specify both ipBlock and another peer')
}

function* validateBlock({ cidr = '', except }: IPBlock, path: string, rules: Rules): Generator<FieldError> {
  if (cidr === '') return yield required(child(path, 'cidr'))
  yield* validateLegacyCidr(child(path, 'cidr'), cidr, rules)
  const outer = parseCidrSloppy(cidr)
  if (outer === undefined) return
  for (const [i, text] of (except ?? []).entries()) {
    const at = index(child(path, 'except'), i)
    yield* validateLegacyCidr(at, text, rules)
    const inner = parseCidrSloppy(text)
    if (inner === undefined) continue
    const isInside = cidrContains(outer, maskedAddress(inner)) && outer.prefixLength < inner.prefixLength
    if (!isInside) yield invalidValue(at, text, 'must be a strict subset of `cidr`')
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
