/**
 * Discovery as it was before aggregation: which groups, which versions, which resources. `kubectl drain` and
 * `auth can-i` still read it.
 *
 * What a newcomer would get wrong: `/api` and `/api/v1` have no apiVersion; groups stand in the order of their priority; an entry
 * names group and version only when they differ from the list's (scale, eviction).
 */

import { apiVersionOf } from '../../apimachinery/object.ts'
import { digest } from '../../std/digest.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import type { Server } from '../server-parts.ts'

/** Of the group's APIServices; custom groups have 1000. */
export const groupPriorities: Readonly<Record<string, number>> = {
  '': 18000,
  'apiregistration.k8s.io': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'internal.apiserver.k8s.io': 16000,
  'storagemigration.k8s.io': 15800,
}

/** The groups of /apis, in their order. */
export function groupNames(catalog: Catalog): string[] {
  const names = new Set<string>()
  for (const { group } of catalog.all()) if (group !== '') names.add(group)
  return [...names].sort((a, b) => (groupPriorities[b] ?? 1000) - (groupPriorities[a] ?? 1000) || (a < b ? -1 : 1))
}

/** Preferred first: v2 before v1 before v1beta1. */
export function versionsOf(catalog: Catalog, group: string): string[] {
  const versions = new Set<string>()
  for (const served of catalog.all()) if (served.group === group) versions.add(served.versionName)
  return [...versions].sort(compareVersions)
}

const kubeVersion = /^v([0-9]+)(?:(alpha|beta)([0-9]+))?$/
const stages: Readonly<Record<string, number>> = { alpha: 0, beta: 1 }

export function compareVersions(a: string, b: string): number {
  const left = kubeVersion.exec(a)
  const right = kubeVersion.exec(b)
  if (left === null || right === null) return left !== null ? -1 : right !== null ? 1 : a < b ? -1 : 1
  const rank = (match: RegExpExecArray): number[] => [
    match[2] === undefined ? 2 : (stages[match[2]] as number),
    Number(match[1]),
    Number(match[3] ?? 0),
  ]
  const [l, r] = [rank(left), rank(right)]
  for (let i = 0; i < 3; i++) if (l[i] !== r[i]) return (r[i] as number) - (l[i] as number)
  return 0
}

export function apiVersions({ flags }: Server): object {
  const serverAddress = `${flags.advertiseAddress}:${flags.securePort}`
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] }
}

function groupDocument(catalog: Catalog, name: string): object {
  const versions = versionsOf(catalog, name).map((version) => ({ groupVersion: apiVersionOf(name, version), version }))
  return { name, versions, preferredVersion: versions[0] }
}
export function apiGroupList(catalog: Catalog): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(catalog).map((name) => groupDocument(catalog, name)) }
}
export function apiGroup(catalog: Catalog, name: string): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(catalog, name) }
}

/** Sorted by name. */
export function resourcesOf(catalog: Catalog, group: string, version: string): ServedResource[] {
  const found: ServedResource[] = []
  for (const served of catalog.all()) if (served.group === group && served.versionName === version) found.push(served)
  return found.sort((a, b) => (a.resource < b.resource ? -1 : 1))
}

export function apiResourceList(catalog: Catalog, group: string, version: string): object {
  const resources = resourcesOf(catalog, group, version).flatMap((served) => [resourceEntry(served), ...subresourceEntries(served)])
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(group, version),
    resources,
  }
}

function resourceEntry({ resource, singular, isNamespaced, kind, verbs, store }: ServedResource): object {
  return {
    name: resource,
    singularName: singular,
    namespaced: isNamespaced,
    kind: kind.kind,
    verbs: [...verbs].sort(),
    ...(kind.shortNames?.length ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories?.length ? { categories: kind.categories } : {}),
    ...(kind.isVirtual || kind.kind === 'ComponentStatus'
      ? {}
      : { storageVersionHash: storageVersionHash(store.group, storedAs[`${store.group}/${kind.kind}`] ?? store.version.name, kind.kind) }),
  }
}

function subresourceEntries({ resource, isNamespaced, subresources, group, versionName }: ServedResource): object[] {
  const entries = [...subresources.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.map(({ name, kind, verbs }) => {
    const isForeign = kind.group !== group || kind.version !== versionName
    return {
      name: `${resource}/${name}`,
      singularName: '',
      namespaced: isNamespaced,
      ...(isForeign ? { ...(kind.group === '' ? {} : { group: kind.group }), version: kind.version } : {}),
      kind: kind.kind,
      verbs: [...verbs].sort(),
    }
  })
}

/** Kubernetes v1.34 keeps these in an older version, for the sake of v1.33. Ours are kept in v1; clients only compare hashes. */
const storedAs: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io/CustomResourceDefinition': 'v1beta1',
  'resource.k8s.io/DeviceClass': 'v1beta2',
  'resource.k8s.io/ResourceClaim': 'v1beta2',
  'resource.k8s.io/ResourceClaimTemplate': 'v1beta2',
  'resource.k8s.io/ResourceSlice': 'v1beta2',
  'storage.k8s.io/VolumeAttributesClass': 'v1beta1',
}

export function storageVersionHash(group: string, version: string, kind: string): string {
  return Buffer.from(digest('sha256', `${group}/${version}/${kind}`).subarray(0, 8)).toString('base64')
}
