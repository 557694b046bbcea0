/**
 * NodeRestriction: a kubelet may write its own Node, the status of its own Pods, its lease, and little else; it makes mirror Pods of itself only,
 * and gets tokens only for accounts of Pods that run on it. Whoever is `system:node:NAME` in the group system:nodes is a kubelet.
 *
 * What a newcomer would get wrong: its labels matter, since they draw Pods with secrets to it: of Kubernetes' own it may set only those that
 * describe it, and none under node-restriction.kubernetes.io.
 */

import { Node } from '../../../api/core/node.ts'
import type { Pod } from '../../../api/core/pod.ts'
import { apiObjectsOf } from '../../../api/core/pod-references.ts'
import { mirrorAnnotation } from '../../../api/core/pod-spec/validate-annotations.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { notFound } from '../../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../../apimachinery/validate-metadata.ts'
import { parseSigningRequest } from '../../../wire/signing-request.ts'
import { nodeNameOf } from '../../authn/user.ts'
import { lookUp } from '../../registry/look-up.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied } from '../plugin.ts'
import { judgeNodeToken } from './node-tokens.ts'

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ user }) => nodeNameOf(user) !== undefined,
  admit: (attributes) => {
    const nodeName = nodeNameOf(attributes.user) ?? ''
    if (nodeName === '') throw denied(attributes, `could not determine node from user "${attributes.user.name}"`)
    return judge(attributes, nodeName)
  },
}

function judge(attributes: Attributes, nodeName: string): void | Promise<void> {
  const { resource, subresource } = attributes
  switch (`${resource.kind.plural}.${resource.kind.group}`) {
    case 'pods.':
      return judgePod(attributes, nodeName)
    case 'nodes.':
      return judgeNode(attributes, nodeName)
    case 'persistentvolumeclaims.':
      if (subresource !== 'status') throw denied(attributes, 'may only update PVC status')
      return judgeClaimStatus(attributes, nodeName)
    case 'serviceaccounts.':
      return attributes.operation === 'CREATE' && subresource === 'token' ? judgeNodeToken(attributes, nodeName) : undefined
    case 'leases.coordination.k8s.io':
      if (attributes.namespace !== 'kube-node-lease')
        throw denied(attributes, 'can only access leases in the "kube-node-lease" system namespace')
      return mustBeNamed(attributes, nodeName, 'can only access node lease with the same name as the requesting node')
    case 'csinodes.storage.k8s.io':
      return mustBeNamed(attributes, nodeName, 'can only access CSINode with the same name as the requesting node')
    case 'resourceslices.resource.k8s.io':
      return judgeSlice(attributes, nodeName)
    case 'certificatesigningrequests.certificates.k8s.io':
      return judgeSigningRequest(attributes)
    default:
      return undefined
  }
}

function mustBeNamed(attributes: Attributes, nodeName: string, why: string): void {
  if (attributes.name !== nodeName) throw denied(attributes, why)
}

function judgePod(attributes: Attributes, nodeName: string): void | Promise<void> {
  const { operation, subresource } = attributes
  if (subresource === 'status') return judgePodStatus(attributes, nodeName)
  if (subresource === 'eviction') return judgeEviction(attributes, nodeName)
  if (subresource !== '') throw denied(attributes, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`)
  if (operation === 'CREATE') return judgeMirror(attributes, nodeName)
  if (operation !== 'DELETE') {
    throw denied(attributes, `unexpected operation "${operation}", node "${nodeName}" can only create and delete mirror pods`)
  }
  if (nodeOf(attributes.oldObject) === nodeName) return
  throw denied(attributes, `node "${nodeName}" can only delete pods with spec.nodeName set to itself`)
}

function nodeOf(pod: KubeObject | undefined): string {
  return (pod as unknown as Pod | undefined)?.spec.nodeName ?? ''
}

async function judgeMirror(attributes: Attributes, nodeName: string): Promise<void> {
  const { metadata, spec } = attributes.object as unknown as Pod
  const who = `node "${nodeName}"`
  if (metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw denied(attributes, `pod does not have "${mirrorAnnotation}" annotation, ${who} can only create mirror pods`)
  }
  if (spec.nodeName !== nodeName) throw denied(attributes, `${who} can only create pods with spec.nodeName set to itself`)
  const owners = metadata.ownerReferences ?? []
  if (owners.length > 1) throw denied(attributes, `${who} can only create pods with a single owner reference set to itself`)
  const [owner] = owners
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
    throw denied(attributes, `${who} can only create pods with an owner reference set to itself`)
  }
  if (owner.controller !== true) throw denied(attributes, `${who} can only create pods with a controller owner reference set to itself`)
  if (owner.blockOwnerDeletion === true) throw denied(attributes, `${who} must not set blockOwnerDeletion on an owner reference`)
  const node = await lookUp<Node>(attributes.server, Node, '', nodeName)
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName)
  const { uid = '' } = node.metadata
  if (owner.uid !== uid) throw denied(attributes, `node ${nodeName} UID mismatch: expected ${owner.uid} got ${uid}`)
  const referenced = apiObjectsOf(spec)
  if (referenced !== undefined) throw denied(attributes, `${who} can not create pods that reference ${referenced}`)
}

function judgePodStatus(attributes: Attributes, nodeName: string): void {
  const { operation, object, oldObject } = attributes
  const who = `node "${nodeName}"`
  if (operation !== 'UPDATE') throw denied(attributes, `unexpected operation "${operation}"`)
  if (nodeOf(oldObject) !== nodeName) {
    throw denied(attributes, `${who} can only update pod status for pods with spec.nodeName set to itself`)
  }
  const [next, old] = [object as unknown as Pod, oldObject as unknown as Pod]
  if (!semanticallyEqual(next.metadata.labels ?? {}, old.metadata.labels ?? {})) {
    throw denied(attributes, `${who} cannot update labels through pod status`)
  }
  if (!semanticallyEqual(next.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses)) {
    throw denied(attributes, `${who} cannot update resource claim statues`)
  }
  if (!semanticallyEqual(next.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus)) {
    throw denied(attributes, `${who} cannot update extended resource claim status`)
  }
}

async function judgeEviction(attributes: Attributes, nodeName: string): Promise<void> {
  const { server, resource, namespace, name } = attributes
  const pod = await lookUp<KubeObject>(server, resource.kind, namespace, name)
  if (pod === undefined) throw notFound({ group: '', resource: 'pod' }, name)
  if (nodeOf(pod) === nodeName) return
  throw denied(attributes, `node ${nodeName} can only evict pods with spec.nodeName set to itself`)
}

interface ClaimParts extends KubeObject {
  readonly status?: Readonly<Record<string, unknown>>
}

function judgeClaimStatus(attributes: Attributes, nodeName: string): void {
  const { operation, object, oldObject } = attributes
  if (operation !== 'UPDATE') throw denied(attributes, `unexpected operation "${operation}"`)
  const comparable = (claim: ClaimParts): unknown => {
    const { resourceVersion: _, managedFields: __, ...metadata } = claim.metadata
    const { capacity: _c, conditions: _d, allocatedResources: _a, allocatedResourceStatuses: _s, ...status } = claim.status ?? {}
    return { ...claim, metadata, status }
  }
  if (semanticallyEqual(comparable(object as unknown as ClaimParts), comparable(oldObject as ClaimParts))) return
  throw denied(attributes, `node "${nodeName}" is not allowed to update fields other than status.quantity and status.conditions`)
}

function judgeNode(attributes: Attributes, nodeName: string): void {
  const { operation, name, object, oldObject } = attributes
  if (name !== nodeName) throw denied(attributes, `node "${nodeName}" is not allowed to modify node "${name}"`)
  if (operation === 'DELETE') return
  const [node, old] = [object as unknown as Node, oldObject as unknown as Node | undefined]
  const { configSource } = node.spec ?? {}
  if (old === undefined) {
    if (configSource) throw denied(attributes, `node "${nodeName}" is not allowed to create pods with a non-nil configSource`)
    const bad = forbiddenLabels(node.metadata.labels, undefined)
    if (bad !== '') throw denied(attributes, `node "${nodeName}" is not allowed to set the following labels: ${bad}`)
    return
  }
  if (configSource && !semanticallyEqual(configSource, old.spec?.configSource)) {
    throw denied(attributes, `node "${nodeName}" is not allowed to update configSource to a new non-nil configSource`)
  }
  if (!semanticallyEqual(node.spec?.taints, old.spec?.taints)) {
    throw denied(attributes, `node "${nodeName}" is not allowed to modify taints`)
  }
  if (!semanticallyEqual(node.metadata.ownerReferences, old.metadata.ownerReferences)) {
    throw denied(attributes, `node "${nodeName}" is not allowed to modify ownerReferences`)
  }
  const bad = forbiddenLabels(node.metadata.labels, old.metadata.labels)
  if (bad !== '') throw denied(attributes, `is not allowed to modify labels: ${bad}`)
}

type Labels = Readonly<Record<string, string>> | null | undefined

const kubeletLabels = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
])

/** Those that changed and may not; sorted, '' for none. */
function forbiddenLabels(labels: Labels, old: Labels): string {
  const names = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})])
  const isBad = (name: string): boolean => {
    if (labels?.[name] === old?.[name]) return false
    const slash = name.indexOf('/')
    const domain = slash < 0 ? '' : name.slice(0, slash)
    if (isIn(domain, 'node-restriction.kubernetes.io')) return true
    if (!isIn(domain, 'kubernetes.io') && !isIn(domain, 'k8s.io')) return false
    return !kubeletLabels.has(name) && !isIn(domain, 'kubelet.kubernetes.io') && !isIn(domain, 'node.kubernetes.io')
  }
  return [...names].filter(isBad).sort().join(', ')
}

function isIn(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`)
}

function judgeSlice(attributes: Attributes, nodeName: string): void {
  const { operation } = attributes
  if (operation === 'UPDATE') return
  const slice = operation === 'CREATE' ? (attributes.object as unknown as SliceParts) : (attributes.oldObject as unknown as SliceParts)
  if (slice.spec?.nodeName === nodeName) return
  throw denied(attributes, `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`)
}

interface SliceParts {
  readonly spec?: { readonly nodeName?: string | null }
}

const nodeSigners = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

function judgeSigningRequest(attributes: Attributes): void {
  if (attributes.operation !== 'CREATE') return
  const { signerName, request } = (attributes.object as unknown as { spec: { signerName: string; request: string } }).spec
  if (!nodeSigners.includes(signerName)) return
  const { name } = attributes.user
  if (commonNameOf(attributes, request) !== name) throw denied(attributes, `can only create a node CSR with CN=${name}`)
}

function commonNameOf(attributes: Attributes, request: string): string {
  try {
    return parseSigningRequest(atob(request)).commonName
  } catch (error) {
    throw denied(attributes, `unable to parse csr: ${(error as Error).message}`)
  }
}
